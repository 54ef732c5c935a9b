import type { CursorTable } from '@ambrosia/service/ChainCursor'
import type { NonceTable } from '@ambrosia/service/SignedRequest'

/** A leave to upload one blob, known by the hash of its secret. */
export type TicketRow = {
  secret_hash: string
  deal_id: string
  provider: string
  manifest_hash: string
  content_address: string
  size_bytes: number
  expires_at_sec: number
}

/** A blob held for one record of one deal. */
export type HoldingRow = {
  deal_id: string
  provider: string
  manifest_hash: string
  content_address: string
  size_bytes: number
  /** After this no certificate for it can exist: unsettled, it goes. */
  settle_by_sec: number
  stored_until_sec: number
  /** The receipt's signature, so that the same upload answers the same receipt. */
  receipt_signature: string
}

/** A data key wrapped to the consumer, with the oracle's signed statement. */
export type ReleaseRow = {
  record_id: string
  oracle: string
  block_number: number
  envelope: string
  consumer_key_hash: string
  envelope_hash: string
  signature: string
}

/** Deals that name this store, from DealCreated. */
export type DealRow = { deal_id: string; terms: string; block_number: number }

/** Settlements of those deals, from RecordSettled. */
export type RecordRow = {
  record_id: string
  deal_id: string
  provider: string
  consumer: string
  manifest_hash: string
  consent_until_sec: number
  /** With the deal what names the delivery on chain; null in rows of before it mattered. */
  person_tag: string | null
  ordinal: number | null
  delivery_end_sec: number | null
  block_number: number
}

/** Public documents of deals, by their SHA-256. */
export type DocumentRow = { hash: string; content: string }

/** Manifests of settled records, by the hash that stands on chain. */
export type ManifestRow = { manifest_hash: string; content: string }

export type StoreDatabase = NonceTable &
  CursorTable & {
    ticket: TicketRow
    holding: HoldingRow
    release: ReleaseRow
    deal: DealRow
    record: RecordRow
    document: DocumentRow
    manifest: ManifestRow
  }
