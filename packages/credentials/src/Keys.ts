import { concat, type RandomBytes, toHex } from '@ambrosia/primitives/Bytes'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import { bls12_381 } from '@noble/curves/bls12-381.js'
import { ed25519, x25519 } from '@noble/curves/ed25519.js'
import { p256 } from '@noble/curves/nist.js'
import { secp256k1 } from '@noble/curves/secp256k1.js'
import { base58 } from '@scure/base'
import { verifyEd25519 } from '#verifyEd25519'

/**
 * Public keys as Multikeys (W3C Controlled Identifiers 1.0, section 2.2.2): a multicodec prefix and
 * the key's bytes, in base58 behind a `z` as text.
 */
export type KeyType = 'Ed25519' | 'X25519' | 'P-256' | 'secp256k1' | 'BLS12-381-G2'

export type PublicKey = { type: KeyType; bytes: Uint8Array }

/**
 * Prefixes of the multicodec registry as unsigned varints, and the size of the key behind them,
 * bytes.
 */
const CODECS: readonly { type: KeyType; prefix: readonly [number, number]; sizeBytes: number }[] = [
  { type: 'Ed25519', prefix: [0xed, 0x01], sizeBytes: 32 },
  { type: 'X25519', prefix: [0xec, 0x01], sizeBytes: 32 },
  { type: 'P-256', prefix: [0x80, 0x24], sizeBytes: 33 },
  { type: 'secp256k1', prefix: [0xe7, 0x01], sizeBytes: 33 },
  { type: 'BLS12-381-G2', prefix: [0xeb, 0x01], sizeBytes: 96 },
]

/** Longest Multikey text that is looked at; the longest valid one has 136 characters. */
const TEXT_LIMIT = 160

/** The bytes of a Multikey, as they stand on chain. @throws Keys.InvalidKey */
export function toMulticodec(key: PublicKey): Uint8Array {
  const codec = CODECS.find((one) => one.type === key.type)
  if (codec === undefined || key.bytes.length !== codec.sizeBytes) throw new InvalidKeyError()
  return concat(Uint8Array.from(codec.prefix), key.bytes)
}

/** The key of Multikey bytes; the point must lie on its curve. @throws Keys.InvalidKey */
export function fromMulticodec(bytes: Uint8Array): PublicKey {
  const codec = CODECS.find(({ prefix }) => prefix[0] === bytes[0] && prefix[1] === bytes[1])
  if (codec === undefined || bytes.length !== codec.sizeBytes + 2) throw new InvalidKeyError()
  const key = { type: codec.type, bytes: bytes.slice(2) }
  if (!isPoint(key)) throw new InvalidKeyError()
  return key
}

/** `publicKeyMultibase` of a key. @throws Keys.InvalidKey */
export function toMultibase(key: PublicKey): string {
  return `z${base58.encode(toMulticodec(key))}`
}

/** The key of a `publicKeyMultibase`. @throws Keys.InvalidKey */
export function fromMultibase(text: string): PublicKey {
  if (!text.startsWith('z') || text.length > TEXT_LIMIT) throw new InvalidKeyError()
  let bytes: Uint8Array
  try {
    bytes = base58.decode(text.slice(1))
  } catch {
    throw new InvalidKeyError()
  }
  return fromMulticodec(bytes)
}

/**
 * Keys that were found to be points: the check of a BLS key costs milliseconds, and verifiers meet
 * few issuers.
 */
const knownPoints = new Set<string>()
const KNOWN_LIMIT = 1024

function isPoint(key: PublicKey): boolean {
  const name = `${key.type} ${toHex(key.bytes)}`
  if (knownPoints.has(name)) return true
  if (!isOnCurve(key)) return false
  if (knownPoints.size >= KNOWN_LIMIT) knownPoints.clear()
  knownPoints.add(name)
  return true
}

function isOnCurve(key: PublicKey): boolean {
  try {
    if (key.type === 'Ed25519') return !ed25519.Point.fromBytes(key.bytes).isSmallOrder()
    if (key.type === 'P-256') p256.Point.fromBytes(key.bytes).assertValidity()
    if (key.type === 'secp256k1') secp256k1.Point.fromBytes(key.bytes).assertValidity()
    if (key.type === 'BLS12-381-G2') {
      const point = bls12_381.G2.Point.fromBytes(key.bytes)
      point.assertValidity()
      return !point.is0() && point.isTorsionFree()
    }
    // Every 32 bytes are an X25519 public key (RFC 7748, section 5); all zeros yield a shared
    // secret of zeros.
    return key.type !== 'X25519' || key.bytes.some((byte) => byte !== 0)
  } catch {
    return false
  }
}

/** Makes a key pair. The secret has 32 bytes. */
export function create(
  type: KeyType,
  randomBytes: RandomBytes,
): { secretKey: Uint8Array; publicKey: PublicKey } {
  if (type === 'Ed25519' || type === 'X25519') {
    const secretKey = randomBytes(32)
    const curve = type === 'Ed25519' ? ed25519 : x25519
    return { secretKey, publicKey: { type, bytes: curve.getPublicKey(secretKey) } }
  }
  if (type === 'BLS12-381-G2') {
    const secretKey = bls12_381.utils.randomSecretKey(randomBytes(48))
    const bytes = bls12_381.shortSignatures.getPublicKey(secretKey).toBytes(true)
    return { secretKey, publicKey: { type, bytes } }
  }
  const curve = type === 'P-256' ? p256 : secp256k1
  const secretKey = curve.utils.randomSecretKey(randomBytes(48))
  return { secretKey, publicKey: { type, bytes: curve.getPublicKey(secretKey, true) } }
}

/**
 * A person's key for one credential: 32 bytes of Ed25519 secret, and the did:key that the
 * credential names.
 */
export type HolderKey = { did: string; publicKey: Uint8Array; secretKey: Uint8Array }

/** Makes a fresh holder key. Use one for each credential, so that none links two of them. */
export function createHolderKey(randomBytes: RandomBytes): HolderKey {
  return holderKeyOf(randomBytes(32))
}

/** The holder key of a stored secret of 32 bytes. */
export function holderKeyOf(secretKey: Uint8Array): HolderKey {
  const publicKey = ed25519.getPublicKey(secretKey)
  return {
    did: `did:key:${toMultibase({ type: 'Ed25519', bytes: publicKey })}`,
    publicKey,
    secretKey,
  }
}

/** Signs a digest of 32 bytes: 64 bytes. @throws Keys.InvalidDigest */
export function signHolder(key: HolderKey, digest: Uint8Array): Uint8Array {
  if (digest.length !== 32) throw new InvalidDigestError(digest.length)
  return ed25519.sign(digest, key.secretKey)
}

/**
 * True when the Ed25519 key that the did:key names signed the digest (RFC 8032, strict). Never
 * throws.
 */
export function verifyHolder(didKey: string, digest: Uint8Array, signature: Uint8Array): boolean {
  if (!didKey.startsWith('did:key:') || digest.length !== 32 || signature.length !== 64)
    return false
  try {
    const key = fromMultibase(didKey.slice('did:key:'.length))
    if (key.type !== 'Ed25519') return false
    return verifyEd25519(key.bytes, digest, signature)
  } catch {
    return false
  }
}

export class InvalidKeyError extends AmbrosiaError {
  constructor() {
    super('Keys.InvalidKey', 'not a public key of a known kind', {
      hint: 'Use a Multikey of Ed25519, X25519, P-256, secp256k1 or BLS12-381 G2, in base58 behind a z.',
    })
  }
}

export class InvalidDigestError extends AmbrosiaError {
  constructor(length: number) {
    super('Keys.InvalidDigest', `expected a digest of 32 bytes, got ${length}`)
  }
}
