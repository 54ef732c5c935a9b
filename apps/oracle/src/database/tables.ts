import type { CursorTable } from '@ambrosia/service/ChainCursor'
import type { NonceTable } from '@ambrosia/service/SignedRequest'

export type OracleDatabase = NonceTable &
  CursorTable & {
    /** Deals that name this oracle, with their terms as JSON. */
    deal: {
      deal_id: string
      salt: string
      terms: string
      criteria: string | null
      block_number: number
      /** 1 once it is closed or expired on chain, which is final. */
      ended: number
    }
    /** A nonce of a provider in a deal is used once; a certificate is of one submission. */
    submission: {
      submission_id: string
      deal_id: string
      provider: string
      nonce: string
      body_hash: string
      certificate_hash: string | null
      certificate: string | null
      signature: string | null
      quality: string | null
      manifest: string
      created_at_sec: number
    }
    /**
     * This oracle's part of an epoch's secret, as it gives it to the others: wrapped shares and
     * commitments.
     */
    epoch_dealing: { epoch: string; members_hash: string; dealing: string }
    /** Settled records whose key this oracle owes to the consumer. */
    release: {
      record_id: string
      deal_id: string
      certificate_hash: string
      consumer: string
      provider: string
      consent_until_sec: number
      released_at_sec: number | null
      stopped: number
      tries: number
      /** The record as the settlement told it; the contract asks for it back. */
      record: string | null
      delivery_end_sec: number | null
      /** Deadline of a consumer's claim, when there is one. */
      answer_by_sec: number | null
      answered: number
      share_taken: number
    }
    /**
     * Every sale of the exchange, where oracles answer for what they sign: who certified one sealed
     * record of one deal under two tags has contradicted itself.
     */
    sale: {
      record_id: string
      deal_id: string
      manifest_hash: string
      certificate_hash: string
      transaction_hash: string
      /** 0 while it is to be held against earlier sales of the same sealed record. */
      compared: number
    }
  }
