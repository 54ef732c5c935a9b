import type { Hex } from '@ambrosia/primitives/Bytes'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import { BPS } from '@ambrosia/primitives/Units'
import { type Address, encodeAbiParameters, keccak256, stringToBytes } from 'viem'
import type { Agreement } from './Agreement.ts'
import type { Criteria } from './Criteria.ts'

/** A price from a score on; money in the token's smallest unit. */
export type Tier = { minimumScore: number; price: bigint }

/**
 * What a consumer fixes when opening a deal; docs/protocol/exchange.md, section 3. Times are
 * seconds.
 */
export type DealTerms = {
  consumer: Address
  token: Address
  criteriaHash: Hex
  agreementHash: Hex
  purpose: Hex
  tiers: readonly Tier[]
  maximumRecords: number
  perPersonCap: number
  commissionCapBps: number
  certificateLife: number
  deliveryWindow: number
  retentionEnd: bigint
  verifier: Address
  oracles: readonly Address[]
  quorum: number
  stores: readonly Address[]
  validatorHash: Hex
  expiry: bigint
}

/** A deal with the documents whose hashes it holds, as everybody reads it. */
export type Deal = {
  dealId: Hex
  /** Distinguishes deals on the same terms; part of the id. */
  salt: Hex
  terms: DealTerms
  criteria: Criteria
  agreement: Agreement
  /** What was escrowed, in the token's smallest unit. */
  budget: bigint
}

/** The ABI of DealTerms, as Solidity encodes it. */
export const dealTermsParameter = {
  type: 'tuple',
  components: [
    { name: 'consumer', type: 'address' },
    { name: 'token', type: 'address' },
    { name: 'criteriaHash', type: 'bytes32' },
    { name: 'agreementHash', type: 'bytes32' },
    { name: 'purpose', type: 'bytes32' },
    {
      name: 'tiers',
      type: 'tuple[]',
      components: [
        { name: 'minimumScore', type: 'uint16' },
        { name: 'price', type: 'uint128' },
      ],
    },
    { name: 'maximumRecords', type: 'uint32' },
    { name: 'perPersonCap', type: 'uint16' },
    { name: 'commissionCapBps', type: 'uint16' },
    { name: 'certificateLife', type: 'uint32' },
    { name: 'deliveryWindow', type: 'uint32' },
    { name: 'retentionEnd', type: 'uint64' },
    { name: 'verifier', type: 'address' },
    { name: 'oracles', type: 'address[]' },
    { name: 'quorum', type: 'uint8' },
    { name: 'stores', type: 'address[]' },
    { name: 'validatorHash', type: 'bytes32' },
    { name: 'expiry', type: 'uint64' },
  ],
} as const

/** keccak256(abi.encode(DealTerms)). */
export function termsHash(terms: DealTerms): Hex {
  return keccak256(encodeAbiParameters([dealTermsParameter], [terms]))
}

/** The deal's identifier: never a counter, so a reorganisation can't point it at another deal. */
export function dealId(options: {
  chainId: number
  dealBook: Address
  salt: Hex
  terms: DealTerms
}): Hex {
  return keccak256(
    encodeAbiParameters(
      [
        { type: 'uint256' },
        { type: 'address' },
        { type: 'address' },
        { type: 'bytes32' },
        { type: 'bytes32' },
      ],
      [
        BigInt(options.chainId),
        options.dealBook,
        options.terms.consumer,
        options.salt,
        termsHash(options.terms),
      ],
    ),
  )
}

/** keccak256(abi.encode(dealId, recordTag)): the name of a settled record. */
export function recordId(deal: Hex, recordTag: Hex): Hex {
  return keccak256(
    encodeAbiParameters([{ type: 'bytes32' }, { type: 'bytes32' }], [deal, recordTag]),
  )
}

/**
 * The purpose of use as the chain holds it: keccak256 of a Data Use Ontology code such as
 * `DUO:0000007`.
 */
export function purposeHash(code: string): Hex {
  return keccak256(stringToBytes(code))
}

/** The price that a score earns, or undefined below the lowest tier. */
export function priceOf(terms: Pick<DealTerms, 'tiers'>, score: number): bigint | undefined {
  return terms.tiers.filter((tier) => tier.minimumScore <= score).at(-1)?.price
}

/**
 * The least that a provider gets for a score: the price less the most that the deal lets oracles
 * take.
 */
export function minimumNet(
  terms: Pick<DealTerms, 'tiers' | 'commissionCapBps'>,
  score: number,
): bigint {
  const price = priceOf(terms, score) ?? 0n
  return price - (price * BigInt(terms.commissionCapBps)) / BPS
}

/** The budget that a deal must hold at least: every record at the highest price. */
export function minimumBudget(terms: Pick<DealTerms, 'tiers' | 'maximumRecords'>): bigint {
  return (terms.tiers.at(-1)?.price ?? 0n) * BigInt(terms.maximumRecords)
}

/** Plain JSON of terms: integers above 32 bits as decimal strings. */
export function toJson(terms: DealTerms): Record<string, unknown> {
  return {
    ...terms,
    tiers: terms.tiers.map((tier) => ({ ...tier, price: tier.price.toString() })),
    retentionEnd: terms.retentionEnd.toString(),
    expiry: terms.expiry.toString(),
  }
}

/** The terms of plain JSON written by {@link toJson}. @throws Deal.Malformed */
export function fromJson(json: unknown): DealTerms {
  const source = json as Record<string, unknown>
  try {
    const terms = {
      ...source,
      tiers: (source['tiers'] as { minimumScore: number; price: string }[]).map((tier) => ({
        minimumScore: tier.minimumScore,
        price: BigInt(tier.price),
      })),
      retentionEnd: BigInt(source['retentionEnd'] as string),
      expiry: BigInt(source['expiry'] as string),
    } as unknown as DealTerms
    termsHash(terms)
    return terms
  } catch {
    throw new MalformedTermsError()
  }
}

export class MalformedTermsError extends AmbrosiaError {
  constructor() {
    super('Deal.Malformed', 'these are not the terms of a deal', {
      hint: 'Take them from the deal file or from the DealCreated event.',
    })
  }
}
