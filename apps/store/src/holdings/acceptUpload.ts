import { SUBMISSION_SKEW_SEC } from '@ambrosia/exchange/Limits'
import * as StorageReceipt from '@ambrosia/exchange/StorageReceipt'
import type { Hex } from '@ambrosia/primitives/Bytes'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import * as KillPoint from '@ambrosia/service/KillPoint'
import type { Address } from 'viem'
import type { HoldingRow, TicketRow } from '../database/tables.ts'
import type { Store } from '../Store.ts'
import { assertRoom, secretHash } from './createTicket.ts'
import { untilStalled } from './createUploads.ts'

export type SignedReceipt = { receipt: StorageReceipt.StorageReceipt; signature: Hex }

/**
 * Takes an upload: checks its address while it is written, keeps it only if it is what the ticket
 * says, and signs for it. The same record uploaded again answers the same receipt.
 * @throws Upload.TicketRefused, Upload.TicketInUse, Upload.Busy, Upload.Stalled,
 * Upload.SizeMismatch, Upload.Interrupted, Ticket.StoreFull, Ticket.DealFull,
 * ContentAddress.Mismatch, BlobStore.TooLarge
 */
export async function acceptUpload(
  store: Store,
  upload: {
    contentAddress: string
    secret: string
    content: AsyncIterable<Uint8Array>
    /** Content-Length, where the client sent one. */
    sizeBytes: number | undefined
  },
): Promise<SignedReceipt> {
  const { blobs } = store
  const ticket = await ticketOf(store, upload.secret)
  if (ticket.content_address !== upload.contentAddress) throw new TicketRefusedError()
  const expected = Number(ticket.size_bytes)
  if (upload.sizeBytes !== undefined && upload.sizeBytes !== expected) {
    throw new SizeMismatchError(expected)
  }
  const deal = await store.reader.dealOf(ticket.deal_id as Hex)
  if (!deal) throw new TicketRefusedError()
  // From here on the ticket has room, for one upload at a time.
  const underWay = store.uploads.begin(ticket.secret_hash, expected)
  try {
    const blob = { dealId: ticket.deal_id as Hex, sizeBytes: expected }
    await assertRoom(store, { ...blob, isUnderWay: true })
    const content = untilStalled(upload.content, store.limits.uploadIdleMs, underWay)
    const stored = await blobs.put(content, {
      expectedCid: ticket.content_address,
      maximumSizeBytes: expected,
    })
    if (stored.sizeBytes !== expected) throw new SizeMismatchError(expected)
    KillPoint.reach('store.blob-stored')
    const holding = await toHolding(store, ticket, deal.terms)
    const row = await store.locks(stored.cid, () => keep(store, ticket, holding))
    return { receipt: receiptOf(store, row), signature: row.receipt_signature as Hex }
  } catch (error) {
    await deleteUnheld(store, ticket.content_address).catch((failure: unknown) => {
      // The next start finds what is left; why the upload failed matters more.
      store.log.warn({ err: failure }, 'a refused blob was not deleted')
    })
    throw error
  } finally {
    underWay.end()
  }
}

/**
 * Uses up the ticket and writes the row; where another upload with the same ticket came first, its
 * row.
 */
async function keep(store: Store, ticket: TicketRow, holding: HoldingRow): Promise<HoldingRow> {
  // Another upload of the same content may have failed since, and taken the blob with it.
  if (!(await store.blobs.has(holding.content_address))) throw new InterruptedError()
  return store.database.transaction().execute(async (transaction) => {
    const removed = await transaction
      .deleteFrom('ticket')
      .where('secret_hash', '=', ticket.secret_hash)
      .executeTakeFirst()
    if (removed.numDeletedRows === 1n) {
      await transaction
        .insertInto('holding')
        .values(holding)
        .onConflict((conflict) =>
          conflict.columns(['deal_id', 'provider', 'manifest_hash']).doNothing(),
        )
        .execute()
    }
    const row = await transaction
      .selectFrom('holding')
      .selectAll()
      .where('deal_id', '=', holding.deal_id)
      .where('provider', '=', holding.provider)
      .where('manifest_hash', '=', holding.manifest_hash)
      .where('content_address', '=', holding.content_address)
      .executeTakeFirst()
    // The ticket was used for another upload, or the record is held with other content.
    if (!row) throw new TicketRefusedError()
    return row
  })
}

/** Deletes a blob that no record refers to; true when none does. */
export function deleteUnheld(store: Store, contentAddress: string): Promise<boolean> {
  return store.locks(contentAddress, async () => {
    const held = await store.database
      .selectFrom('holding')
      .select('deal_id')
      .where('content_address', '=', contentAddress)
      .executeTakeFirst()
    if (held) return false
    await store.blobs.delete(contentAddress)
    return true
  })
}

async function ticketOf(store: Store, secret: string): Promise<TicketRow> {
  const ticket = await store.database
    .selectFrom('ticket')
    .selectAll()
    .where('secret_hash', '=', secretHash(secret))
    .where('expires_at_sec', '>', Math.floor(store.nowSec()))
    .executeTakeFirst()
  if (!ticket) throw new TicketRefusedError()
  return ticket
}

type Terms = { certificateLife: number; deliveryWindow: number; expiry: bigint }

/**
 * A certificate made of this upload is no older than the submission window, and its asOf is not
 * after the deal's expiry. Delivery may be claimed up to the end of the delivery window and
 * answered one window later, so the blob stays for two.
 */
async function toHolding(store: Store, ticket: TicketRow, terms: Terms): Promise<HoldingRow> {
  const submitBySec = Math.min(
    Math.floor(store.nowSec()) + store.limits.submissionWindowSec,
    Number(terms.expiry),
  )
  const settleBySec = submitBySec + SUBMISSION_SKEW_SEC + terms.certificateLife
  const { secret_hash: _secret, expires_at_sec: _expiry, ...held } = ticket
  const row = {
    ...held,
    size_bytes: Number(ticket.size_bytes),
    settle_by_sec: settleBySec,
    stored_until_sec: settleBySec + 2 * terms.deliveryWindow,
    receipt_signature: '',
  }
  const typedData = StorageReceipt.toTypedData(receiptOf(store, row), store.domain)
  const signature = await store.account.signTypedData(typedData)
  return { ...row, receipt_signature: signature }
}

function receiptOf(store: Store, row: HoldingRow): StorageReceipt.StorageReceipt {
  return {
    store: store.account.address as Address,
    manifestHash: row.manifest_hash as Hex,
    sizeBytes: BigInt(row.size_bytes),
    dealId: row.deal_id as Hex,
    storedUntil: BigInt(row.stored_until_sec),
  }
}

export class TicketRefusedError extends AmbrosiaError {
  constructor() {
    super('Upload.TicketRefused', 'the ticket is unknown, used, expired, or for other content', {
      hint: 'Ask for a new ticket at /v1/tickets.',
    })
  }
}

export class SizeMismatchError extends AmbrosiaError {
  constructor(expectedSizeBytes: number) {
    super('Upload.SizeMismatch', `the ticket is for exactly ${expectedSizeBytes} bytes`, {
      details: { expectedSizeBytes },
    })
  }
}

export class InterruptedError extends AmbrosiaError {
  constructor() {
    super('Upload.Interrupted', 'the upload met another of the same content and was not kept', {
      hint: 'Upload again with the same ticket.',
    })
  }
}
