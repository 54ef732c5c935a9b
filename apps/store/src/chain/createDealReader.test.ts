import assert from 'node:assert/strict'
import { before, describe, it, type TestContext } from 'node:test'
import { dealBookAbi } from '@ambrosia/chain/abi/exchange'
import { medTokenAbi } from '@ambrosia/chain/abi/token'
import { termsHash } from '@ambrosia/exchange/Deal'
import * as Database from '@ambrosia/service/Database'
import { endOfSuite } from '@ambrosia/testing/defer'
import { type SettledRecord, settleRecord } from '@ambrosia/testing/makeSettlement'
import { type Exchange, startExchange, type TestOracle } from '@ambrosia/testing/startExchange'
import { newAccount, word } from '@ambrosia/testing/values'
import { type LocalAccount, zeroHash } from 'viem'
import { migrations } from '../database/migrations.ts'
import type { StoreDatabase } from '../database/tables.ts'
import { consentBookOf, createDealReader } from './createDealReader.ts'

const store = newAccount().address
const isNew = { isNew: true }

let exchange: Exchange

async function start(t: TestContext) {
  const database = await Database.open<StoreDatabase>({ url: 'sqlite::memory:', migrations })
  t.after(() => database.destroy())
  const { contracts } = exchange
  const { client } = exchange.chain
  const clock = { nowSec: Number((await client.getBlock()).timestamp) }
  const reader = createDealReader({
    client,
    database,
    contracts: { ...contracts, consentBook: await consentBookOf(client, contracts.dealBook) },
    store,
    finality: { kind: 'blocks', count: 1 },
    fromBlock: 0n,
    nowSec: () => clock.nowSec,
    signal: new AbortController().signal,
  })
  return { reader, clock }
}

describe('createDealReader', () => {
  const suite = endOfSuite()
  before(async () => {
    exchange = await startExchange(suite)
  })

  it('reads deals of this store, with their state', async (t) => {
    const { reader, clock } = await start(t)
    assert.equal(await reader.dealOf(word(1)), undefined)
    const deal = await exchange.openNewDeal({ stores: [store] })
    const foreign = await exchange.openNewDeal({ stores: [newAccount().address] })
    const found = await reader.dealOf(deal.dealId)
    assert.ok(found?.isOpen)
    assert.equal(termsHash(found.terms), termsHash(deal.terms))
    assert.equal(await reader.dealOf(foreign.dealId), undefined)
    clock.nowSec += 2_000_000
    assert.equal((await reader.dealOf(deal.dealId))?.isOpen, false)
    clock.nowSec -= 2_000_000
    const { chain, consumer, contracts } = exchange
    const dealBook = { address: contracts.dealBook, abi: dealBookAbi }
    const args = [deal.terms, deal.salt] as const
    await chain.send(consumer, { ...dealBook, functionName: 'pause', args })
    assert.equal((await reader.dealOf(deal.dealId))?.isOpen, false)
    await chain.send(consumer, { ...dealBook, functionName: 'resume', args })
    assert.equal((await reader.dealOf(deal.dealId))?.isOpen, true)
  })

  it('reads settlements, and their revocation at once', async (t) => {
    const { reader } = await start(t)
    const deal = await exchange.openNewDeal({ stores: [store] })
    const provider = newAccount()
    const manifestHash = word(0x33)
    const of = { dealId: deal.dealId, provider: provider.address, manifestHash }
    assert.equal(await reader.settlementOf(of, isNew), undefined)
    const { recordId, record } = await settleRecord(exchange, deal, provider, manifestHash)
    assert.equal(await reader.settlementOf(of, { isNew: false }), undefined)
    const settled = await reader.settlementOf(of, isNew)
    assert.deepEqual(settled, {
      recordId,
      dealId: deal.dealId,
      provider: provider.address.toLowerCase(),
      consumer: exchange.consumer.address.toLowerCase(),
      manifestHash,
      consentUntilSec: Number(record.consentUntil),
      isRevoked: false,
    })
    assert.deepEqual(await reader.recordOf(recordId), settled)
    assert.equal(await reader.settlementOf({ ...of, manifestHash: word(1) }, isNew), undefined)
    assert.equal(await reader.settlementOf({ ...of, provider: store }, isNew), undefined)
    assert.equal(await reader.recordOf(word(1)), undefined)
    await revoke(provider, record)
    assert.equal((await reader.recordOf(recordId))?.isRevoked, true)
  })

  it('after a stop holds the record until the delivery that was paid for is over', async (t) => {
    const { reader, clock } = await start(t)
    const deal = await exchange.openNewDeal({ stores: [store] })
    const provider = newAccount()
    const { recordId, record } = await settleRecord(exchange, deal, provider, word(0x34))
    await revoke(provider, record, false)
    const isRevoked = async () => (await reader.recordOf(recordId))?.isRevoked
    clock.nowSec = Number(record.deliveryEnd)
    assert.equal(await isRevoked(), false)
    clock.nowSec += 1
    assert.equal(await isRevoked(), true)
    await exchange.test.increaseTime({ seconds: 3600 })
    await claim(record)
    assert.equal(await isRevoked(), false)
    clock.nowSec += 7200
    assert.equal(await isRevoked(), true)
  })

  it('forgets what a reorganisation took back', async (t) => {
    const { reader } = await start(t)
    const deal = await exchange.openNewDeal({ stores: [store] })
    await reader.refresh()
    const id = await exchange.test.snapshot()
    const { recordId } = await settleRecord(exchange, deal, newAccount(), word(0x33))
    assert.ok(await reader.recordOf(recordId))
    await exchange.test.revert({ id })
    await exchange.test.mine({ blocks: 2 })
    await reader.refresh()
    assert.equal(await reader.recordOf(recordId), undefined)
    assert.ok(await reader.dealOf(deal.dealId))
  })

  it('knows the signing keys of operators, and the time of the newest final block', async (t) => {
    const { reader } = await start(t)
    const [{ operator, signer }] = exchange.oracles as [TestOracle]
    assert.deepEqual(await reader.signersOf([operator.address, store]), [signer.address, undefined])
    const { timestamp } = await exchange.chain.client.getBlock()
    assert.equal(await reader.finalTimeSec(), Number(timestamp))
  })

  it('answers many at once from one reading', async (t) => {
    const { reader } = await start(t)
    const deal = await exchange.openNewDeal({ stores: [store] })
    const found = await Promise.all(Array.from({ length: 10 }, () => reader.dealOf(deal.dealId)))
    assert.ok(found.every((one) => one?.isOpen))
  })
})

async function claim(record: SettledRecord['record']): Promise<void> {
  const { chain, contracts, consumer } = exchange
  await chain.send(consumer, {
    address: contracts.medToken,
    abi: medTokenAbi,
    functionName: 'approve',
    args: [contracts.dealBook, 2n ** 256n - 1n],
  })
  await chain.send(consumer, {
    address: contracts.dealBook,
    abi: dealBookAbi,
    functionName: 'claimDelivery',
    args: [record, NO_PERMIT],
  })
}

const NO_PERMIT = { value: 0n, deadline: 0n, v: 0, r: zeroHash, s: zeroHash }

/**
 * Undoes a sale: the provider gives back what they received. Or stops it, where the payment stays.
 */
async function revoke(
  provider: LocalAccount,
  record: SettledRecord['record'],
  returnPayment = true,
): Promise<void> {
  const { chain, contracts, test } = exchange
  await test.setBalance({ address: provider.address, value: 10n ** 18n })
  await chain.send(provider, {
    address: contracts.medToken,
    abi: medTokenAbi,
    functionName: 'approve',
    args: [contracts.dealBook, record.net],
  })
  await chain.send(provider, {
    address: contracts.dealBook,
    abi: dealBookAbi,
    functionName: 'revoke',
    args: [
      record,
      returnPayment,
      { account: provider.address, permit: NO_PERMIT, signedUntil: 0n, signature: '0x' },
    ],
  })
}
