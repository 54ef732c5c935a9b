import type { Address } from 'viem'
import type { DisputeRules } from '../abi/dispute/index.generated.ts'

/** Rules without what is deployed with them or before. */
export type DisputeParameters = Omit<
  DisputeRules,
  'bondToken' | 'sink' | 'genesisVerifier' | 'stepVerifier' | 'finalVerifier'
> & {
  /** Where the part of a lost bond goes that is nobody's reward; the treasury unless given. */
  sink?: Address | undefined
  /** Who may sign that they hold an input, each once. */
  recipients: readonly Address[]
}

const DAY = 86_400
const MED = 10n ** 18n

/** What docs/protocol/dispute.md names; a ClaimBook may have others. */
export const DISPUTE_RULES: Omit<DisputeParameters, 'recipients' | 'quorum'> = {
  claimBond: 1000n * MED,
  challengeBond: 500n * MED,
  reward: 200n * MED,
  availabilityPeriod: BigInt(DAY),
  window: BigInt(7 * DAY),
  grace: BigInt(DAY),
  clock: DAY,
  extension: 3600,
  linesPerSecond: 1000,
  stepLimit: 2n ** 50n,
  lineLimit: 2n ** 24n,
}
