import { equivocationJudgeAbi } from '@ambrosia/chain/abi/evidence'
import { dealBookAbi } from '@ambrosia/chain/abi/exchange'
import { RevertedError, reach } from '@ambrosia/chain/errors'
import { type RecordSettled, recordOf } from '@ambrosia/chain/read/recordOf'
import { send } from '@ambrosia/chain/send'
import { type Certified, certifiedBy } from '@ambrosia/exchange/evidence/certifiedBy'
import { dealBookDomain } from '@ambrosia/exchange/messages/Message'
import type { SettledRecord } from '@ambrosia/exchange/SettledRecord'
import type { Hex } from '@ambrosia/primitives/Bytes'
import type { Kysely, Selectable } from 'kysely'
import { decodeFunctionData, isAddressEqual, parseEventLogs } from 'viem'
import type { OracleDatabase } from '../database/tables.ts'
import type { Oracle, OracleNetwork } from '../Oracle.ts'

/** Earlier sales of one sealed record that a new one is held against, at most. */
const MAXIMUM_EARLIER = 16

type SettledEvent = { args: RecordSettled; transactionHash: Hex }

/** Keeps what a sale says of its sealed record. Harmless to see it twice. */
export async function noteSale(
  database: Kysely<OracleDatabase>,
  { args, transactionHash }: SettledEvent,
): Promise<void> {
  const { recordId, dealId, manifestHash, certificateHash } = args
  const earlier = await database
    .selectFrom('sale')
    .select('record_id')
    .where('deal_id', '=', dealId)
    .where('manifest_hash', '=', manifestHash)
    .where('record_id', '!=', recordId)
    .executeTakeFirst()
  const row = {
    record_id: recordId,
    deal_id: dealId,
    manifest_hash: manifestHash,
    certificate_hash: certificateHash,
    transaction_hash: transactionHash,
    compared: earlier === undefined ? 1 : 0,
  }
  await database
    .insertInto('sale')
    .values(row)
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

/**
 * Shows the judge every oracle that certified one sealed record of one deal under two tags, alone
 * or under the root of a batch; the chain carries both certificates. What the judge refuses (it was
 * shown before, the key is nobody's) is told and left; what fails otherwise is tried again, and
 * holds up no other.
 */
export async function reportContradictions(oracle: Oracle, network: OracleNetwork): Promise<void> {
  const { database, log } = oracle
  const open = await database.selectFrom('sale').selectAll().where('compared', '=', 0).execute()
  for (const sale of open) {
    try {
      await compare(oracle, network, sale)
    } catch (err) {
      log.warn({ err, recordId: sale.record_id }, 'a sale could not be compared yet')
      continue
    }
    await database
      .updateTable('sale')
      .set({ compared: 1 })
      .where('record_id', '=', sale.record_id)
      .execute()
  }
}

type SaleRow = Selectable<OracleDatabase['sale']>

/** @throws Chain.* */
async function compare(oracle: Oracle, network: OracleNetwork, sale: SaleRow): Promise<void> {
  const earlier = await oracle.database
    .selectFrom('sale')
    .selectAll()
    .where('deal_id', '=', sale.deal_id)
    .where('manifest_hash', '=', sale.manifest_hash)
    .where('record_id', '!=', sale.record_id)
    .limit(MAXIMUM_EARLIER)
    .execute()
  const later = await readSale(oracle, sale)
  if (later === undefined) return
  for (const row of earlier) {
    const other = await readSale(oracle, row)
    if (other !== undefined) await report(oracle, network, later, other)
  }
}

type Sale = Certified & { record: SettledRecord }

/** The certificate of a sale with its signatures, and its record; from its transaction. */
async function readSale(oracle: Oracle, row: SaleRow): Promise<Sale | undefined> {
  const { client, dealBook, chainId, log } = oracle
  const hash = row.transaction_hash as Hex
  const [{ to, input }, { logs }] = await reach(() =>
    Promise.all([client.getTransaction({ hash }), client.getTransactionReceipt({ hash })]),
  )
  const call = to !== null && isAddressEqual(to, dealBook) ? decodeSettle(input) : undefined
  if (call === undefined) {
    log.warn(
      { recordId: row.record_id },
      'a sale went through another contract and can not be read',
    )
    return undefined
  }
  const [terms, , settlements, certification] = call
  const dealId = row.deal_id as Hex
  const parts = { dealId, terms, settlements, certification }
  const found = certifiedBy(parts, dealBookDomain(chainId, dealBook))
  const certified = found.find((one) => one.certificateHash === row.certificate_hash)
  const settled = parseEventLogs({ abi: dealBookAbi, logs, eventName: 'RecordSettled' }).find(
    ({ args }) => args.recordId === row.record_id,
  )
  if (certified === undefined || settled === undefined) return undefined
  return { ...certified, record: recordOf(settled.args, terms) }
}

function decodeSettle(data: Hex) {
  try {
    const { functionName, args } = decodeFunctionData({ abi: dealBookAbi, data })
    return functionName === 'settle' ? args : undefined
  } catch {
    return undefined
  }
}

async function report(
  { client, operator, log }: Oracle,
  { equivocationJudge }: OracleNetwork,
  later: Sale,
  earlier: Sale,
): Promise<void> {
  for (const { oracle: liar, evidence } of later.signed) {
    const other = earlier.signed.find(({ oracle }) => isAddressEqual(oracle, liar))
    if (other === undefined || isAddressEqual(liar, operator.address)) continue
    try {
      const { transactionHash } = await send(client, operator, {
        address: equivocationJudge,
        abi: equivocationJudgeAbi,
        functionName: 'prove',
        args: [evidence, other.evidence, [later.record]],
      })
      log.warn({ operator: liar, transaction: transactionHash }, 'an oracle contradicted itself')
    } catch (error) {
      if (!(error instanceof RevertedError)) throw error
      log.warn({ operator: liar, err: error }, 'the judge refuses a contradiction')
    }
  }
}
