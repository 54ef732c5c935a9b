import * as Curve from './curve.ts'

const SIGNATURE_SIZE_BYTES = Curve.POINT_SIZE_BYTES + Curve.SCALAR_SIZE_BYTES

const PROOF_POINTS_SIZE_BYTES = 3 * Curve.POINT_SIZE_BYTES
/** e^, r1^, r3^ and the challenge. */
const PROOF_SCALAR_COUNT = 4

/** The size of a proof that hides `hiddenCount` messages, bytes. */
export function proofSizeBytes(hiddenCount: number): number {
  return PROOF_POINTS_SIZE_BYTES + Curve.SCALAR_SIZE_BYTES * (PROOF_SCALAR_COUNT + hiddenCount)
}

type Signature = { a: Curve.Point; e: Curve.Scalar }

/** A signature's parts, or undefined where the bytes are not one. */
export function decodeSignature(bytes: Uint8Array): Signature | undefined {
  if (bytes.length !== SIGNATURE_SIZE_BYTES) return undefined
  const a = Curve.decodePoint(bytes.subarray(0, Curve.POINT_SIZE_BYTES))
  const e = Curve.decodeScalar(bytes.subarray(Curve.POINT_SIZE_BYTES))
  return a === undefined || e === undefined ? undefined : { a, e }
}

type Proof = {
  aBar: Curve.Point
  bBar: Curve.Point
  d: Curve.Point
  e: Curve.Scalar
  r1: Curve.Scalar
  r3: Curve.Scalar
  hidden: Curve.Scalar[]
  c: Curve.Scalar
}

/**
 * A proof's parts, or undefined where the bytes are not one of at most `hiddenLimit` hidden
 * messages.
 */
export function decodeProof(bytes: Uint8Array, hiddenLimit: number): Proof | undefined {
  const scalarCount = (bytes.length - PROOF_POINTS_SIZE_BYTES) / Curve.SCALAR_SIZE_BYTES
  const hiddenCount = scalarCount - PROOF_SCALAR_COUNT
  if (!Number.isInteger(hiddenCount) || hiddenCount < 0 || hiddenCount > hiddenLimit)
    return undefined
  const pointAt = (index: number): Curve.Point | undefined => {
    const at = index * Curve.POINT_SIZE_BYTES
    return Curve.decodePoint(bytes.subarray(at, at + Curve.POINT_SIZE_BYTES))
  }
  const [aBar, bBar, d] = [pointAt(0), pointAt(1), pointAt(2)]
  if (aBar === undefined || bBar === undefined || d === undefined) return undefined
  const scalars: Curve.Scalar[] = []
  for (let at = PROOF_POINTS_SIZE_BYTES; at < bytes.length; at += Curve.SCALAR_SIZE_BYTES) {
    const scalar = Curve.decodeScalar(bytes.subarray(at, at + Curve.SCALAR_SIZE_BYTES))
    if (scalar === undefined) return undefined
    scalars.push(scalar)
  }
  const [e, r1, r3] = scalars as [Curve.Scalar, Curve.Scalar, Curve.Scalar]
  return {
    aBar,
    bBar,
    d,
    e,
    r1,
    r3,
    hidden: scalars.slice(3, -1),
    c: scalars.at(-1) as Curve.Scalar,
  }
}
