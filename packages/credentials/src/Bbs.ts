import { concat, fromUint, fromUtf8, type RandomBytes, random } from '@ambrosia/primitives/Bytes'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import { type Ciphersuite, SUITES, type Suite } from './bbs/ciphersuite.ts'
import * as Curve from './bbs/curve.ts'
import { decodeProof, decodeSignature } from './bbs/encoding.ts'
import { generators, readyTable, sumOfGenerators, type Terms } from './bbs/generators.ts'
import { holds, type Pairings } from './bbs/pairings.ts'
import {
  challengeScalar,
  domainScalar,
  hashToScalar,
  messageScalars,
  scalarTag,
} from './bbs/scalars.ts'

/**
 * BBS signatures: draft-irtf-cfrg-bbs-signatures over BLS12-381 with SHA-256 and SHAKE-256. One
 * signature covers many messages; its holder proves knowledge of it while showing some of them, and
 * no two proofs can be linked.
 *
 * Whatever a stranger sends (keys, signatures, proofs, indexes) is answered with `false`; only
 * misuse by the caller throws. Await {@link ready} once before anything else.
 */
export type { Ciphersuite } from './bbs/ciphersuite.ts'
export { proofSizeBytes } from './bbs/encoding.ts'
export { createPairings, type Pairings } from './bbs/pairings.ts'

export const SECRET_KEY_SIZE_BYTES = Curve.SCALAR_SIZE_BYTES
export const PUBLIC_KEY_SIZE_BYTES = Curve.KEY_SIZE_BYTES
/**
 * Messages under one signature; each costs a generator, so a stranger must not choose the number
 * freely.
 */
export const MESSAGE_LIMIT = 4096

/** A signing key: 32 bytes of secret scalar, 96 bytes of public key in G2. */
export type KeyPair = { secretKey: Uint8Array; publicKey: Uint8Array }

/** Loads curve library and generator table once; later calls return at once. */
export async function ready(): Promise<void> {
  await Promise.all([Curve.ready(), readyTable()])
}

/**
 * KeyGen and SkToPk, sections 3.4.1 and 3.4.2.
 * @param seed at least 32 secret bytes.
 * @throws Bbs.InvalidSeed
 */
export function keyPair(
  ciphersuite: Ciphersuite,
  seed: Uint8Array,
  keyInfo: Uint8Array = new Uint8Array(0),
): KeyPair {
  const suite = suiteOf(ciphersuite)
  if (seed.length < 32 || keyInfo.length > 65_535) throw new InvalidSeedError(seed.length)
  const tag = concat(suite.apiId, fromUtf8('KEYGEN_DST_'))
  const secret = hashToScalar(suite, concat(seed, fromUint(keyInfo.length, 2), keyInfo), tag)
  return { secretKey: secret.serialize(), publicKey: Curve.publicKeyOf(secret) }
}

/** The public key of a secret key. @throws Bbs.InvalidSecretKey */
export function publicKey(secretKey: Uint8Array): Uint8Array {
  Curve.assertReady()
  return Curve.publicKeyOf(secretScalar(secretKey))
}

/** True for 96 bytes that are a point of G2 in the right subgroup, written canonically. */
export function isPublicKey(bytes: Uint8Array): boolean {
  Curve.assertReady()
  return Curve.decodeKeyPoint(bytes) !== undefined
}

export type SignOptions = {
  ciphersuite: Ciphersuite
  secretKey: Uint8Array
  /** Computed from the secret key when absent. */
  publicKey?: Uint8Array | undefined
  header?: Uint8Array | undefined
  messages: readonly Uint8Array[]
  /** Blinds the computation against timing; the signature does not depend on it. */
  randomBytes?: RandomBytes | undefined
}

/**
 * Signs messages in their order, section 3.5.1: 80 bytes.
 * @throws Bbs.InvalidSecretKey, Bbs.TooManyMessages
 */
export function sign(options: SignOptions): Uint8Array {
  const suite = suiteOf(options.ciphersuite)
  assertCount(options.messages.length)
  const secret = secretScalar(options.secretKey)
  const key = options.publicKey ?? Curve.publicKeyOf(secret)
  const scalars = messageScalars(suite, options.messages)
  const { base, domain } = commit(suite, key, options.header, scalars)
  const e = hashToScalar(
    suite,
    concat(secret.serialize(), ...scalars.map((scalar) => scalar.serialize()), domain.serialize()),
    scalarTag(suite),
  )
  const [first, second] = randomScalars(2, options.randomBytes ?? random) as [
    Curve.Scalar,
    Curve.Scalar,
  ]
  const inverse = Curve.invertSecret(Curve.addScalars(secret, e), first)
  return concat(Curve.multiplyBySecret(base, inverse, second).serialize(), e.serialize())
}

export type VerifyOptions = {
  ciphersuite: Ciphersuite
  publicKey: Uint8Array
  signature: Uint8Array
  header?: Uint8Array | undefined
  messages: readonly Uint8Array[]
}

/** Verifies a signature over all messages, section 3.5.2. */
export function verify(options: VerifyOptions): boolean {
  const suite = suiteOf(options.ciphersuite)
  if (options.messages.length > MESSAGE_LIMIT) return false
  const signature = decodeSignature(options.signature)
  if (signature === undefined || !Curve.isKey(options.publicKey)) return false
  const scalars = messageScalars(suite, options.messages)
  // e(A, W + BP2*e) = e(B, BP2), with the product by e moved to the cheaper group and into the sum
  // that makes B.
  const { base: right } = commit(suite, options.publicKey, options.header, scalars, {
    points: [Curve.negatePoint(signature.a)],
    scalars: [signature.e],
  })
  return holds({ a: signature.a, b: right, publicKey: options.publicKey })
}

/** A signature with all that it signs. */
export type ProverOptions = {
  ciphersuite: Ciphersuite
  publicKey: Uint8Array
  signature: Uint8Array
  header?: Uint8Array | undefined
  /** All messages that were signed. */
  messages: readonly Uint8Array[]
}

/** What one proof shows, and for whom. */
export type ShownOptions = {
  presentationHeader?: Uint8Array | undefined
  /** Positions of the messages shown, ascending, from 0. */
  disclosedIndexes: readonly number[]
  randomBytes?: RandomBytes | undefined
}

export type ProveOptions = ProverOptions & ShownOptions

/** Makes proofs of one signature. */
export type Prover = {
  /** @throws Bbs.InvalidIndexes */
  prove(shown: ShownOptions): Uint8Array
}

/**
 * Makes a proof of knowledge of a signature, section 3.5.3.
 * @throws Bbs.InvalidSignature, Bbs.InvalidIndexes, Bbs.TooManyMessages
 */
export function prove(options: ProveOptions): Uint8Array {
  return createProver(options).prove(options)
}

/**
 * Makes what all proofs of a signature have in common once: the scalars of its messages and their
 * sum, half of what a proof costs.
 * @throws Bbs.InvalidSignature, Bbs.TooManyMessages
 */
export function createProver(options: ProverOptions): Prover {
  const suite = suiteOf(options.ciphersuite)
  assertCount(options.messages.length)
  const signature = decodeSignature(options.signature)
  if (signature === undefined) throw new InvalidSignatureError()
  const scalars = messageScalars(suite, options.messages)
  const commitment = commit(suite, options.publicKey, options.header, scalars)
  return { prove: (shown) => proveShown({ suite, signature, scalars, commitment }, shown) }
}

type Signed = {
  suite: Suite
  signature: { a: Curve.Point; e: Curve.Scalar }
  scalars: readonly Curve.Scalar[]
  commitment: Commitment
}

function proveShown(
  { suite, signature, scalars, commitment: { base, domain } }: Signed,
  { disclosedIndexes, presentationHeader = new Uint8Array(0), randomBytes = random }: ShownOptions,
): Uint8Array {
  const hidden = hiddenIndexes(disclosedIndexes, scalars.length)
  if (hidden === undefined) throw new InvalidIndexesError(scalars.length)
  const random_ = randomScalars(5 + hidden.length, randomBytes)
  const [r1, r2, eBlind, r1Blind, r3Blind] = random_ as [
    Curve.Scalar,
    Curve.Scalar,
    Curve.Scalar,
    Curve.Scalar,
    Curve.Scalar,
  ]
  const messageBlinds = random_.slice(5)

  const d = Curve.multiplyPoint(base, r2)
  const aBar = Curve.multiplyPoint(signature.a, Curve.multiplyScalars(r1, r2))
  const minusABar = Curve.negatePoint(aBar)
  const bBar = Curve.sumOfProducts([d, minusABar], [r1, signature.e])
  const t1 = Curve.sumOfProducts([aBar, d], [eBlind, r1Blind])
  const hiddenGenerators = hidden.map((index) => index + 1)
  const t2 = sumOfGenerators(suite, hiddenGenerators, messageBlinds, {
    points: [d],
    scalars: [r3Blind],
  })
  const c = challengeScalar(suite, {
    disclosedIndexes,
    disclosedScalars: disclosedIndexes.map((index) => scalars[index] as Curve.Scalar),
    points: [aBar, bBar, d, t1, t2],
    domain,
    presentationHeader,
  })
  const times = (scalar: Curve.Scalar): Curve.Scalar => Curve.multiplyScalars(scalar, c)
  const responses = [
    Curve.addScalars(eBlind, times(signature.e)),
    Curve.subtractScalars(r1Blind, times(r1)),
    Curve.subtractScalars(r3Blind, times(Curve.invertScalar(r2))),
    ...hidden.map((index, at) =>
      Curve.addScalars(messageBlinds[at] as Curve.Scalar, times(scalars[index] as Curve.Scalar)),
    ),
    c,
  ]
  return concat(...[aBar, bBar, d, ...responses].map((part) => part.serialize()))
}

export type VerifyProofOptions = {
  ciphersuite: Ciphersuite
  publicKey: Uint8Array
  proof: Uint8Array
  header?: Uint8Array | undefined
  presentationHeader?: Uint8Array | undefined
  /** The messages shown, in the order of their positions. */
  messages: readonly Uint8Array[]
  disclosedIndexes: readonly number[]
  /**
   * Where given, the pairing of the proof is left to it, and true says that everything else holds:
   * the proof counts only where `faulty` does not name it.
   */
  pairings?: Pairings | undefined
}

/** Verifies a proof against the messages it shows, section 3.5.4. */
export function verifyProof(options: VerifyProofOptions): boolean {
  const suite = suiteOf(options.ciphersuite)
  const { disclosedIndexes, messages } = options
  if (messages.length !== disclosedIndexes.length) return false
  const proof = decodeProof(options.proof, MESSAGE_LIMIT - messages.length)
  if (proof === undefined || !Curve.isKey(options.publicKey)) return false
  const count = proof.hidden.length + messages.length
  const hidden = hiddenIndexes(disclosedIndexes, count)
  if (hidden === undefined || hidden.length !== proof.hidden.length) return false

  const disclosed = messageScalars(suite, messages)
  const all = generators(suite, count + 1)
  const header = options.header ?? new Uint8Array(0)
  const domain = domainScalar(suite, options.publicKey, all, count, header)
  const { aBar, bBar, d, c } = proof
  const t1 = Curve.sumOfProducts([bBar, aBar, d], [c, proof.e, proof.r1])
  // The commitment to domain and shown messages enters times c; folding c into its scalars leaves
  // one sum.
  const times = (scalar: Curve.Scalar): Curve.Scalar => Curve.multiplyScalars(scalar, c)
  const t2 = sumOfGenerators(
    suite,
    [0, ...[...disclosedIndexes, ...hidden].map((index) => index + 1)],
    [times(domain), ...disclosed.map(times), ...proof.hidden],
    { points: [basePoint(suite), d], scalars: [c, proof.r3] },
  )
  const expected = challengeScalar(suite, {
    disclosedIndexes,
    disclosedScalars: disclosed,
    points: [aBar, bBar, d, t1, t2],
    domain,
    presentationHeader: options.presentationHeader ?? new Uint8Array(0),
  })
  if (!expected.isEqual(c)) return false
  const claim = { a: aBar, b: bBar, publicKey: options.publicKey }
  if (options.pairings === undefined) return holds(claim)
  options.pairings.add(claim)
  return true
}

type Commitment = { base: Curve.Point; domain: Curve.Scalar }

/** B = P1 + Q_1*domain + H_1*msg_1 + ..., and what else is to be added. */
function commit(
  suite: Suite,
  key: Uint8Array,
  header: Uint8Array = new Uint8Array(0),
  scalars: readonly Curve.Scalar[],
  others: Terms = { points: [], scalars: [] },
): Commitment {
  const all = generators(suite, scalars.length + 1)
  const domain = domainScalar(suite, key, all, scalars.length, header)
  const indexes = Array.from({ length: scalars.length + 1 }, (_, index) => index)
  const base = sumOfGenerators(suite, indexes, [domain, ...scalars], {
    points: [basePoint(suite), ...others.points],
    scalars: [one(), ...others.scalars],
  })
  return { base, domain }
}

/**
 * Positions that are not disclosed, or undefined unless the disclosed ones ascend within the count.
 */
function hiddenIndexes(disclosed: readonly number[], count: number): number[] | undefined {
  let previous = -1
  for (const index of disclosed) {
    if (!Number.isSafeInteger(index) || index <= previous || index >= count) return undefined
    previous = index
  }
  const shown = new Set(disclosed)
  return Array.from({ length: count }, (_, index) => index).filter((index) => !shown.has(index))
}

function randomScalars(count: number, randomBytes: RandomBytes): Curve.Scalar[] {
  const bytes = randomBytes(count * Curve.EXPAND_SIZE_BYTES)
  return Array.from({ length: count }, (_, index) => {
    const at = index * Curve.EXPAND_SIZE_BYTES
    return Curve.reduceScalar(bytes.subarray(at, at + Curve.EXPAND_SIZE_BYTES))
  })
}

function suiteOf(ciphersuite: Ciphersuite): Suite {
  Curve.assertReady()
  const suite = Object.hasOwn(SUITES, ciphersuite) ? SUITES[ciphersuite] : undefined
  if (suite === undefined) throw new UnknownCiphersuiteError()
  return suite
}

function secretScalar(bytes: Uint8Array): Curve.Scalar {
  const secret = Curve.decodeScalar(bytes)
  if (secret === undefined) throw new InvalidSecretKeyError(bytes.length)
  return secret
}

const basePoints = new Map<Ciphersuite, Curve.Point>()

function basePoint(suite: Suite): Curve.Point {
  const point = basePoints.get(suite.name) ?? Curve.decodeOwnPoints([suite.basePoint])[0]
  basePoints.set(suite.name, point as Curve.Point)
  return point as Curve.Point
}

function one(): Curve.Scalar {
  return Curve.reduceScalar(Uint8Array.of(1))
}

function assertCount(count: number): void {
  if (count > MESSAGE_LIMIT) throw new TooManyMessagesError(count)
}

export class UnknownCiphersuiteError extends AmbrosiaError {
  constructor() {
    super('Bbs.UnknownCiphersuite', 'expected BLS12-381-SHA-256 or BLS12-381-SHAKE-256')
  }
}

export class InvalidSeedError extends AmbrosiaError {
  constructor(length: number) {
    super('Bbs.InvalidSeed', `expected a seed of at least 32 bytes, got ${length}`)
  }
}

export class InvalidSecretKeyError extends AmbrosiaError {
  constructor(length: number) {
    super('Bbs.InvalidSecretKey', `expected 32 bytes of a scalar in 1..r-1, got ${length} bytes`)
  }
}

export class InvalidSignatureError extends AmbrosiaError {
  constructor() {
    super('Bbs.InvalidSignature', 'the signature to derive from is not well formed')
  }
}

export class InvalidIndexesError extends AmbrosiaError {
  constructor(count: number) {
    super('Bbs.InvalidIndexes', `expected ascending positions below ${count}, each once`)
  }
}

export class TooManyMessagesError extends AmbrosiaError {
  constructor(count: number) {
    super('Bbs.TooManyMessages', `${count} messages, at most ${MESSAGE_LIMIT} are signed together`)
  }
}
