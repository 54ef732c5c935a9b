import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as developmentRoot from '@ambrosia/attestation/developmentRoot'
import * as Evidence from '@ambrosia/attestation/Evidence'
import * as Measurement from '@ambrosia/attestation/Measurement'
import * as Software from '@ambrosia/attestation/Software'
import { fromHex, fromUtf8, type Hex, toHex } from '@ambrosia/primitives/Bytes'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'

/** What vouches for this process: hardware, or nobody. */
export type Platform = {
  attestation: 'software' | 'sgx'
  measurement: Hex
  /** Evidence whose report data are these 64 bytes. */
  evidence(reportData: Uint8Array, nowSec: number): Uint8Array
  /**
   * Key under which this program alone keeps its secrets on this machine; undefined where only the
   * host could have one.
   */
  sealingKey(): Uint8Array | undefined
}

/** Raised with every change of what the enclave does with its keys. */
const PROGRAM = 'ambrosia-oracle-enclave 1'
const STATEMENT_LIFE_SEC = 86_400

/** Gramine's files: https://gramine.readthedocs.io/en/stable/attestation.html (1.8). */
export const GRAMINE_FOLDER = '/dev/attestation'

/**
 * The hardware below this process, else the development root.
 * @throws Enclave.NoHardware in production without hardware
 */
export function openPlatform(options: {
  mode: 'development' | 'production'
  validatorHash: Hex
  gramineFolder?: string
}): Platform {
  const folder = options.gramineFolder ?? GRAMINE_FOLDER
  if (existsSync(join(folder, 'attestation_type'))) return openGramine(folder)
  if (options.mode === 'production') throw new NoHardwareError()
  const measurement = softwareMeasurement(options.validatorHash)
  return {
    attestation: 'software',
    measurement,
    evidence: (reportData, nowSec) => {
      const { NAME: root, SECRET_KEY } = developmentRoot
      const expiresAtSec = nowSec + STATEMENT_LIFE_SEC
      return Evidence.encode(
        Software.create({ root, measurement, reportData, expiresAtSec }, SECRET_KEY),
      )
    },
    sealingKey: () => undefined,
  }
}

/** The name of a program that runs without hardware: what it says of itself. */
function softwareMeasurement(validatorHash: Hex): Hex {
  const registers = { PROGRAM: fromUtf8(PROGRAM), VALIDATOR: fromHex(validatorHash) }
  return Measurement.fromRegisters('software', registers)
}

/**
 * SGX under Gramine: the report data is written to a file, the quote read from another. Not run on
 * hardware.
 */
function openGramine(folder: string): Platform {
  const read = (name: string): Uint8Array => new Uint8Array(readFileSync(join(folder, name)))
  const quoteOf = (reportData: Uint8Array): Uint8Array => {
    writeFileSync(join(folder, 'user_report_data'), reportData)
    return read('quote')
  }
  const type = Buffer.from(read('attestation_type')).toString('utf8').trim()
  if (type !== 'dcap') throw new NoHardwareError()
  return {
    attestation: 'sgx',
    measurement: measurementOfQuote(quoteOf(new Uint8Array(64))),
    evidence: (reportData) => Evidence.encode({ kind: 'sgx', parts: [quoteOf(reportData)] }),
    sealingKey: () => read(join('keys', '_sgx_mrenclave')),
  }
}

const MRENCLAVE_OFFSET = 48 + 64
const MRENCLAVE_SIZE = 32

/** MRENCLAVE lies at 64 in the report body, which follows the 48 bytes of a quote's head. */
function measurementOfQuote(quote: Uint8Array): Hex {
  const mrenclave = quote.slice(MRENCLAVE_OFFSET, MRENCLAVE_OFFSET + MRENCLAVE_SIZE)
  if (mrenclave.length !== MRENCLAVE_SIZE) throw new NoHardwareError()
  return Measurement.fromRegisters('sgx', { MRENCLAVE: mrenclave })
}

/** The sealing key as the password of a keystore. */
export function passwordOf(key: Uint8Array): string {
  return toHex(key)
}

export class NoHardwareError extends AmbrosiaError {
  constructor() {
    super('Enclave.NoHardware', 'production needs an enclave of hardware, and there is none', {
      hint: 'Run the enclave under Gramine on SGX (docs/guides/enclave.md), or AMBROSIA_ENV=development.',
    })
  }
}
