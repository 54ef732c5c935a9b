// An enclave in the structure of Amazon's: a P-384 chain root, region, zone, instance, and
// documents that its last key signs.
import { encode } from 'cborg'
import { type Authority, issueCertificate, signRaw } from './issueCertificate.ts'

const HOUR_SEC = 3600
const PROTECTED = Uint8Array.of(0xa1, 0x01, 0x38, 0x22)

export type DocumentOptions = {
  reportData?: Uint8Array | null
  pcrs?: ReadonlyMap<number, Uint8Array>
  timestampMs?: number
  digest?: string
  protectedHeader?: Uint8Array
  signer?: Authority
  /** The outer map begins with 0xbf and ends with 0xff. */
  isIndefinite?: boolean
}

export async function createNitroEnclave(options: { nowSec: number }) {
  const { nowSec } = options
  const life = { fromSec: nowSec - HOUR_SEC, untilSec: nowSec + 2 * HOUR_SEC }
  const names = ['aws.nitro-enclaves', 'region', 'zone', 'instance']
  const authorities: Authority[] = []
  for (const name of names) {
    authorities.push(
      await issueCertificate({ name, algorithm: 'P-384', isCa: true, ...life }, authorities.at(-1)),
    )
  }
  const leaf = await issueCertificate(
    { name: 'enclave', algorithm: 'P-384', ...life },
    authorities.at(-1),
  )
  const bundle = authorities.map(({ certificate }) => certificate)
  return {
    root: bundle[0] as Uint8Array,
    instance: authorities.at(-1) as Authority,
    document: (document: DocumentOptions = {}) =>
      documentOf(leaf, bundle, { timestampMs: nowSec * 1000, ...document }),
  }
}

async function documentOf(
  leaf: Authority,
  bundle: readonly Uint8Array[],
  options: DocumentOptions,
): Promise<Uint8Array> {
  const pcrs =
    options.pcrs ??
    new Map([0, 1, 2, 3].map((index) => [index, new Uint8Array(48).fill(index + 1)]))
  const definite = encode({
    module_id: 'i-0123456789abcdef0-enc0123456789abcd',
    digest: options.digest ?? 'SHA384',
    timestamp: options.timestampMs,
    pcrs,
    certificate: leaf.certificate,
    cabundle: bundle,
    public_key: null,
    user_data: options.reportData === undefined ? new Uint8Array(64) : options.reportData,
    nonce: null,
  })
  const payload = options.isIndefinite
    ? Uint8Array.of(0xbf, ...definite.subarray(1), 0xff)
    : definite
  const header = options.protectedHeader ?? PROTECTED
  const toSign = encode(['Signature1', header, new Uint8Array(), payload])
  const signature = await signRaw(options.signer ?? leaf, toSign)
  return encode([header, new Map(), payload, signature])
}
