import { compare, fromHex, fromUint, fromUtf8, type Hex, toHex } from '@ambrosia/primitives/Bytes'
import { hmacSha256, lengthPrefixed } from '@ambrosia/primitives/Hash'

/**
 * Tags let the chain count persons and records without naming them: a pseudorandom function under a
 * key that only the deal's oracles know. protocol: docs/protocol/exchange.md, section 2.
 */

/**
 * How a person is told apart: by the handle that the issuer gave. One person with two issuers
 * counts twice.
 */
export const PERSON_METHOD = 'ambrosia-subject-handle-1'

/** The tag key of one deal, 32 bytes, from the secret that its oracles share. */
export function dealTagKey(
  tagSecret: Uint8Array,
  deal: { chainId: number; dealBook: Hex; dealId: Hex },
): Uint8Array {
  const parts = [
    fromUtf8('deal'),
    fromUint(deal.chainId, 32),
    fromHex(deal.dealBook),
    fromHex(deal.dealId),
  ]
  return hmacSha256(tagSecret, lengthPrefixed(parts))
}

/** One tag a person at an issuer in a deal. */
export function personTag(
  tagKey: Uint8Array,
  person: { issuer: string; subjectHandle: string },
): Hex {
  const parts = ['person', PERSON_METHOD, person.issuer, person.subjectHandle].map(fromUtf8)
  return toHex(hmacSha256(tagKey, lengthPrefixed(parts)))
}

/**
 * One tag a set of resources in a deal, whatever their order and salts, so that the same data can't
 * be sold twice.
 */
export function recordTag(tagKey: Uint8Array, canonicalResources: readonly Uint8Array[]): Hex {
  const sorted = [...canonicalResources].sort(compare)
  return toHex(hmacSha256(tagKey, lengthPrefixed([fromUtf8('record'), ...sorted])))
}
