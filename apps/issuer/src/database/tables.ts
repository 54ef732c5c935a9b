export type IssuerDatabase = {
  /** One handle a person, whatever is issued to them. */
  subject: { person_key: string; subject_handle: string }
  status_entry: {
    list_id: number
    list_index: number
    issued_at_sec: number
    revoked_at_sec: number | null
  }
  /** Requests that came with a key: HMACs, and the entry that each got. */
  issuance: { request_key: string; request_digest: string; list_index: number }
  /** A list as it was published at an epoch: the same bytes for whoever asks. */
  status_snapshot: { list_id: number; epoch_sec: number; body: string }
  /** HMACs of a person and a facet: who was counted towards it is counted no more. */
  counted: { seen: string }
  /** Exact counts; they never leave the issuer. */
  facet_count: { facet: string; people: number }
  /** What was told at a time, and the exact number of people then. */
  published_counts: { published_at_sec: number; people: number; body: string }
}
