import { dealBookAbi } from '@ambrosia/chain/abi/exchange'
import { send } from '@ambrosia/chain/send'
import * as SettledRecord from '@ambrosia/exchange/SettledRecord'
import type { Kysely } from 'kysely'
import type { TransactionReceipt } from 'viem'
import type { OracleDatabase } from '../database/tables.ts'
import type { Oracle } from '../Oracle.ts'
import { answerClaim, type DeliveryAnswer } from '../releases/answerClaim.ts'
import type { ReleaseRow } from '../releases/releaseOfRow.ts'

type BlockHead = { timestamp: bigint; number: bigint }

/**
 * What a certifying oracle owes and is owed on chain: it answers a consumer's claim before the
 * deadline, and takes its share once the delivery window of a record has ended, or what is left of
 * it once the sale is undone. Each is tried until it is done; what the contract refuses is told and
 * left.
 */
export async function fulfilDuties(oracle: Oracle): Promise<void> {
  const open = await oracle.database
    .selectFrom('release')
    .select('record_id')
    .where((is) =>
      is.or([
        is('share_taken', '=', 0),
        is.and([
          is('answer_by_sec', 'is not', null),
          is('answered', '=', 0),
          is('stopped', '=', 0),
        ]),
      ]),
    )
    .limit(1)
    .executeTakeFirst()
  if (!open) return
  const block = await oracle.client.getBlock()
  await answerClaims(oracle, block)
  await takeShares(oracle, block.timestamp)
}

async function answerClaims(oracle: Oracle, block: BlockHead): Promise<void> {
  const { database } = oracle
  const rows = await database
    .selectFrom('release')
    .innerJoin('submission', 'submission.certificate_hash', 'release.certificate_hash')
    .innerJoin('deal', 'deal.deal_id', 'release.deal_id')
    .select([
      'release.record_id',
      'release.deal_id',
      'release.consumer',
      'release.provider',
      'release.record',
      'submission.manifest',
      'deal.criteria',
    ])
    .where('release.answer_by_sec', '>=', Number(block.timestamp))
    .where('release.answered', '=', 0)
    .where('release.stopped', '=', 0)
    .execute()
  for (const row of rows) {
    if (row.criteria === null || row.record === null) continue
    const record = SettledRecord.fromText(row.record)
    const answer = await answerOf(oracle, { ...row, criteria: row.criteria }, record, block)
    // A claim that can't be answered must not hold up the others.
    if (answer === undefined) continue
    const sending = send(oracle.client, oracle.operator, {
      address: oracle.dealBook,
      abi: dealBookAbi,
      functionName: 'postDelivery',
      args: [record, answer],
    })
    const isDone = await isSent(oracle, 'postDelivery', row.record_id, sending)
    if (isDone) await mark(database, row.record_id, { answered: 1 })
  }
}

async function answerOf(
  oracle: Oracle,
  row: ReleaseRow,
  record: SettledRecord.SettledRecord,
  block: BlockHead,
): Promise<DeliveryAnswer | undefined> {
  try {
    return await answerClaim(oracle, row, record, block)
  } catch (error) {
    oracle.log.warn({ err: error, recordId: row.record_id }, 'a claim could not be answered yet')
    return undefined
  }
}

async function takeShares(oracle: Oracle, nowSec: bigint): Promise<void> {
  const { database } = oracle
  const rows = await database
    .selectFrom('release')
    .select(['record_id', 'record'])
    .where('delivery_end_sec', '<', Number(nowSec))
    .where('share_taken', '=', 0)
    .execute()
  for (const row of rows) {
    if (row.record === null) continue
    const sending = send(oracle.client, oracle.operator, {
      address: oracle.dealBook,
      abi: dealBookAbi,
      functionName: 'withdrawShares',
      args: [[SettledRecord.fromText(row.record)]],
    })
    const isDone = await isSent(oracle, 'withdrawShares', row.record_id, sending)
    // Whatever holds the share back, later tries find it free or gone.
    await mark(database, row.record_id, {
      share_taken: isDone ? 1 : 0,
      delivery_end_sec: Number(nowSec) + RETRY_SEC,
    })
  }
}

const RETRY_SEC = 3600

/** True once the call stands on chain; false when the contract refuses. */
async function isSent(
  oracle: Oracle,
  functionName: 'postDelivery' | 'withdrawShares',
  recordId: string,
  sending: Promise<TransactionReceipt>,
): Promise<boolean> {
  const { log } = oracle
  try {
    const { transactionHash } = await sending
    log.info({ recordId, functionName, transaction: transactionHash }, 'a duty on chain is done')
    return true
  } catch (error) {
    log.warn({ err: error, recordId, functionName }, 'a duty on chain could not be done yet')
    return false
  }
}

async function mark(
  database: Kysely<OracleDatabase>,
  recordId: string,
  change: { answered: number } | { share_taken: number; delivery_end_sec: number },
): Promise<void> {
  await database.updateTable('release').set(change).where('record_id', '=', recordId).execute()
}
