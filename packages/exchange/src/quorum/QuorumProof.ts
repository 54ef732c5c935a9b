import { concat, fromHex, fromUint, type Hex, toHex } from '@ambrosia/primitives/Bytes'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import { bls12_381 } from '@noble/curves/bls12-381.js'

/** Who signed what: the oracle's place in the epoch's set and its signature. */
export type PlacedSignature = { place: number; signature: Hex }

const SIGNATURE_SIZE_BYTES = 65
const COORDINATE_SIZE_BYTES = 64
/** Domain separation tag (RFC 9380) of certificates signed with BLS. */
export const BLS_PURPOSE = 'AMBROSIA-QUORUM-V1-BLS12381G1_XMD:SHA-256_SSWU_RO_'

const { shortSignatures } = bls12_381
type G1 = InstanceType<typeof bls12_381.G1.Point>
type G2 = InstanceType<typeof bls12_381.G2.Point>

/**
 * Proof for PackedQuorumVerifier: 65-byte signatures of accounts, packed to 64 bytes each
 * (EIP-2098).
 */
export function packSignatures(epoch: bigint, signatures: readonly PlacedSignature[]): Hex {
  const ordered = inOrder(signatures)
  const packed = ordered.map(({ signature }) => {
    const bytes = fromHex(signature)
    const v = bytes[SIGNATURE_SIZE_BYTES - 1]
    if (bytes.length !== SIGNATURE_SIZE_BYTES || (v !== 27 && v !== 28)) {
      throw new AmbrosiaError('Quorum.MalformedSignature', 'expected 65 bytes r, s, v')
    }
    bytes[32] = (bytes[32] as number) | ((v - 27) << 7)
    return bytes.subarray(0, 64)
  })
  return toHex(concat(headOf(epoch, ordered), ...packed))
}

/** Proof for BlsQuorumVerifier: signatures in G1, 128 bytes each, added up. */
export function aggregateSignatures(epoch: bigint, signatures: readonly PlacedSignature[]): Hex {
  const ordered = inOrder(signatures)
  const points = ordered.map(({ signature }) => g1FromHex(signature))
  const sum = points.reduce((left, right) => left.add(right))
  return toHex(concat(headOf(epoch, ordered), g1ToBytes(sum)))
}

/** Signature of a digest, 128 bytes. @param secretKey 32 bytes */
export function signBls(digest: Hex, secretKey: Uint8Array, purpose = BLS_PURPOSE): Hex {
  const point = shortSignatures.hash(fromHex(digest), purpose)
  return toHex(g1ToBytes(shortSignatures.sign(point, secretKey)))
}

/** Public key of a secret key, 256 bytes. */
export function blsPublicKey(secretKey: Uint8Array): Hex {
  const { x, y } = shortSignatures.getPublicKey(secretKey).toAffine()
  const parts = [x.c0, x.c1, y.c0, y.c1].map((value) => fromUint(value, COORDINATE_SIZE_BYTES))
  return toHex(concat(...parts))
}

/**
 * Whether a signature of 128 bytes is that of a key of 256 bytes over a digest; what can't be read
 * is not.
 */
export function verifyBls(
  digest: Hex,
  signature: Hex,
  publicKey: Hex,
  purpose = BLS_PURPOSE,
): boolean {
  try {
    const point = shortSignatures.hash(fromHex(digest), purpose)
    return shortSignatures.verify(g1FromHex(signature), point, g2FromHex(publicKey))
  } catch {
    return false
  }
}

function headOf(epoch: bigint, ordered: readonly PlacedSignature[]): Uint8Array {
  const signers = ordered.reduce((bits, { place }) => bits | (1n << BigInt(place)), 0n)
  return concat(fromUint(epoch, 8), fromUint(signers, 32))
}

function inOrder(signatures: readonly PlacedSignature[]): PlacedSignature[] {
  const ordered = [...signatures].sort((left, right) => left.place - right.place)
  const isTwice = ordered.some(({ place }, index) => place === ordered[index - 1]?.place)
  if (ordered.length === 0 || isTwice) {
    throw new AmbrosiaError('Quorum.MalformedSignatures', 'expected one signature for each place')
  }
  return ordered
}

function g1ToBytes(point: G1): Uint8Array {
  const { x, y } = point.toAffine()
  return concat(fromUint(x, COORDINATE_SIZE_BYTES), fromUint(y, COORDINATE_SIZE_BYTES))
}

function g1FromHex(hex: Hex): G1 {
  const [x, y] = coordinates(hex, 2) as [bigint, bigint]
  const point = bls12_381.G1.Point.fromAffine({ x, y })
  point.assertValidity()
  return point
}

function g2FromHex(hex: Hex): G2 {
  const [a, b, c, d] = coordinates(hex, 4) as [bigint, bigint, bigint, bigint]
  const { Fp2 } = bls12_381.fields
  const point = bls12_381.G2.Point.fromAffine({
    x: Fp2.create({ c0: a, c1: b }),
    y: Fp2.create({ c0: c, c1: d }),
  })
  point.assertValidity()
  return point
}

function coordinates(hex: Hex, count: number): bigint[] {
  const bytes = fromHex(hex)
  const { ORDER } = bls12_381.fields.Fp
  const values = Array.from({ length: count }, (_, index) => {
    const at = index * COORDINATE_SIZE_BYTES
    return BigInt(toHex(bytes.subarray(at, at + COORDINATE_SIZE_BYTES)))
  })
  if (bytes.length !== count * COORDINATE_SIZE_BYTES || values.some((value) => value >= ORDER)) {
    throw new AmbrosiaError('Quorum.MalformedSignature', 'expected coordinates of 64 bytes')
  }
  return values
}
