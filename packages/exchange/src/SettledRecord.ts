import type { Hex } from '@ambrosia/primitives/Bytes'
import type { Address } from 'viem'

/**
 * A sale as the settlement event tells it; the chain keeps its commitment, and whoever acts on it
 * later passes it again as it was. Times are seconds, money is in the token's smallest unit.
 * `Record` of contracts/src/exchange.
 */
export type SettledRecord = {
  dealId: Hex
  personTag: Hex
  recordTag: Hex
  manifestHash: Hex
  certificateHash: Hex
  consentHash: Hex
  consumer: Address
  token: Address
  provider: Address
  payout: Address
  ordinal: number
  price: bigint
  /** What the payout account received. */
  net: bigint
  relayerFee: bigint
  settledAt: bigint
  /**
   * Until then, or until the answerBy of a claim, the payment can return and the sale be undone;
   * afterwards the shares are free.
   */
  deliveryEnd: bigint
  consentUntil: bigint
  shares: readonly { oracle: Address; amount: bigint }[]
}

/** Where a sale stands. */
export type SaleStatus = 'settled' | 'unwound' | 'revoked'

/**
 * What the provider, or who pays for them, gives back when the sale is undone: what was received,
 * and the relayer's fee.
 */
export function paymentToReturn(record: Pick<SettledRecord, 'net' | 'relayerFee'>): bigint {
  return record.net + record.relayerFee
}

/**
 * Parts of the price of which a claim of delivery carries one for each certifying oracle;
 * `BOND_DIVISOR` of the ConsentBook.
 */
const BOND_DIVISOR = 7n

/** What an answer to a claim takes of its bond. */
export function bondPart({ price }: Pick<SettledRecord, 'price'>): bigint {
  return price / BOND_DIVISOR
}

/**
 * What a consumer posts with a claim of delivery: answers take it, what is not answered brings it
 * back.
 */
export function claimBond(record: Pick<SettledRecord, 'price' | 'shares'>): bigint {
  return bondPart(record) * BigInt(record.shares.length)
}

const INTEGER = /^\d+n$/

/** The record as text, for keeping. Large integers are digits with an n behind. */
export function toText(record: SettledRecord): string {
  return JSON.stringify(record, (_, value: unknown) =>
    typeof value === 'bigint' ? `${value}n` : value,
  )
}

/** The record of a text that {@link toText} wrote. */
export function fromText(text: string): SettledRecord {
  return JSON.parse(text, (_, value: unknown) =>
    typeof value === 'string' && INTEGER.test(value) ? BigInt(value.slice(0, -1)) : value,
  ) as SettledRecord
}
