import { equal, toBase64url } from '@ambrosia/primitives/Bytes'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import type { Fr, G1, G2, GT, PrecomputedG2 } from 'mcl-wasm'
import { type AffinePoint, createKernel, type Kernel } from './kernel/kernel.ts'

/**
 * BLS12-381 over mcl-wasm: points and scalars in the encodings of draft-irtf-cfrg-bbs-signatures,
 * section 4.2.4. The library keeps one global state, so it is set up once for the process. Its
 * operations take time that depends on their operands; `mulSecret` and `invertSecret` blind those
 * that touch a signing key.
 */
export type Scalar = Fr
export type Point = G1
export type KeyPoint = G2
/** A public key ready to be paired with; not to be kept, since others push it out. */
type Key = { readonly lines: PrecomputedG2 }

export const SCALAR_SIZE_BYTES = 32
export const POINT_SIZE_BYTES = 48
export const KEY_SIZE_BYTES = 96
/** Bytes that are reduced to one scalar: ceil((ceil(log2 r) + 128) / 8). */
export const EXPAND_SIZE_BYTES = 48
/** Bytes of a field element before reduction in hash to curve (RFC 9380, section 8.8.1, L = 64). */
const FIELD_EXPAND_SIZE_BYTES = 64
/**
 * `mulVec` of mcl-wasm allocates its operands on a small stack and aborts above some 4,000 of them.
 */
const CHUNK_COUNT = 2048

type Library = typeof import('mcl-wasm')

/** Loaded by `ready`: it is large, and a page that verifies nothing need not fetch it. */
let mcl: Library
let starting: Promise<void> | undefined
let keyGenerator: PrecomputedG2 | undefined
let pointKernel: Kernel

/** Sets up the curve library once; later calls return the same promise. */
export function ready(): Promise<void> {
  starting ??= start().catch((error: unknown) => {
    // A page that lost its connection may try again.
    starting = undefined
    throw error
  })
  return starting
}

async function start(): Promise<void> {
  mcl = (await import('mcl-wasm')).default
  await mcl.init(mcl.BLS12_381)
  mcl.setETHserialization(true)
  mcl.setMapToMode(mcl.IRTF)
  // Subgroup membership is checked by decodeElement itself, once, and not for points that this
  // package made.
  mcl.verifyOrderG1(false)
  mcl.verifyOrderG2(false)
  pointKernel = await createKernel(invertElement)
  keyGenerator = new mcl.PrecomputedG2(mcl.neg(baseKeyPoint()))
}

export function assertReady(): void {
  if (keyGenerator === undefined) throw new NotReadyError()
}

/** A scalar from bytes, reduced modulo the group order. At most 64 bytes. */
export function reduceScalar(bytes: Uint8Array): Scalar {
  const scalar = new mcl.Fr()
  scalar.setBigEndianMod(bytes)
  return scalar
}

/**
 * A scalar from exactly 32 bytes in 1..r-1, or undefined: zero and values of r or more are refused.
 */
export function decodeScalar(bytes: Uint8Array): Scalar | undefined {
  if (bytes.length !== SCALAR_SIZE_BYTES) return undefined
  const scalar = reduceScalar(bytes)
  if (scalar.isZero() || !equal(scalar.serialize(), bytes)) return undefined
  return scalar
}

/**
 * A point of G1 from its compressed encoding, or undefined. Refused are the identity, points
 * outside the subgroup of order r, and every encoding that would not be written the same way again.
 */
export function decodePoint(bytes: Uint8Array): Point | undefined {
  return decodeElement(new mcl.G1(), bytes, POINT_SIZE_BYTES)
}

/**
 * A point of G2 from its compressed encoding, or undefined; the same rules as {@link decodePoint}.
 */
export function decodeKeyPoint(bytes: Uint8Array): KeyPoint | undefined {
  return decodeElement(new mcl.G2(), bytes, KEY_SIZE_BYTES)
}

function decodeElement<T extends G1 | G2>(
  element: T,
  bytes: Uint8Array,
  sizeBytes: number,
): T | undefined {
  if (bytes.length !== sizeBytes) return undefined
  try {
    element.deserialize(bytes)
  } catch {
    return undefined
  }
  if (element.isZero() || !element.isValidOrder()) return undefined
  return equal(element.serialize(), bytes) ? element : undefined
}

/** Keys kept ready; 19 kB each. Issuers are few, and a stranger's key pushes out the oldest. */
const KEPT_KEYS = 64
const keys = new Map<string, Key>()

/**
 * The key in its compressed encoding, or undefined where it is none. What an issuer's key costs,
 * its decoding and its half of the Miller loop, is done once for all its credentials.
 */
function keyOf(bytes: Uint8Array): Key | undefined {
  const name = toBase64url(bytes)
  const known = keys.get(name)
  if (known !== undefined) return known
  const point = decodeKeyPoint(bytes)
  if (point === undefined) return undefined
  const key = { lines: new mcl.PrecomputedG2(point) }
  keys.set(name, key)
  const [oldest] = keys
  if (keys.size > KEPT_KEYS && oldest !== undefined) {
    keys.delete(oldest[0])
    oldest[1].lines.destroy()
  }
  return key
}

/** True for a key that pairings can be computed with; what that takes is kept. */
export function isKey(bytes: Uint8Array): boolean {
  return keyOf(bytes) !== undefined
}

/** Where points are added by the thousand; one for the process, since it keeps what it is given. */
export function kernel(): Kernel {
  assertReady()
  return pointKernel
}

/** A point that is not the identity, in affine form. */
export function toAffine(point: Point): AffinePoint {
  const [, x, y] = point.getStr(16).split(' ')
  return { x: BigInt(`0x${x}`), y: BigInt(`0x${y}`) }
}

/** Sum of `points[i] * 2^i`. */
export function sumOfPowers(points: readonly (AffinePoint | undefined)[]): Point {
  return points.reduceRight((sum, point) => {
    const double = mcl.add(sum, sum)
    return point === undefined ? double : mcl.add(double, fromAffine(point))
  }, new mcl.G1())
}

function fromAffine({ x, y }: AffinePoint): Point {
  const point = new mcl.G1()
  point.setStr(`1 ${x.toString(16)} ${y.toString(16)}`, 16)
  return point
}

/** The inverse in the field of the coordinates. */
function invertElement(value: bigint): bigint {
  const element = new mcl.Fp()
  element.setStr(value.toString(16), 16)
  return BigInt(`0x${mcl.inv(element).getStr(16)}`)
}

/** Decodes points that this process or this package made, without the costly subgroup check. */
export function decodeOwnPoints(encodings: readonly Uint8Array[]): Point[] {
  return encodings.map((bytes) => {
    const point = new mcl.G1()
    point.deserialize(bytes)
    return point
  })
}

/** hash_to_curve of RFC 9380, section 3, for 128 bytes that `expand_message` made. */
export function mapToPoint(uniform: Uint8Array): Point {
  const map = (part: Uint8Array): Point => {
    const element = new mcl.Fp()
    element.setBigEndianMod(part)
    return element.mapToG1()
  }
  const left = map(uniform.subarray(0, FIELD_EXPAND_SIZE_BYTES))
  const right = map(uniform.subarray(FIELD_EXPAND_SIZE_BYTES, 2 * FIELD_EXPAND_SIZE_BYTES))
  return mcl.add(left, right)
}

export const addScalars = (a: Scalar, b: Scalar): Scalar => mcl.add(a, b)
export const subtractScalars = (a: Scalar, b: Scalar): Scalar => mcl.sub(a, b)
export const multiplyScalars = (a: Scalar, b: Scalar): Scalar => mcl.mul(a, b)
export const invertScalar = (a: Scalar): Scalar => mcl.inv(a)
export const negatePoint = (a: Point): Point => mcl.neg(a)
export const addPoints = (a: Point, b: Point): Point => mcl.add(a, b)
export const multiplyPoint = (point: Point, scalar: Scalar): Point => mcl.mul(point, scalar)

/** Sum of `points[i] * scalars[i]`, in chunks that the library can hold. */
export function sumOfProducts(points: readonly Point[], scalars: readonly Scalar[]): Point {
  let sum = new mcl.G1()
  for (let at = 0; at < points.length; at += CHUNK_COUNT) {
    const part = mcl.mulVec(points.slice(at, at + CHUNK_COUNT), scalars.slice(at, at + CHUNK_COUNT))
    sum = at === 0 ? part : mcl.add(sum, part)
  }
  return sum
}

/** The inverse of a secret, computed on its product with a random blind. */
export function invertSecret(secret: Scalar, blind: Scalar): Scalar {
  return mcl.mul(mcl.inv(mcl.mul(secret, blind)), blind)
}

/** `point * secret` as the sum of two products whose scalars are random each time. */
export function multiplyBySecret(point: Point, secret: Scalar, blind: Scalar): Point {
  return mcl.add(mcl.mul(point, blind), mcl.mul(point, mcl.sub(secret, blind)))
}

/** The public key of a secret scalar, `BP2 * secret`, compressed. */
export function publicKeyOf(secret: Scalar): Uint8Array {
  return mcl.mul(baseKeyPoint(), secret).serialize()
}

/**
 * True when the product of all e(point, key) equals e(b, BP2), with one final exponentiation.
 * @param left points with keys in their compressed encodings, one at least
 */
export function pairingsEqual(
  left: readonly { readonly point: Point; readonly publicKey: Uint8Array }[],
  b: Point,
): boolean {
  assertReady()
  const generator = keyGenerator as PrecomputedG2
  let product: GT | undefined
  for (const { point, publicKey } of left) {
    // Found anew for each: what was prepared for a key ends when others push it out.
    const key = keyOf(publicKey)
    if (key === undefined) return false
    product =
      product === undefined
        ? mcl.precomputedMillerLoop2(point, key.lines, b, generator)
        : mcl.mul(product, mcl.precomputedMillerLoop(point, key.lines))
  }
  return product !== undefined && mcl.finalExp(product).isOne()
}

/**
 * The generator of G2 of the curve BLS12-381 (draft-irtf-cfrg-pairing-friendly-curves, section
 * 4.2.1).
 */
function baseKeyPoint(): KeyPoint {
  const point = new mcl.G2()
  point.setStr(
    '1 352701069587466618187139116011060144890029952792775240219908644239793785735715026873347600343865175952761926303160 3059144344244213709971259814753781636986470325476647558659373206291635324768958432433509563104347017837885763365758 1985150602287291935568054521177171638300868978215655730859378665066344726373823718423869104263333984641494340347905 927553665492332455747201965776037880757740193453592970025027978793976877002675564980949289727957565575433344219582',
  )
  return point
}

export class NotReadyError extends AmbrosiaError {
  constructor() {
    super('Bbs.NotReady', 'the curve library is not set up', { hint: 'Await Bbs.ready() first.' })
  }
}
