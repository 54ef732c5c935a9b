import { concat, fromUint, fromUtf8 } from '@ambrosia/primitives/Bytes'
import type { Suite } from './ciphersuite.ts'
import { EXPAND_SIZE_BYTES, type Point, reduceScalar, type Scalar } from './curve.ts'
import type { Generators } from './generators.ts'

/** hash_to_scalar of draft-irtf-cfrg-bbs-signatures, section 4.2.2. */
export function hashToScalar(suite: Suite, message: Uint8Array, tag: Uint8Array): Scalar {
  return reduceScalar(suite.expand(message, tag, EXPAND_SIZE_BYTES))
}

/** messages_to_scalars, section 4.1.2. */
export function messageScalars(suite: Suite, messages: readonly Uint8Array[]): Scalar[] {
  const tag = concat(suite.apiId, fromUtf8('MAP_MSG_TO_SCALAR_AS_HASH_'))
  return messages.map((message) => hashToScalar(suite, message, tag))
}

/** The tag of signature, domain and challenge hashes. */
export function scalarTag(suite: Suite): Uint8Array {
  return concat(suite.apiId, fromUtf8('H2S_'))
}

/** calculate_domain, section 4.2.3: binds public key, generators, ciphersuite and header. */
export function domainScalar(
  suite: Suite,
  publicKey: Uint8Array,
  all: Generators,
  messageCount: number,
  header: Uint8Array,
): Scalar {
  const input = concat(
    publicKey,
    fromUint(messageCount, 8),
    ...all.encodings.slice(0, messageCount + 1),
    suite.apiId,
    fromUint(header.length, 8),
    header,
  )
  return hashToScalar(suite, input, scalarTag(suite))
}

/** What the challenge of a proof binds, section 3.7.4. */
export type Challenge = {
  disclosedIndexes: readonly number[]
  disclosedScalars: readonly Scalar[]
  /** Abar, Bbar, D, T1, T2. */
  points: readonly Point[]
  domain: Scalar
  presentationHeader: Uint8Array
}

/** ProofChallengeCalculate, section 3.7.4. */
export function challengeScalar(suite: Suite, challenge: Challenge): Scalar {
  const disclosed = challenge.disclosedIndexes.flatMap((index, at) => [
    fromUint(index, 8),
    (challenge.disclosedScalars[at] as Scalar).serialize(),
  ])
  const input = concat(
    fromUint(challenge.disclosedIndexes.length, 8),
    ...disclosed,
    ...challenge.points.map((point) => point.serialize()),
    challenge.domain.serialize(),
    fromUint(challenge.presentationHeader.length, 8),
    challenge.presentationHeader,
  )
  return hashToScalar(suite, input, scalarTag(suite))
}
