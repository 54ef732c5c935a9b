// A platform in the structure of Intel's: root, PCK and TCB authorities, a quoting enclave, signed
// TCB information, and quotes of enclaves that never ran. With it every wrong quote can be one that
// is signed.
import { concat, fromUint, fromUtf8, toHex } from '@ambrosia/primitives/Bytes'
import { sha256 } from '@ambrosia/primitives/Hash'
import type { Collateral, TcbStatus } from '../Policy.ts'
import {
  type Authority,
  der,
  issueCertificate,
  issueCrl,
  pem,
  signRaw,
} from './issueCertificate.ts'

const DAY_SEC = 86_400
const SGX_OID = '060a2a864886f84d010d01'
const QE_MRSIGNER = new Uint8Array(32).fill(0x51)

export type PlatformOptions = {
  nowSec: number
  /** What Intel says of the platform. */
  status?: TcbStatus
  advisories?: readonly string[]
  /** Security version that the best level asks for; the platform has 5. */
  requiredSvn?: number
  /** Serial numbers that the PCK authority revoked; the platform's is 7. */
  revoked?: readonly number[]
  /** The PCK authority's certificate says that it is none. */
  isAuthority?: boolean
}

export type QuoteOptions = {
  mrEnclave?: Uint8Array
  reportData?: Uint8Array
  /** Byte 0 of the attributes; 2 is the debug bit. */
  attributes?: number
  /** Quote with the key of another platform. */
  attestationKey?: CryptoKeyPair
}

export type IntelPlatform = Awaited<ReturnType<typeof createIntelPlatform>>

export async function createIntelPlatform(options: PlatformOptions) {
  const { nowSec } = options
  const life = { fromSec: nowSec - DAY_SEC, untilSec: nowSec + 30 * DAY_SEC }
  const root = await issueCertificate({ name: 'Root', algorithm: 'P-256', isCa: true, ...life })
  const pckAuthority = await issueCertificate(
    { name: 'PCK CA', algorithm: 'P-256', isCa: options.isAuthority ?? true, ...life, serial: 2 },
    root,
  )
  const tcbSigning = await issueCertificate(
    { name: 'TCB Signing', algorithm: 'P-256', ...life, serial: 3 },
    root,
  )
  const value = sgxExtension()
  const extensions = [{ oid: '1.2.840.113741.1.13.1', value }]
  const pck = await issueCertificate(
    { name: 'PCK', algorithm: 'P-256', ...life, serial: 7, extensions },
    pckAuthority,
  )
  const attestationKeys = await crypto.subtle.generateKey(
    { name: 'ECDSA', namedCurve: 'P-256' },
    true,
    ['sign', 'verify'],
  )
  const tcbInfo = JSON.stringify(tcbInfoOf(options, life))
  const qeIdentity = JSON.stringify(qeIdentityOf(life))
  const chain = pem(tcbSigning.certificate, root.certificate)
  const crlOptions = { ...life, serials: options.revoked ?? [] }
  const collateral: Collateral = {
    pck_crl_issuer_chain: pem(pckAuthority.certificate, root.certificate),
    root_ca_crl: toHex(await issueCrl(root, life)).slice(2),
    pck_crl: toHex(await issueCrl(pckAuthority, crlOptions)).slice(2),
    tcb_info_issuer_chain: chain,
    tcb_info: tcbInfo,
    tcb_info_signature: toHex(await signRaw(tcbSigning, fromUtf8(tcbInfo))).slice(2),
    qe_identity_issuer_chain: chain,
    qe_identity: qeIdentity,
    qe_identity_signature: toHex(await signRaw(tcbSigning, fromUtf8(qeIdentity))).slice(2),
  }
  const pckPem = pem(pck.certificate, pckAuthority.certificate, root.certificate)
  return {
    collateral,
    rootPem: pem(root.certificate),
    quote: (quote: QuoteOptions = {}) => quoteOf(quote, { attestationKeys, pck, pckPem }),
  }
}

function sgxExtension(): Uint8Array {
  const oid = (...tail: number[]) => {
    const base = Buffer.from(SGX_OID.slice(4), 'hex')
    return der(0x06, concat(base, Uint8Array.from(tail)))
  }
  const integer = (value: number) => der(0x02, Uint8Array.of(value))
  const entry = (id: Uint8Array, value: Uint8Array) => der(0x30, id, value)
  const components = Array.from({ length: 16 }, (_, index) => entry(oid(2, index + 1), integer(5)))
  const tcb = der(
    0x30,
    ...components,
    entry(oid(2, 17), integer(11)),
    entry(oid(2, 18), der(0x04, new Uint8Array(16).fill(5))),
  )
  return der(
    0x30,
    entry(oid(1), der(0x04, new Uint8Array(16).fill(1))),
    entry(oid(2), tcb),
    entry(oid(3), der(0x04, new Uint8Array(2))),
    entry(oid(4), der(0x04, Uint8Array.of(0, 0xa0, 0x67, 0x11, 0, 0))),
    entry(oid(5), der(0x0a, Uint8Array.of(0))),
  )
}

function tcbInfoOf(options: PlatformOptions, life: { fromSec: number; untilSec: number }) {
  const svn = options.requiredSvn ?? 5
  return {
    id: 'SGX',
    version: 3,
    ...datesOf(life),
    fmspc: '00A067110000',
    pceId: '0000',
    tcbType: 0,
    tcbEvaluationDataNumber: 17,
    tcbLevels: [
      {
        tcb: { sgxtcbcomponents: Array.from({ length: 16 }, () => ({ svn })), pcesvn: 11 },
        tcbDate: '2030-01-01T00:00:00Z',
        tcbStatus: options.status ?? 'UpToDate',
        advisoryIDs: options.advisories ?? [],
      },
    ],
  }
}

function qeIdentityOf(life: { fromSec: number; untilSec: number }) {
  return {
    id: 'QE',
    version: 2,
    ...datesOf(life),
    tcbEvaluationDataNumber: 17,
    miscselect: '00000000',
    miscselectMask: 'FFFFFFFF',
    attributes: '11000000000000000000000000000000',
    attributesMask: 'FBFFFFFFFFFFFFFF0000000000000000',
    mrsigner: toHex(QE_MRSIGNER).slice(2),
    isvprodid: 1,
    tcbLevels: [{ tcb: { isvsvn: 8 }, tcbDate: '2030-01-01T00:00:00Z', tcbStatus: 'UpToDate' }],
  }
}

function datesOf(life: { fromSec: number; untilSec: number }) {
  return {
    issueDate: new Date(life.fromSec * 1000).toISOString(),
    nextUpdate: new Date(life.untilSec * 1000).toISOString(),
  }
}

type Signers = { attestationKeys: CryptoKeyPair; pck: Authority; pckPem: string }

async function quoteOf(options: QuoteOptions, signers: Signers): Promise<Uint8Array> {
  const header = concat(
    littleEndian(3, 2),
    littleEndian(2, 2),
    new Uint8Array(8),
    new Uint8Array(16).fill(9),
    new Uint8Array(20),
  )
  const report = enclaveReport({
    attributes: options.attributes ?? 0x05,
    mrEnclave: options.mrEnclave ?? new Uint8Array(32).fill(0xee),
    reportData: options.reportData ?? new Uint8Array(64),
  })
  const keys = options.attestationKey ?? signers.attestationKeys
  const signed = concat(header, report)
  const { publicKey } = signers.attestationKeys
  const key = new Uint8Array(await crypto.subtle.exportKey('raw', publicKey)).slice(1)
  const authData = new Uint8Array(32).fill(3)
  const qeReport = enclaveReport({
    attributes: 0x11,
    mrSigner: QE_MRSIGNER,
    isvProdId: 1,
    isvSvn: 8,
    reportData: concat(sha256(key, authData), new Uint8Array(32)),
  })
  const pem = fromUtf8(signers.pckPem)
  const authentication = concat(
    await signRaw({ keys, algorithm: 'P-256' }, signed),
    key,
    qeReport,
    await signRaw(signers.pck, qeReport),
    littleEndian(authData.length, 2),
    authData,
    littleEndian(5, 2),
    littleEndian(pem.length, 4),
    pem,
  )
  return concat(signed, littleEndian(authentication.length, 4), authentication)
}

type ReportFields = {
  attributes: number
  mrEnclave?: Uint8Array
  mrSigner?: Uint8Array
  isvProdId?: number
  isvSvn?: number
  reportData: Uint8Array
}

function enclaveReport(fields: ReportFields): Uint8Array {
  const report = new Uint8Array(384)
  report.fill(5, 0, 16)
  report[48] = fields.attributes
  report.set(fields.mrEnclave ?? new Uint8Array(32), 64)
  report.set(fields.mrSigner ?? new Uint8Array(32), 128)
  report.set(littleEndian(fields.isvProdId ?? 0, 2), 256)
  report.set(littleEndian(fields.isvSvn ?? 0, 2), 258)
  report.set(fields.reportData, 320)
  return report
}

function littleEndian(value: number, sizeBytes: number): Uint8Array {
  return fromUint(value, sizeBytes).reverse()
}
