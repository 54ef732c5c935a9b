import { dealBookAbi } from '@ambrosia/chain/abi/exchange'
import { reach } from '@ambrosia/chain/errors'
import type { Finality } from '@ambrosia/chain/finality'
import { followOnce } from '@ambrosia/chain/follow'
import { readDealStatus, readDeliveryEnd, readRecordStatus } from '@ambrosia/chain/read/exchange'
import { readOracle } from '@ambrosia/chain/read/oracle'
import { recordOf } from '@ambrosia/chain/read/recordOf'
import type { Events } from '@ambrosia/chain/readEvents'
import { type DealTerms, fromJson, toJson } from '@ambrosia/exchange/Deal'
import type { Hex } from '@ambrosia/primitives/Bytes'
import { createStore as createCursorStore } from '@ambrosia/service/ChainCursor'
import type { Kysely } from 'kysely'
import { type Address, isAddressEqual, type PublicClient } from 'viem'
import type { RecordRow, StoreDatabase } from '../database/tables.ts'
import { addressKey } from '../Store.ts'
import type { DealReader, SoldRecord } from './DealReader.ts'

export type Options = {
  client: PublicClient
  database: Kysely<StoreDatabase>
  contracts: { dealBook: Address; consentBook: Address; oracleRegistry: Address }
  /** The store's own account: deals that do not name it are not kept. */
  store: Address
  finality: Finality
  /** Block in which the DealBook was deployed, or an earlier one. */
  fromBlock: bigint
  nowSec: () => number
  signal: AbortSignal
}

export type FollowingReader = DealReader & {
  /** Reads the chain up to its newest final block. */
  refresh(): Promise<void>
}

/**
 * Reads deals and settlements from events of final blocks, kept in the database, and what may
 * change since (states, revocations, keys) from the newest block. What is not known yet is looked
 * for once more before it counts as unknown.
 */
export function createDealReader(options: Options): FollowingReader {
  const { client, database, contracts, nowSec } = options
  const refresh = coalesced(() => followToEnd(options))
  const dealTerms = async (dealId: Hex): Promise<DealTerms | undefined> => {
    const row = await database
      .selectFrom('deal')
      .select('terms')
      .where('deal_id', '=', dealId)
      .executeTakeFirst()
    return row && fromJson(JSON.parse(row.terms))
  }
  // After a stop the one delivery that was paid for is still completed.
  const endOf = async (row: RecordRow): Promise<number> => {
    if (row.person_tag === null || row.ordinal === null) return 0
    return await readDeliveryEnd(client, contracts.consentBook, {
      dealId: row.deal_id as Hex,
      personTag: row.person_tag as Hex,
      ordinal: row.ordinal,
      deliveryEnd: BigInt(row.delivery_end_sec ?? 0),
    })
  }
  const withStatus = async (row: RecordRow | undefined): Promise<SoldRecord | undefined> => {
    if (!row) return undefined
    const recordId = row.record_id as Hex
    const status = await readRecordStatus(client, contracts.consentBook, recordId)
    return {
      recordId,
      dealId: row.deal_id as Hex,
      provider: row.provider as Address,
      consumer: row.consumer as Address,
      manifestHash: row.manifest_hash as Hex,
      consentUntilSec: Number(row.consent_until_sec),
      isRevoked: status === 'Revoked' ? nowSec() > (await endOf(row)) : status !== 'Settled',
    }
  }
  return {
    refresh,
    async dealOf(dealId) {
      const terms = await foundOrRefreshed(() => dealTerms(dealId), refresh)
      if (!terms) return undefined
      const { state } = await readDealStatus(client, contracts.dealBook, dealId)
      return { terms, isOpen: state === 'Active' && nowSec() <= Number(terms.expiry) }
    },
    async recordOf(recordId) {
      const find = () =>
        database
          .selectFrom('record')
          .selectAll()
          .where('record_id', '=', recordId)
          .executeTakeFirst()
      return withStatus(await foundOrRefreshed(find, refresh))
    },
    async settlementOf({ dealId, provider, manifestHash }, { isNew }) {
      const find = () =>
        database
          .selectFrom('record')
          .selectAll()
          .where('manifest_hash', '=', manifestHash)
          .where('deal_id', '=', dealId)
          .where('provider', '=', addressKey(provider))
          .executeTakeFirst()
      return withStatus(isNew ? await foundOrRefreshed(find, refresh) : await find())
    },
    async signersOf(operators) {
      return Promise.all(
        operators.map(async (operator) => {
          const { status, signer } = await readOracle(client, contracts.oracleRegistry, operator)
          return status === 'None' ? undefined : signer
        }),
      )
    },
    async finalTimeSec() {
      await refresh()
      const [end] = (await createCursorStore(database, 'deal-book').read()) ?? []
      if (!end) return 0
      const block = await reach(() => client.getBlock({ blockNumber: end.number }))
      return Number(block.timestamp)
    },
  }
}

/** The ConsentBook that a DealBook writes to. */
export function consentBookOf(client: PublicClient, dealBook: Address): Promise<Address> {
  return reach(() =>
    client.readContract({ address: dealBook, abi: dealBookAbi, functionName: 'consentBook' }),
  )
}

async function foundOrRefreshed<T>(
  find: () => Promise<T | undefined>,
  refresh: () => Promise<void>,
): Promise<T | undefined> {
  const found = await find()
  if (found !== undefined) return found
  await refresh()
  return find()
}

/**
 * Runs one refresh at a time. Whoever asks while one runs waits for the next: the running one may
 * have read the chain already.
 */
function coalesced(work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined
  let next: Promise<void> | undefined
  const start = (): Promise<void> => {
    const mine = work().finally(() => {
      if (running === mine) running = undefined
    })
    running = mine
    return mine
  }
  return () => {
    if (!running) return start()
    next ??= running
      .catch(() => undefined)
      .then(() => {
        next = undefined
        return start()
      })
    return next
  }
}

async function followToEnd(options: Options): Promise<void> {
  const { database, contracts, store } = options
  const follow = {
    client: options.client,
    address: contracts.dealBook,
    abi: dealBookAbi,
    from: options.fromBlock,
    finality: options.finality,
    cursor: createCursorStore(database, 'deal-book'),
    signal: options.signal,
    onReorganisation: (from: bigint) => undo(database, from),
    onLogs: async (logs: readonly DealBookLog[]) => {
      for (const log of logs) await keep(database, store, log)
    },
  }
  while (await followOnce(follow));
}

type DealBookLog = Events<typeof dealBookAbi, undefined>[number]

async function keep(
  database: Kysely<StoreDatabase>,
  store: Address,
  log: DealBookLog,
): Promise<void> {
  const block_number = Number(log.blockNumber)
  if (log.eventName === 'DealCreated') {
    const { dealId, terms } = log.args
    if (!terms.stores.some((one) => isAddressEqual(one, store))) return
    await database
      .insertInto('deal')
      .values({ deal_id: dealId, terms: JSON.stringify(toJson(terms)), block_number })
      .onConflict((conflict) => conflict.column('deal_id').doNothing())
      .execute()
  }
  if (log.eventName === 'RecordSettled') {
    const { recordId, dealId, provider } = log.args
    const deal = await database
      .selectFrom('deal')
      .select('terms')
      .where('deal_id', '=', dealId)
      .executeTakeFirst()
    // Of a deal that does not name this store nothing is held here.
    if (deal === undefined) return
    const record = recordOf(log.args, fromJson(JSON.parse(deal.terms)))
    const row = {
      record_id: recordId,
      deal_id: dealId,
      provider: addressKey(provider),
      consumer: addressKey(record.consumer),
      manifest_hash: record.manifestHash,
      consent_until_sec: Number(record.consentUntil),
      person_tag: record.personTag,
      ordinal: record.ordinal,
      delivery_end_sec: Number(record.deliveryEnd),
      block_number,
    }
    await database
      .insertInto('record')
      .values(row)
      .onConflict((conflict) => conflict.column('record_id').doUpdateSet(row))
      .execute()
  }
}

async function undo(database: Kysely<StoreDatabase>, from: bigint): Promise<void> {
  await database.deleteFrom('deal').where('block_number', '>=', Number(from)).execute()
  await database.deleteFrom('record').where('block_number', '>=', Number(from)).execute()
}
