import { consentBookAbi, dealBookAbi } from '@ambrosia/chain/abi/exchange'
import type { Finality } from '@ambrosia/chain/finality'
import { followEvents } from '@ambrosia/chain/follow'
import * as Deal from '@ambrosia/exchange/Deal'
import type { Hex } from '@ambrosia/primitives/Bytes'
import * as ChainCursor from '@ambrosia/service/ChainCursor'
import type { Log } from '@ambrosia/service/Log'
import type { Kysely } from 'kysely'
import { type Address, isAddressEqual, type PublicClient } from 'viem'
import type { OracleDatabase } from '../database/tables.ts'
import { toRecordText } from '../releases/recordText.ts'

const abi = [...dealBookAbi, ...consentBookAbi] as const

/** Keeps the table of deals that name this oracle, and of records whose key it owes. Harmless to see an event twice. */
export async function followDeals(options: {
  client: PublicClient
  dealBook: Address
  consentBook: Address
  /** Block of the contracts' deployment. */
  fromBlock: bigint
  operator: Address
  database: Kysely<OracleDatabase>
  finality: Finality
  pollMs: number
  signal: AbortSignal
  log: Log
}): Promise<void> {
  const { database, operator } = options
  await followEvents({
    client: options.client,
    address: [options.dealBook, options.consentBook],
    abi,
    from: options.fromBlock,
    finality: options.finality,
    cursor: ChainCursor.createStore(database, 'deals'),
    pollMs: options.pollMs,
    signal: options.signal,
    onUnreachable: (error) => options.log.warn({ err: error }, 'the chain does not answer'),
    onLogs: async (logs) => {
      for (const event of logs) {
        if (event.eventName === 'DealCreated') {
          const { dealId, salt, terms } = event.args
          if (!terms.oracles.some((one) => isAddressEqual(one, operator))) continue
          const row = {
            deal_id: dealId,
            salt,
            terms: JSON.stringify(Deal.toJson(terms)),
            criteria: null,
            block_number: Number(event.blockNumber),
          }
          await database
            .insertInto('deal')
            .values(row)
            .onConflict((conflict) => conflict.doNothing())
            .execute()
        }
        if (event.eventName === 'RecordSettled') await noteSettled(database, event.args)
        if (event.eventName === 'DeliveryRequested') {
          await database
            .updateTable('release')
            .set({ answer_by_sec: Number(event.args.answerBy) })
            .where('record_id', '=', event.args.recordId)
            .execute()
        }
        if (event.eventName === 'ConsentRevoked') {
          await database
            .updateTable('release')
            .set({ stopped: 1 })
            .where('record_id', '=', event.args.recordId)
            .execute()
        }
      }
    },
  })
}

type Settled = {
  recordId: Hex
  dealId: Hex
  provider: Address
  record: { certificateHash: Hex; consumer: Address; consentUntil: bigint; deliveryEnd: bigint }
}

/** Only what this oracle certified is its to release. */
async function noteSettled(database: Kysely<OracleDatabase>, settled: Settled): Promise<void> {
  const { record } = settled
  const submission = await database
    .selectFrom('submission')
    .select('submission_id')
    .where('certificate_hash', '=', record.certificateHash)
    .executeTakeFirst()
  if (!submission) return
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
      record: toRecordText(record),
      delivery_end_sec: Number(record.deliveryEnd),
      answer_by_sec: null,
      answered: 0,
      share_taken: 0,
    })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}
