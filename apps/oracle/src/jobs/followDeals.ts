import { consentBookAbi, DealState, dealBookAbi } from '@ambrosia/chain/abi/exchange'
import { type Finality, finalitySec } from '@ambrosia/chain/finality'
import { followOnce } from '@ambrosia/chain/follow'
import { type RecordSettled, recordOf } from '@ambrosia/chain/read/recordOf'
import type { Events } from '@ambrosia/chain/readEvents'
import * as Deal from '@ambrosia/exchange/Deal'
import * as SettledRecord from '@ambrosia/exchange/SettledRecord'
import type { Hex } from '@ambrosia/primitives/Bytes'
import * as ChainCursor from '@ambrosia/service/ChainCursor'
import type { Kysely } from 'kysely'
import { isAddressEqual } from 'viem'
import type { OracleDatabase } from '../database/tables.ts'
import { noteSale } from '../network/contradictions.ts'
import type { Oracle } from '../Oracle.ts'

const abi = [...dealBookAbi, ...consentBookAbi] as const

/**
 * Keeps the table of deals that name this oracle, and of records whose key it owes. A deal whose
 * delivery window is no longer than a block takes to become final is none of its: it could neither
 * release nor answer in time. Harmless to see an event twice.
 */
export async function followDeals(
  oracle: Oracle,
  options: {
    /** Block of the contracts' deployment. */
    fromBlock: bigint
    finality: Finality
    signal: AbortSignal
  },
): Promise<void> {
  const { client, database, dealBook, consentBook } = oracle
  const { fromBlock, finality, signal } = options
  const follow = {
    client,
    address: [dealBook, consentBook],
    abi,
    from: fromBlock,
    finality,
    cursor: ChainCursor.createStore(database, 'deals'),
    signal,
    onLogs: async (events: readonly Event[]) => {
      for (const event of events) await note(oracle, finalitySec(finality), event)
    },
  }
  while (!signal.aborted && (await followOnce(follow)));
}

type Event = Events<typeof abi, undefined>[number]

async function note(oracle: Oracle, shortestSec: number, event: Event): Promise<void> {
  const { database, operator } = oracle
  if (event.eventName === 'DealCreated') {
    const { dealId, salt, terms } = event.args
    if (!terms.oracles.some((one) => isAddressEqual(one, operator.address))) return
    if (terms.deliveryWindow <= shortestSec) return
    const row = {
      deal_id: dealId,
      salt,
      terms: JSON.stringify(Deal.toJson(terms)),
      criteria: null,
      block_number: Number(event.blockNumber),
      ended: 0,
    }
    await database
      .insertInto('deal')
      .values(row)
      .onConflict((conflict) => conflict.doNothing())
      .execute()
  }
  if (event.eventName === 'DealStateChanged') await noteState(oracle, event.args)
  if (event.eventName === 'RecordSettled') {
    await noteSettled(database, event.args)
    if (oracle.oracleNetwork !== undefined) await noteSale(database, event)
  }
  if (event.eventName === 'DeliveryRequested') {
    const { recordId, answerBy } = event.args
    const answer_by_sec = Number(answerBy)
    // The share stays locked until then.
    await change(database, recordId, { answer_by_sec, delivery_end_sec: answer_by_sec })
  }
  if (event.eventName === 'ConsentRevoked') {
    const { recordId, unwound, deliveredUntil } = event.args
    // An undone sale ends everything but what is never refunded of the share. A stop leaves the
    // delivery that was paid for.
    await change(
      database,
      recordId,
      unwound ? { stopped: 1, delivery_end_sec: 0 } : { consent_until_sec: Number(deliveredUntil) },
    )
  }
}

/**
 * A deal that is closed or expired stays so; what is certified until its end is judged by lists
 * that are at hand already. A completed one may open again.
 */
async function noteState(
  { database, statusSchedule }: Oracle,
  { dealId, state }: { dealId: Hex; state: number },
): Promise<void> {
  if (state !== DealState.Closed && state !== DealState.Expired) return
  await database.updateTable('deal').set({ ended: 1 }).where('deal_id', '=', dealId).execute()
  statusSchedule.end(dealId)
}

async function change(
  database: Kysely<OracleDatabase>,
  recordId: Hex,
  columns:
    | { answer_by_sec: number; delivery_end_sec: number }
    | { stopped: number; delivery_end_sec: number }
    | { consent_until_sec: number },
): Promise<void> {
  await database.updateTable('release').set(columns).where('record_id', '=', recordId).execute()
}

/** Only what this oracle certified is its to release. */
async function noteSettled(
  database: Kysely<OracleDatabase>,
  settled: RecordSettled,
): Promise<void> {
  const submission = await database
    .selectFrom('submission')
    .innerJoin('deal', 'deal.deal_id', 'submission.deal_id')
    .select('deal.terms')
    .where('certificate_hash', '=', settled.certificateHash)
    .executeTakeFirst()
  if (!submission) return
  const record = recordOf(settled, Deal.fromJson(JSON.parse(submission.terms)))
  await database
    .insertInto('release')
    .values({
      record_id: settled.recordId,
      deal_id: settled.dealId,
      certificate_hash: record.certificateHash,
      consumer: record.consumer,
      provider: settled.provider,
      consent_until_sec: Number(record.consentUntil),
      released_at_sec: null,
      stopped: 0,
      tries: 0,
      record: SettledRecord.toText(record),
      delivery_end_sec: Number(record.deliveryEnd),
      answer_by_sec: null,
      answered: 0,
      share_taken: 0,
    })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}
