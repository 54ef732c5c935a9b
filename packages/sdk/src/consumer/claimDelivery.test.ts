import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { endOfSuite } from '@ambrosia/testing/defer'
import { settleRecord } from '@ambrosia/testing/makeSettlement'
import { type Exchange, startExchange } from '@ambrosia/testing/startExchange'
import { hash, newAccount } from '@ambrosia/testing/values'
import { claimDelivery, refundDelivery } from './claimDelivery.ts'

const suite = endOfSuite()
let exchange: Exchange

before(async () => {
  exchange = await startExchange(suite)
})

async function pass(seconds: number): Promise<void> {
  await exchange.test.increaseTime({ seconds })
  await exchange.test.mine({ blocks: 1 })
}

describe('claimDelivery', () => {
  it('obliges the oracles, and takes back the shares of those that did not answer', async () => {
    const { chain, consumer, relayer } = exchange
    const deal = await exchange.openNewDeal()
    const { record } = await settleRecord(exchange, deal, newAccount(), hash('claimed'))
    const claim = (account = consumer) => claimDelivery({ chain, account, record })
    const refund = () => refundDelivery({ chain, account: relayer, record })
    await assert.rejects(refund(), { code: 'Chain.DeliveryNotClaimed' })
    await assert.rejects(claim(relayer), { code: 'Chain.RecordConsumerOnly' })
    await claim()
    await assert.rejects(claim(), { code: 'Chain.DeliveryClaimed' })
    await assert.rejects(refund(), { code: 'Chain.DeliveryAnswerPending' })
    await pass(86_401)
    await refund()
    await assert.rejects(refund(), { code: 'Chain.RefundEmpty' })
  })

  it('comes too late after the delivery window, and for nothing that was never sold', async () => {
    const { chain, consumer: account } = exchange
    const deal = await exchange.openNewDeal()
    const { record } = await settleRecord(exchange, deal, newAccount(), hash('late'))
    const forged = { ...record, net: record.net + 1n }
    await assert.rejects(claimDelivery({ chain, account, record: forged }), {
      code: 'Chain.RecordUnknown',
    })
    await pass(86_401)
    await assert.rejects(claimDelivery({ chain, account, record }), {
      code: 'Chain.DeliveryWindowEnded',
    })
  })
})
