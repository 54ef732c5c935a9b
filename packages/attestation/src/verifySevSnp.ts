// AMD SEV-SNP attestation reports: "SEV Secure Nested Paging Firmware ABI Specification" (AMD
// 56860), section 7.3, and "Versioned Chip Endorsement Key Certificate and KDS Interface
// Specification" (AMD 57230). Milan and Genoa, signed by the chip's own key (VCEK).
import { equal } from '@ambrosia/primitives/Bytes'
import {
  assertChain,
  hasFingerprint,
  isSignedByP384,
  type ParsedCertificate,
  parseCertificate,
  parseCrl,
} from './certificates.ts'
import type { Evidence } from './Evidence.ts'
import * as Measurement from './Measurement.ts'
import type { SevSnpPolicy, SevTcb } from './Policy.ts'
import { RefusedError } from './Refusal.ts'
import type { Verdict } from './Verdict.ts'

const REPORT_SIZE_BYTES = 0x4a0
const SIGNED_SIZE_BYTES = 0x2a0
const ECDSA_P384_SHA384 = 1
const POLICY_DEBUG = 1n << 19n
const POLICY_MIGRATION_AGENT = 1n << 18n
const POLICY_RESERVED_ONE = 1n << 17n
const OLDEST_VERSION = 2
/** Report version from which on the processor family stands in the report. */
const FAMILY_VERSION = 3
const FAMILY_MILAN_GENOA = 0x19

const OID = '1.3.6.1.4.1.3704.1'
const TCB_EXTENSIONS: Readonly<Record<keyof SevTcb, string>> = {
  bootloader: `${OID}.3.1`,
  tee: `${OID}.3.2`,
  snp: `${OID}.3.3`,
  microcode: `${OID}.3.8`,
}
const CHIP_ID_EXTENSION = `${OID}.4`
const TCB_NAMES = Object.keys(TCB_EXTENSIONS) as (keyof SevTcb)[]

/**
 * Verifies a report: parts are the report and the chain from the chip's certificate to AMD's root.
 * @throws Attestation.*
 */
export async function verifySevSnp(
  evidence: Evidence,
  policy: SevSnpPolicy,
  nowSec: number,
): Promise<Verdict> {
  const [report, ...certificates] = evidence.parts
  if (report?.length !== REPORT_SIZE_BYTES) throw malformed()
  const view = new DataView(report.buffer, report.byteOffset, report.byteLength)
  assertFormat(report, view)
  const chain = certificates.map(parseCertificate)
  await assertAmdChain(chain, policy, nowSec)
  const [chip] = chain as [ParsedCertificate]
  const signature = signatureOf(report)
  if (!(await isSignedByP384(chip, signature, report.subarray(0, SIGNED_SIZE_BYTES)))) {
    throw new RefusedError('SignatureInvalid', 'the report is not signed by the chip')
  }
  assertPolicy(view)
  assertTcb(report, chip, policy.minimumTcb)
  const registers = {
    MEASUREMENT: report.slice(0x90, 0xc0),
    HOST_DATA: report.slice(0xc0, 0xe0),
  }
  return {
    kind: 'sev-snp',
    measurement: Measurement.fromRegisters('sev-snp', registers),
    registers,
    reportData: report.slice(0x50, 0x90),
    tcb: { status: JSON.stringify(tcbAt(report, 0x180)), advisories: [] },
  }
}

function assertFormat(report: Uint8Array, view: DataView): void {
  const version = view.getUint32(0, true)
  const isKnown = version >= OLDEST_VERSION && view.getUint32(0x34, true) === ECDSA_P384_SHA384
  const isChipKey = ((view.getUint32(0x48, true) >> 2) & 7) === 0
  if (!isKnown || !isChipKey) throw malformed()
  if (version >= FAMILY_VERSION && report[0x188] !== FAMILY_MILAN_GENOA) {
    throw new RefusedError('PlatformRefused', 'the processor is neither Milan nor Genoa')
  }
}

async function assertAmdChain(
  chain: readonly ParsedCertificate[],
  policy: SevSnpPolicy,
  atSec: number,
): Promise<void> {
  const isRoot = (root: ParsedCertificate) => hasFingerprint(root, policy.rootFingerprints)
  const crls = []
  for (const der of policy.crls ?? []) crls.push(await parseCrl(der, chain, atSec))
  await assertChain(chain, { atSec, isRoot, crls })
}

function assertPolicy(view: DataView): void {
  const policy = view.getBigUint64(8, true)
  if ((policy & POLICY_RESERVED_ONE) === 0n) throw malformed()
  if ((policy & POLICY_DEBUG) !== 0n) {
    throw new RefusedError('DebugRefused', 'the guest may be debugged by its host')
  }
  if ((policy & POLICY_MIGRATION_AGENT) !== 0n) {
    throw new RefusedError('PlatformRefused', 'the guest may be moved by a migration agent')
  }
  if (view.getUint32(0x30, true) !== 0) {
    throw new RefusedError(
      'PlatformRefused',
      'the report was not asked for by level 0 of the guest',
    )
  }
}

/**
 * The report's versions are those that the chip's key was derived from, and every one of them is
 * new enough.
 */
function assertTcb(report: Uint8Array, chip: ParsedCertificate, minimum: SevTcb): void {
  const reported = tcbAt(report, 0x180)
  for (const name of TCB_NAMES) {
    if (reported[name] !== integerOf(chip.extensions.get(TCB_EXTENSIONS[name]))) {
      throw new RefusedError('ChainUntrusted', `the chip's key is of another ${name} version`)
    }
    const committed = tcbAt(report, 0x1e0)[name]
    if (reported[name] < minimum[name] || committed < minimum[name]) {
      throw new RefusedError('TcbRefused', `the ${name} version is below ${minimum[name]}`)
    }
  }
  const chipId = report.subarray(0x1a0, 0x1e0)
  const certified = chip.extensions.get(CHIP_ID_EXTENSION)
  if (certified === undefined || !equal(certified.subarray(-chipId.length), chipId)) {
    throw new RefusedError('ChainUntrusted', "the certificate is another chip's")
  }
}

function tcbAt(report: Uint8Array, at: number): SevTcb {
  const [bootloader = 0, tee = 0, , , , , snp = 0, microcode = 0] = report.subarray(at, at + 8)
  return { bootloader, tee, snp, microcode }
}

/** A DER INTEGER of 0 to 255. */
function integerOf(der: Uint8Array | undefined): number | undefined {
  if (der?.[0] !== 0x02) return undefined
  const isPadded = der.length === 4 && der[1] === 2 && der[2] === 0
  const isShort = der.length === 3 && der[1] === 1
  return isPadded || isShort ? der.at(-1) : undefined
}

/** r and s, which the report holds little-endian in 72 bytes each, as 48 bytes each big-endian. */
function signatureOf(report: Uint8Array): Uint8Array {
  const signature = new Uint8Array(96)
  for (const [index, at] of [SIGNED_SIZE_BYTES, SIGNED_SIZE_BYTES + 72].entries()) {
    const number = report.slice(at, at + 72)
    if (number.subarray(48).some((byte) => byte !== 0)) throw malformed()
    signature.set(number.subarray(0, 48).reverse(), 48 * index)
  }
  return signature
}

function malformed(): RefusedError {
  return new RefusedError('Malformed', 'the SEV-SNP report cannot be read')
}
