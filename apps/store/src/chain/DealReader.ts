import type { DealTerms } from '@ambrosia/exchange/Deal'
import type { Hex } from '@ambrosia/primitives/Bytes'
import type { Address } from 'viem'

/** A deal as this store sees it on chain. */
export type StoreDeal = {
  terms: DealTerms
  /** True while the deal is active and has not expired. */
  isOpen: boolean
}

/** A settlement that is final, and what became of it. */
export type SoldRecord = {
  recordId: Hex
  dealId: Hex
  provider: Address
  consumer: Address
  manifestHash: Hex
  consentUntilSec: number
  /**
   * True once the sale is undone, or the consent revoked and the delivery that was paid for over.
   */
  isRevoked: boolean
}

/** What the store asks the chain. @throws Chain.Unreachable */
export type DealReader = {
  dealOf(dealId: Hex): Promise<StoreDeal | undefined>
  recordOf(recordId: Hex): Promise<SoldRecord | undefined>
  /**
   * The settlement of a sealed record, by what the store knows of it. With `isNew` false only
   * blocks that were read already count, which spares a reading of the chain where nothing depends
   * on the newest ones.
   */
  settlementOf(
    of: { dealId: Hex; provider: Address; manifestHash: Hex },
    options: { isNew: boolean },
  ): Promise<SoldRecord | undefined>
  /** Signing key of each operator, or undefined where the registry does not know them. */
  signersOf(operators: readonly Address[]): Promise<(Address | undefined)[]>
  /** Time of the newest final block that was read, seconds. */
  finalTimeSec(): Promise<number>
}
