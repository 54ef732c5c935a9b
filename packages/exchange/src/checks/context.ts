import type { Hex } from '@ambrosia/primitives/Bytes'
import type { Address } from 'viem'
import type { DealTerms } from '../Deal.ts'
import type { Settlement } from '../Settlement.ts'

/** State of a deal as the chain keeps it; times are seconds. */
export type DealOnChain = {
  state: 'None' | 'Active' | 'Paused' | 'Completed' | 'Closed' | 'Expired'
  records: number
  /** Escrow that is neither spent nor refunded, in the token's smallest unit. */
  available: bigint
  stoppedAt: bigint
  /** The last pause that ended: certificates made inside it do not count. */
  gapStart: bigint
  gapEnd: bigint
}

/** What the ConsentBook says of the slots that a settlement would take. */
export type Slots = {
  isWithdrawn: boolean
  isRecordSettled: boolean
  /** Records of this person in the deal. */
  personCount: number
}

/** An oracle of the deal as the registry lists it; `signer` undefined where it is not active. */
export type Certifier = { oracle: Address; signer: Address | undefined; commissionBps: number }

/** Everything that `settle` looks at for one settlement. */
export type SettlementContext = {
  chainId: number
  dealBook: Address
  dealId: Hex
  terms: DealTerms
  deal: DealOnChain
  slots: Slots
  /** In the order of `terms.oracles`. */
  certifiers: readonly Certifier[]
  settlement: Settlement
  relayer: Address
  /** Time of the block, seconds. */
  blockTime: bigint
}

/**
 * Names of the contract's errors (contracts/src/exchange/interfaces/IDealBookErrors.sol), in the
 * order of the checks.
 */
export const SETTLEMENT_CODES = [
  'DealFull',
  'DealPaused',
  'DealClosed',
  'DealExpired',
  'CertificateFromFuture',
  'CertificateExpired',
  'CertificateScoreBelowTiers',
  'DealBudgetShort',
  'ConsentPayoutInvalid',
  'ConsentRelayerMismatch',
  'ConsentRelayerFeeExceeded',
  'RelayerFeeOverLimit',
  'ConsentExpired',
  'ConsentTooShort',
  'ConsentCancelled',
  'ConsentSignatureInvalid',
  'RecordTagUsed',
  'PersonTagOverCap',
  'CertificateQuorumMissing',
  'CertificateOracleUnlisted',
  'CertificateOracleInactive',
  'CertificateSignatureInvalid',
  'ConsentNetBelowMinimum',
] as const

export type SettlementCode = (typeof SETTLEMENT_CODES)[number]
