/** What the command line of the demonstration says. */
export type RollupDemoOptions = {
  lie: boolean
  engine: 'ethereumjs' | 'geth'
  /** Half of them pay gas token, half call the contract. */
  transactions: number
  /** Default: a dispute where there is a lie, the committee where there is none. */
  decidedBy?: 'committee' | 'dispute'
}

/** Keys of its last line beside those of every demonstration. Amounts are in the smallest unit. */
export type RollupResult = {
  engine: string
  order: string
  transactions: number
  /** Calldata and gas of the posts that hold the transactions. */
  l1Bytes: number
  l1Gas: number
  perTransaction: { bytes: number; gas: number }
  /** Null without --lie. */
  lieRefused: boolean | null
  /**
   * Rounds that the dispute over the lie took, and its seconds without waiting for clocks; null
   * where there was none.
   */
  disputeRounds: number | null
  disputeSeconds: number | null
  withdrawn: string
}

export const NOTHING_DONE: RollupResult = {
  engine: 'ethereumjs',
  order: 'solo',
  transactions: 0,
  l1Bytes: 0,
  l1Gas: 0,
  perTransaction: { bytes: 0, gas: 0 },
  lieRefused: null,
  disputeRounds: null,
  disputeSeconds: null,
  withdrawn: '0',
}
