import type { RecordForm } from '@ambrosia/exchange/IssuedRecord'
import type { Hex } from '@ambrosia/primitives/Bytes'

/** What an operator asks for. */
export type IssueRequest = {
  bundle: Uint8Array
  form: RecordForm
  holder: string
  /** Chosen by who asks: the same request under the same key gets the same status entry. */
  requestKey?: string | undefined
}

/** What a thread knows of a Bundle before it signs: no part of the record. */
export type Identity = {
  /** HMAC of the person's identifiers. */
  personKey: Hex
  /** HMAC of the whole request. */
  requestDigest: Hex
}

/** What the issuer's database gives for a record that is about to be signed. */
export type Entry = { subjectHandle: string; credentialStatus: Record<string, unknown> }

/** The answer as bytes, what a log may say of it, and the names of what it counts towards. */
export type Issued = {
  body: Uint8Array
  claimCount: number
  digestCount: number
  facets: readonly string[]
}

/** What every record of an issuer is signed with; goes to its threads only. */
export type ThreadSettings = {
  did: string
  bbs: { id: string; secretKey: Uint8Array; publicKey: Uint8Array }
  personSecret: Uint8Array
  validForSec: number
}

export type ToThread =
  | { kind: 'issue'; request: IssueRequest; nowMs: number }
  | { kind: 'entry'; entry: Entry }

export type FromThread =
  | { kind: 'identity'; identity: Identity }
  | { kind: 'issued'; issued: Issued }
  | { kind: 'failed'; code: string; message: string; hint: string; isOurs: boolean }
