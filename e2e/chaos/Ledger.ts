/** What the people of a chaos run wrote down; the checker compares it with the chain. */
export type Ledger = {
  rpcUrl: string
  dealBook: string
  token: string
  consumer: string
  deal: { dealId: string; budget: string; commissionCapBps: number }
  sales: Sale[]
}

/** One person's sale: over when it was delivered, or when they gave it up. */
export type Sale = {
  seed: number
  provider: string
  /** `delivered` is settled, collected and verified; `given-up` must have left nothing behind. */
  state: 'under-way' | 'settled' | 'delivered' | 'given-up'
  recordId?: string
  /** Folder of the ledger; the Bundle and the proof that the consumer keeps. */
  bundleFile?: string
  proofFile?: string
  tries: number
  /** Codes of what went wrong on the way, in their order. */
  refusals: string[]
}
