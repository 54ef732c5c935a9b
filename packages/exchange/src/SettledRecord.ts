import type { Hex } from '@ambrosia/primitives/Bytes'
import type { Address } from 'viem'

/**
 * A sale as the settlement event tells it; the chain keeps its commitment, and whoever acts on it later passes it again as it was.
 * Times are seconds, money is in the token's smallest unit. `Record` of contracts/src/exchange.
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
  /** Until then a revocation unwinds the sale; afterwards it costs nothing, and the shares are free. */
  deliveryEnd: bigint
  consentUntil: bigint
  shares: readonly { oracle: Address; amount: bigint }[]
}

/** Where a sale stands. */
export type SaleStatus = 'settled' | 'unwound' | 'revoked'

/** What the revocation of a sale costs: inside the delivery window what was received goes back, afterwards nothing. */
export function revocationPrice(
  record: Pick<SettledRecord, 'deliveryEnd' | 'net'>,
  nowSec: bigint,
): bigint {
  return nowSec <= record.deliveryEnd ? record.net : 0n
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
