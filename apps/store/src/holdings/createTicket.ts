import { type BarePermission, uploadFault } from '@ambrosia/exchange/permission/uploadFault'
import { fromUtf8, type Hex, random, toBase64url, toHex } from '@ambrosia/primitives/Bytes'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import { sha256 } from '@ambrosia/primitives/Hash'
import { ownTurn } from '@ambrosia/service/ownTurn'
import { type Address, isAddressEqual } from 'viem'
import { addressKey, type Store } from '../Store.ts'

export type TicketRequest = {
  dealId: Hex
  manifestHash: Hex
  contentAddress: string
  sizeBytes: number
  /** The provider's leave to have this record checked. */
  permission: BarePermission
}

export type Ticket = { ticket: string; expiresAtSec: number }

/**
 * Gives leave to upload one blob for an open deal that names this store, where its provider has
 * permitted oracles of the deal to check it.
 * @throws Ticket.TooLarge, Ticket.DealUnknown, Ticket.StoreNotNamed, Ticket.DealNotOpen,
 * Ticket.NotPermitted, Ticket.QuotaExceeded, Ticket.DealFull, Ticket.StoreFull
 */
export async function createTicket(
  store: Store,
  provider: Address,
  request: TicketRequest,
): Promise<Ticket> {
  const { limits, reader, account } = store
  const { dealId, manifestHash, contentAddress, sizeBytes } = request
  if (sizeBytes > limits.blobSizeBytes) throw new TooLargeError(limits.blobSizeBytes)
  const deal = await reader.dealOf(dealId)
  if (!deal) throw new DealUnknownError(dealId)
  const isNamed = deal.terms.stores.some((one) => isAddressEqual(one, account.address))
  if (!isNamed) throw new StoreNotNamedError(dealId)
  if (!deal.isOpen) throw new DealNotOpenError(dealId)
  await ownTurn()
  const fault = await uploadFault(request.permission, {
    dealId,
    provider,
    manifestHash,
    oracles: deal.terms.oracles,
    nowSec: store.nowSec(),
    domain: store.domain,
  })
  if (fault !== undefined) throw new NotPermittedError(fault)
  const secret = toBase64url(random(32))
  const expiresAtSec = Math.floor(store.nowSec()) + limits.ticketLifeSec
  // Counting and taking a place of the account are one transaction, so that requests at once can't
  // both take the last one.
  await store.database.transaction().execute(async (database) => {
    const nowSec = Math.floor(store.nowSec())
    await database.deleteFrom('ticket').where('expires_at_sec', '<=', nowSec).execute()
    const of = (table: 'ticket' | 'holding') =>
      database
        .selectFrom(table)
        .select(({ fn }) => [fn.countAll().as('count'), fn.sum('size_bytes').as('sizeBytes')])
    await assertRoom({ ...store, database }, { dealId, sizeBytes, isUnderWay: false })
    const mine = (table: 'ticket' | 'holding') =>
      of(table).where('deal_id', '=', dealId).where('provider', '=', addressKey(provider))
    const pending = [
      await mine('ticket').executeTakeFirst(),
      await mine('holding').where('settle_by_sec', '>', nowSec).executeTakeFirst(),
    ]
    const count = pending.reduce((sum, row) => sum + Number(row?.count ?? 0), 0)
    if (count >= limits.pendingCount) throw new QuotaExceededError(limits.pendingCount)
    await database
      .insertInto('ticket')
      .values({
        secret_hash: secretHash(secret),
        deal_id: dealId,
        provider: addressKey(provider),
        manifest_hash: manifestHash,
        content_address: contentAddress,
        size_bytes: sizeBytes,
        expires_at_sec: expiresAtSec,
      })
      .execute()
  })
  return { ticket: secret, expiresAtSec }
}

/**
 * Room for that many bytes more beside what is on disk and what is being uploaded. Tickets take
 * none: a stranger could fill the store with them and send no byte. Accounts cost nothing, so what
 * may still be settled is bounded by the deal too: who uploads and never settles fills the share of
 * a deal, and to fill the store they would have to open deals.
 * @throws Ticket.StoreFull, Ticket.DealFull
 */
export async function assertRoom(
  { database, uploads, limits, nowSec }: Pick<Store, 'database' | 'uploads' | 'limits' | 'nowSec'>,
  {
    dealId,
    sizeBytes,
    isUnderWay,
  }: {
    dealId: Hex
    sizeBytes: number /** Counted among the uploads already. */
    isUnderWay: boolean
  },
): Promise<void> {
  const held = await database
    .selectFrom('holding')
    .select(({ fn }) => fn.sum('size_bytes').as('sizeBytes'))
    .executeTakeFirst()
  const used = Number(held?.sizeBytes ?? 0) + uploads.sizeBytes()
  if (used + (isUnderWay ? 0 : sizeBytes) > limits.capacitySizeBytes) throw new StoreFullError()
  const ofDeal = await database
    .selectFrom('holding')
    .select(({ fn }) => fn.sum('size_bytes').as('sizeBytes'))
    .where('deal_id', '=', dealId)
    .where('settle_by_sec', '>', Math.floor(nowSec()))
    .executeTakeFirst()
  if (Number(ofDeal?.sizeBytes ?? 0) + sizeBytes > limits.dealSizeBytes) throw new DealFullError()
}

/** What the database keeps of a ticket: who reads it can't upload. */
export function secretHash(secret: string): string {
  return toHex(sha256(fromUtf8(secret)))
}

export class TooLargeError extends AmbrosiaError {
  constructor(maximumSizeBytes: number) {
    super('Ticket.TooLarge', `this store takes at most ${maximumSizeBytes} bytes`, {
      details: { maximumSizeBytes },
      hint: 'Select fewer resources.',
    })
  }
}

export class DealUnknownError extends AmbrosiaError {
  constructor(dealId: Hex) {
    super('Ticket.DealUnknown', `no final block has a deal ${dealId}`, {
      details: { dealId },
      hint: 'Check the deal id, or wait until the deal is final.',
    })
  }
}

export class StoreNotNamedError extends AmbrosiaError {
  constructor(dealId: Hex) {
    super('Ticket.StoreNotNamed', `deal ${dealId} does not name this store`, {
      details: { dealId },
      hint: 'Upload to a store that the deal names.',
    })
  }
}

export class NotPermittedError extends AmbrosiaError {
  constructor(fault: string) {
    super('Ticket.NotPermitted', `nothing is taken without leave to have it checked: ${fault}`, {
      details: { fault },
      hint: 'Ask the person for a permission to check this record for this deal, and send it along.',
    })
  }
}

export class DealNotOpenError extends AmbrosiaError {
  constructor(dealId: Hex) {
    super('Ticket.DealNotOpen', `deal ${dealId} takes no records now`, { details: { dealId } })
  }
}

export class QuotaExceededError extends AmbrosiaError {
  constructor(pendingCount: number) {
    super(
      'Ticket.QuotaExceeded',
      `this account has ${pendingCount} uploads in the deal unsettled`,
      {
        details: { pendingCount },
        hint: 'Settle them, or wait until they expire.',
      },
    )
  }
}

export class DealFullError extends AmbrosiaError {
  constructor() {
    super('Ticket.DealFull', 'as much of this deal is held as may wait to be settled', {
      hint: 'Try again when others have settled, or use another store of the deal.',
    })
  }
}

export class StoreFullError extends AmbrosiaError {
  constructor() {
    super('Ticket.StoreFull', 'this store has no room for the blob', {
      hint: 'Use another store of the deal, or try again later.',
    })
  }
}
