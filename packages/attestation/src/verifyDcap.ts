// Intel SGX and TDX quotes, "Intel SGX DCAP Quote Verification" and "Intel TDX DCAP: Quote
// Generation Library and Quote Verification Library". The quote is verified by @phala/dcap-qvl;
// what that library leaves out (revocation lists are neither checked for a signature nor for their
// dates, an issuer need not be an authority, the TDX module is not identified) is checked here.
import { fromHex, fromUtf8 } from '@ambrosia/primitives/Bytes'
import * as dcap from '@phala/dcap-qvl'
import {
  assertChain,
  type Crl,
  fromPem,
  type ParsedCertificate,
  parseCertificate,
  parseCrl,
} from './certificates.ts'
import type { Evidence } from './Evidence.ts'
import * as Measurement from './Measurement.ts'
import type { Collateral, DcapPolicy, TcbStatus } from './Policy.ts'
import { RefusedError } from './Refusal.ts'
import { assertTdxModule } from './tdxModule.ts'
import type { Verdict } from './Verdict.ts'

/** The library's types ask for Node's class where its code takes any bytes. */
const extractCerts = dcap.utils.extractCerts as (
  chain: Uint8Array,
) => ReturnType<typeof dcap.utils.extractCerts>

const SGX_DEBUG = 0x02
const AUTHENTICATION_SIZE_BYTES = 4

/** Verifies a quote against pinned collateral. @throws Attestation.* */
export async function verifyDcap(
  evidence: Evidence,
  policy: DcapPolicy,
  nowSec: number,
): Promise<Verdict> {
  const kind = evidence.kind === 'tdx' ? 'tdx' : 'sgx'
  const bytes = evidence.parts[0]
  if (bytes === undefined || evidence.parts.length !== 1) throw malformed()
  const { quote, fmspc } = parseQuote(bytes)
  if (quote.header.isSgx() !== (kind === 'sgx')) throw malformed()
  const collateral = findCollateral(policy, kind, fmspc)
  const pckChain = fromPem(new TextDecoder().decode(quote.rawCertChain())).map(parseCertificate)
  await assertCollateral(collateral, pckChain, policy, nowSec)
  const report = runVerifier(bytes, collateral, policy, nowSec)
  if (!policy.tcbStatuses.includes(report.status)) {
    throw new RefusedError('TcbRefused', `the platform is ${report.status}`)
  }
  const unknown = report.advisory_ids.find((id) => policy.advisories?.includes(id) === false)
  if (unknown !== undefined) throw new RefusedError('TcbRefused', `the platform has ${unknown}`)
  const tcb = { status: report.status, advisories: report.advisory_ids }
  if (kind === 'sgx') return { ...readSgx(report.report), tcb }
  return { ...readTdx(report.report, collateral, policy.tcbStatuses), tcb }
}

type Found = { quote: dcap.Quote; fmspc: string }

function parseQuote(bytes: Uint8Array): Found {
  try {
    const quote = dcap.Quote.parse(bytes)
    // Nothing may follow the quote but zeros, with which generators fill up.
    const at = quote.signedLength()
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    const end = at + AUTHENTICATION_SIZE_BYTES + view.getUint32(at, true)
    if (end > bytes.length || bytes.subarray(end).some((byte) => byte !== 0)) throw malformed()
    const [leaf] = extractCerts(quote.rawCertChain())
    if (leaf === undefined) throw malformed()
    const fmspc = dcap.utils.getFmspc(dcap.utils.getIntelExtension(leaf)).toString('hex')
    return { quote, fmspc }
  } catch (cause) {
    throw malformed(cause)
  }
}

function findCollateral(policy: DcapPolicy, kind: 'sgx' | 'tdx', fmspc: string): Collateral {
  for (const collateral of policy.collaterals) {
    const tcbInfo = JSON.parse(collateral.tcb_info)
    const isModel = String(tcbInfo.fmspc).toLowerCase() === fmspc
    if (!isModel || tcbInfo.id !== kind.toUpperCase()) continue
    if (Number(tcbInfo.tcbEvaluationDataNumber) < (policy.minimumTcbEvaluation ?? 0)) continue
    return collateral
  }
  throw new RefusedError('CollateralMissing', `no collateral for the platform ${fmspc}`)
}

/**
 * What the library leaves out: authorities that are authorities, revocation lists that their
 * issuers signed and that are of now.
 */
async function assertCollateral(
  collateral: Collateral,
  pckChain: readonly ParsedCertificate[],
  policy: DcapPolicy,
  atSec: number,
): Promise<void> {
  const [rootDer] = policy.rootPem ? fromPem(policy.rootPem) : [dcap.constants.TRUSTED_ROOT_CA_DER]
  if (rootDer === undefined) throw new RefusedError('ChainUntrusted', 'the policy has no root')
  const root = parseCertificate(new Uint8Array(rootDer))
  const tcbChain = fromPem(collateral.tcb_info_issuer_chain).map(parseCertificate)
  const qeChain = fromPem(collateral.qe_identity_issuer_chain).map(parseCertificate)
  const crlIssuers = [root, ...fromPem(collateral.pck_crl_issuer_chain).map(parseCertificate)]
  const crls: Crl[] = []
  for (const hex of [collateral.root_ca_crl, collateral.pck_crl]) {
    crls.push(await parseCrl(fromHex(hex), crlIssuers, atSec))
  }
  // Every authority below the root must stand under a list that was looked into.
  const [rootCrl, pckCrl] = crls as [Crl, Crl]
  if (rootCrl.issuer !== root.subject || pckCrl.issuer !== pckChain[1]?.subject) {
    throw new RefusedError('CollateralMissing', 'no revocation list of one of the authorities')
  }
  const isRoot = (last: ParsedCertificate) => last === root
  for (const chain of [pckChain, tcbChain, qeChain]) {
    const below = chain.filter(({ subject }) => subject !== root.subject)
    await assertChain([...below, root], { atSec, isRoot, crls })
  }
}

function runVerifier(
  bytes: Uint8Array,
  collateral: Collateral,
  policy: DcapPolicy,
  nowSec: number,
): dcap.VerifiedReport {
  const [root] = policy.rootPem ? extractCerts(fromUtf8(policy.rootPem)) : [undefined]
  try {
    return new dcap.QuoteVerifier(root).verify(bytes, collateral, nowSec)
  } catch (cause) {
    throw refusalFrom(cause)
  }
}

/** The library's errors are texts; those that an operator can act on get a code of their own. */
const REFUSALS: readonly [RegExp, ConstructorParameters<typeof RefusedError>[0]][] = [
  [/expired|in the future|not yet valid/i, 'CollateralExpired'],
  [/debug mode/i, 'DebugRefused'],
  [/No matching TCB level|TCB status is invalid/i, 'TcbRefused'],
  [/revoked/i, 'Revoked'],
  [/Fmspc mismatch|TCB info in the collateral/i, 'CollateralMissing'],
  [/certificate/i, 'ChainUntrusted'],
  [/decode|too short|Not enough data|Unsupported/i, 'Malformed'],
  [/TD attributes|SEPT_VE|mr service/i, 'PlatformRefused'],
]

function refusalFrom(cause: unknown): RefusedError {
  const message = cause instanceof Error ? cause.message : ''
  const found = REFUSALS.find(([pattern]) => pattern.test(message))
  return new RefusedError(found?.[1] ?? 'SignatureInvalid', 'the quote does not verify', cause)
}

function readSgx(report: dcap.Report): Omit<Verdict, 'tcb'> {
  const body = report.asSgx()
  if (body === null) throw malformed()
  if (((body.attributes[0] ?? SGX_DEBUG) & SGX_DEBUG) !== 0) throw debug()
  const registers = { MRENCLAVE: body.mrEnclave }
  return verdictOf('sgx', registers, body.reportData)
}

function readTdx(
  report: dcap.Report,
  collateral: Collateral,
  statuses: readonly TcbStatus[],
): Omit<Verdict, 'tcb'> {
  const body = report.asTd10() ?? report.asTd15()?.base
  if (!body) throw malformed()
  if (body.tdAttributes[0] !== 0) throw debug()
  assertTdxModule(body, JSON.parse(collateral.tcb_info), statuses)
  const registers = {
    MRTD: body.mrTd,
    MRCONFIGID: body.mrConfigId,
    MROWNER: body.mrOwner,
    MROWNERCONFIG: body.mrOwnerConfig,
    RTMR0: body.rtMr0,
    RTMR1: body.rtMr1,
    RTMR2: body.rtMr2,
    RTMR3: body.rtMr3,
  }
  return verdictOf('tdx', registers, body.reportData)
}

function verdictOf(
  kind: 'sgx' | 'tdx',
  registers: Measurement.Registers,
  reportData: Uint8Array,
): Omit<Verdict, 'tcb'> {
  const measurement = Measurement.fromRegisters(kind, registers)
  return { kind, measurement, registers, reportData: new Uint8Array(reportData) }
}

function debug(): RefusedError {
  return new RefusedError('DebugRefused', 'the enclave runs in debug mode')
}

function malformed(cause?: unknown): RefusedError {
  if (cause instanceof RefusedError) return cause
  return new RefusedError('Malformed', 'the quote cannot be read', cause)
}
