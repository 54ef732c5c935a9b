import type { Hex } from '@ambrosia/primitives/Bytes'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import { type Address, isAddressEqual } from 'viem'
import type { SoldRecord } from '../chain/DealReader.ts'
import type { HoldingRow } from '../database/tables.ts'
import type { Store } from '../Store.ts'

/**
 * The holding under which an account may read a blob: the deal's oracles (by operator or signing
 * key) from the upload on, the consumer once the settlement is final and as long as the consent
 * stands. Nobody learns whether a blob exists that they may not read.
 * @throws Blob.Refused
 */
export async function findReadable(
  store: Store,
  contentAddress: string,
  reader: Address,
): Promise<HoldingRow> {
  const holdings = await store.database
    .selectFrom('holding')
    .selectAll()
    .where('content_address', '=', contentAddress)
    .execute()
  for (const holding of holdings) {
    if (await mayRead(store, holding, reader)) return holding
  }
  throw new RefusedError()
}

async function mayRead(store: Store, holding: HoldingRow, reader: Address): Promise<boolean> {
  const deal = await store.reader.dealOf(holding.deal_id as Hex)
  if (!deal) return false
  if (await isOracle(store, deal.terms.oracles, reader)) {
    return !(await settlementOf(store, holding, { isNew: false }))?.isRevoked
  }
  if (!isAddressEqual(deal.terms.consumer, reader)) return false
  const settled = await settlementOf(store, holding, { isNew: true })
  return settled !== undefined && isDeliverable(store, settled, Number(deal.terms.retentionEnd))
}

/** The settlement of a holding, if there is one. */
export function settlementOf(
  store: Store,
  holding: HoldingRow,
  options: { isNew: boolean },
): Promise<SoldRecord | undefined> {
  const of = {
    dealId: holding.deal_id as Hex,
    provider: holding.provider as Address,
    manifestHash: holding.manifest_hash as Hex,
  }
  return store.reader.settlementOf(of, options)
}

/** No release after revocation, consentUntil or retention end. */
export function isDeliverable(store: Store, settled: SoldRecord, retentionEndSec: number): boolean {
  const nowSec = store.nowSec()
  return !settled.isRevoked && nowSec <= settled.consentUntilSec && nowSec <= retentionEndSec
}

async function isOracle(
  store: Store,
  operators: readonly Address[],
  reader: Address,
): Promise<boolean> {
  if (operators.some((operator) => isAddressEqual(operator, reader))) return true
  const signers = await store.reader.signersOf(operators)
  return signers.some((signer) => signer !== undefined && isAddressEqual(signer, reader))
}

export class RefusedError extends AmbrosiaError {
  constructor() {
    super('Blob.Refused', 'there is no such blob that this account may read', {
      hint: 'Oracles of the deal read before settlement, the consumer once the settlement is final.',
    })
  }
}
