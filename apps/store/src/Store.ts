import type { Domain } from '@ambrosia/exchange/messages/Message'
import type { Log } from '@ambrosia/service/Log'
import type { Kysely } from 'kysely'
import type { Address } from 'viem'
import type { PrivateKeyAccount } from 'viem/accounts'
import type { FileBlobStore } from './blobs/FileBlobStore.ts'
import type { DealReader } from './chain/DealReader.ts'
import type { Locks } from './createLocks.ts'
import type { StoreDatabase } from './database/tables.ts'
import type { Uploads } from './holdings/createUploads.ts'

/** What every route of the store works with. */
export type Store = {
  account: PrivateKeyAccount
  chainId: number
  /** Domain of receipts and releases. */
  domain: Domain
  database: Kysely<StoreDatabase>
  blobs: FileBlobStore
  reader: DealReader
  limits: Limits
  /** By content address: a blob and its row are written, and removed, together. */
  locks: Locks
  uploads: Uploads
  log: Log
  nowSec: () => number
}

export type Limits = {
  /** Largest blob, bytes. */
  blobSizeBytes: number
  /** All blobs and uploads under way together, bytes. */
  capacitySizeBytes: number
  /** Blobs of one deal that may still be settled, bytes. */
  dealSizeBytes: number
  /** Blobs and open tickets of one account in one deal that are not settled. */
  pendingCount: number
  /** Life of a ticket, seconds. */
  ticketLifeSec: number
  /** Time after the upload in which the provider submits to the oracles, seconds. */
  submissionWindowSec: number
  /** Longest pause within an upload, milliseconds. */
  uploadIdleMs: number
}

export const DEFAULT_LIMITS: Limits = {
  // What an oracle opens at most, sealed.
  blobSizeBytes: 192 * 1024 ** 2,
  capacitySizeBytes: 100 * 1024 ** 3,
  dealSizeBytes: 25 * 1024 ** 3,
  pendingCount: 8,
  ticketLifeSec: 900,
  submissionWindowSec: 3600,
  uploadIdleMs: 10_000,
}

/** Addresses in the database are lower case. */
export function addressKey(address: Address): string {
  return address.toLowerCase()
}
