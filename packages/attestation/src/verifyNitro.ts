// Attestation documents of AWS Nitro enclaves: COSE_Sign1 (RFC 9052) with ES384 over a CBOR map,
// "AWS Nitro Enclaves: Attestation process".
import { equal, toHex } from '@ambrosia/primitives/Bytes'
import { decode, encode } from 'cborg'
import {
  assertChain,
  hasFingerprint,
  isSignedByP384,
  type ParsedCertificate,
  parseCertificate,
} from './certificates.ts'
import type { Evidence } from './Evidence.ts'
import * as Measurement from './Measurement.ts'
import type { NitroPolicy } from './Policy.ts'
import { RefusedError } from './Refusal.ts'
import type { Verdict } from './Verdict.ts'

/** The header {1: -35}: algorithm ES384. */
const PROTECTED_ES384 = Uint8Array.of(0xa1, 0x01, 0x38, 0x22)
const COSE_SIGN1_TAG = 18
const PCR_SIZE_BYTES = 48
const PCRS = ['PCR0', 'PCR1', 'PCR2'] as const
const MAXIMUM_CHAIN = 6
/** How far a document's clock may be ahead of ours, seconds. */
const CLOCK_SKEW_SEC = 300

type Document = {
  timestampSec: number
  pcrs: Map<number, Uint8Array>
  certificate: Uint8Array
  authorities: readonly Uint8Array[]
  userData: Uint8Array
}

/**
 * Verifies a document. Its certificate lives for hours: the chain is judged at the time that the
 * document names, and the policy says how old it may be.
 * @throws Attestation.*
 */
export async function verifyNitro(
  evidence: Evidence,
  policy: NitroPolicy,
  nowSec: number,
): Promise<Verdict> {
  const bytes = evidence.parts[0]
  if (bytes === undefined || evidence.parts.length !== 1) throw malformed()
  const { payload, signature } = decodeSign1(bytes)
  const document = readDocument(decodeStrictly(payload))
  const age = nowSec - document.timestampSec
  if (age < -CLOCK_SKEW_SEC || age > policy.maximumAgeSec) {
    throw new RefusedError('Expired', `the document is ${Math.round(age)} seconds old`)
  }
  const chain = [document.certificate, ...[...document.authorities].reverse()].map(parseCertificate)
  await assertChain(chain, {
    atSec: document.timestampSec,
    isRoot: (root) => hasFingerprint(root, policy.rootFingerprints),
  })
  const toSign = encode(['Signature1', PROTECTED_ES384, new Uint8Array(), payload])
  if (!(await isSignedByP384(chain[0] as ParsedCertificate, signature, toSign))) {
    throw new RefusedError('SignatureInvalid', 'the document is not signed by its certificate')
  }
  const registers = readRegisters(document.pcrs)
  return {
    kind: 'nitro',
    measurement: Measurement.fromRegisters('nitro', registers),
    registers,
    reportData: document.userData,
    tcb: { status: 'UpToDate', advisories: [] },
  }
}

function decodeSign1(bytes: Uint8Array): { payload: Uint8Array; signature: Uint8Array } {
  const value = decodeStrictly(bytes)
  if (!Array.isArray(value) || value.length !== 4) throw malformed()
  const [header, unprotected, payload, signature] = value as unknown[]
  const isPlain = unprotected instanceof Map && unprotected.size === 0
  if (!(header instanceof Uint8Array) || !equal(header, PROTECTED_ES384) || !isPlain)
    throw malformed()
  return { payload: bytesFrom(payload), signature: bytesFrom(signature) }
}

function readDocument(value: unknown): Document {
  if (!(value instanceof Map)) throw malformed()
  const timestamp: unknown = value.get('timestamp')
  const pcrs: unknown = value.get('pcrs')
  const bundle: unknown = value.get('cabundle')
  const isTimed = typeof timestamp === 'number' && Number.isSafeInteger(timestamp)
  if (value.get('digest') !== 'SHA384' || !isTimed || !(pcrs instanceof Map)) throw malformed()
  if (!Array.isArray(bundle) || bundle.length === 0 || bundle.length > MAXIMUM_CHAIN)
    throw malformed()
  return {
    timestampSec: Math.floor(timestamp / 1000),
    pcrs,
    certificate: bytesFrom(value.get('certificate')),
    authorities: bundle.map(bytesFrom),
    userData: bytesFrom(value.get('user_data')),
  }
}

/** An enclave in debug mode has registers of zeros. */
function readRegisters(pcrs: Map<number, Uint8Array>): Measurement.Registers {
  const registers: Record<string, Uint8Array> = {}
  for (const [index, name] of PCRS.entries()) {
    const value = bytesFrom(pcrs.get(index))
    if (value.length !== PCR_SIZE_BYTES) throw malformed()
    if (toHex(value) === toHex(new Uint8Array(PCR_SIZE_BYTES))) {
      throw new RefusedError('DebugRefused', 'the enclave runs in debug mode')
    }
    registers[name] = value
  }
  return registers
}

function decodeStrictly(bytes: Uint8Array): unknown {
  try {
    return decode(bytes, {
      useMaps: true,
      strict: true,
      allowIndefinite: true, // the module writes its outer map so
      allowUndefined: false,
      rejectDuplicateMapKeys: true,
      tags: Object.assign([], { [COSE_SIGN1_TAG]: (inner: unknown) => inner }),
    })
  } catch (cause) {
    throw new RefusedError('Malformed', 'the Nitro document cannot be read', cause)
  }
}

function bytesFrom(value: unknown): Uint8Array {
  if (!(value instanceof Uint8Array)) throw malformed()
  return value
}

function malformed(): RefusedError {
  return new RefusedError('Malformed', 'the Nitro document cannot be read')
}
