import { CRITERIA_SIZE_BYTES } from '@ambrosia/exchange/Limits'
import { fromUtf8, type Hex, toHex, toUtf8 } from '@ambrosia/primitives/Bytes'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import { sha256 } from '@ambrosia/primitives/Hash'
import { type Address, isAddressEqual } from 'viem'
import type { Store } from '../Store.ts'

/**
 * Keeps a public document of a deal: the criteria or the agreement whose SHA-256 stands in its
 * terms. Nothing else is taken, so whoever sends it, it is the document that the consumer meant.
 * @throws Document.TooLarge, Document.HashMismatch, Document.DealUnknown, Document.NotOfDeal
 */
export async function acceptDocument(
  store: Store,
  dealId: Hex,
  hash: Hex,
  content: Uint8Array,
): Promise<void> {
  if (content.length > CRITERIA_SIZE_BYTES) throw new TooLargeError()
  if (toHex(sha256(content)) !== hash) throw new HashMismatchError()
  const deal = await store.reader.dealOf(dealId)
  const stores: readonly Address[] = deal?.terms.stores ?? []
  const isOurs = stores.some((one) => isAddressEqual(one, store.account.address))
  if (!deal || !isOurs) throw new DealUnknownError(dealId)
  const { criteriaHash, agreementHash } = deal.terms
  if (hash !== criteriaHash && hash !== agreementHash) throw new NotOfDealError()
  await store.database
    .insertInto('document')
    .values({ hash, content: toUtf8(content) })
    .onConflict((conflict) => conflict.column('hash').doNothing())
    .execute()
}

/** A document by its hash. @throws Document.NotFound */
export async function readDocument(store: Store, hash: Hex): Promise<Uint8Array> {
  const row = await store.database
    .selectFrom('document')
    .select('content')
    .where('hash', '=', hash)
    .executeTakeFirst()
  if (!row) throw new NotFoundError(hash)
  return fromUtf8(row.content)
}

export class TooLargeError extends AmbrosiaError {
  constructor() {
    super('Document.TooLarge', `a document has at most ${CRITERIA_SIZE_BYTES} bytes`)
  }
}

export class HashMismatchError extends AmbrosiaError {
  constructor() {
    super('Document.HashMismatch', 'the document has another SHA-256 than its address', {
      hint: 'Send the canonical bytes that were hashed.',
    })
  }
}

export class DealUnknownError extends AmbrosiaError {
  constructor(dealId: Hex) {
    super('Document.DealUnknown', `no final block has a deal ${dealId} that names this store`, {
      details: { dealId },
      hint: 'Check the deal id, or wait until the deal is final.',
    })
  }
}

export class NotOfDealError extends AmbrosiaError {
  constructor() {
    super(
      'Document.NotOfDeal',
      'the document is neither the criteria nor the agreement of the deal',
    )
  }
}

export class NotFoundError extends AmbrosiaError {
  constructor(hash: Hex) {
    super('Document.NotFound', `no document ${hash} is kept here`, { details: { hash } })
  }
}
