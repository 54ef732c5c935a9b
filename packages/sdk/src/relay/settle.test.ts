import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { readDealStatus } from '@ambrosia/chain/read/exchange'
import { endOfSuite } from '@ambrosia/testing/defer'
import { makeSettlement } from '@ambrosia/testing/makeSettlement'
import { type Exchange, startExchange } from '@ambrosia/testing/startExchange'
import { newAccount } from '@ambrosia/testing/values'
import { settle } from './settle.ts'

const suite = endOfSuite()
let exchange: Exchange

before(async () => {
  exchange = await startExchange(suite)
})

describe('settle', () => {
  it('settles each record alone: what is refused is told by its place and code', async () => {
    const deal = await exchange.openNewDeal()
    const [good, poor, again] = [
      await makeSettlement(exchange, deal),
      await makeSettlement(exchange, deal, { certificate: { score: 10 } }),
      await makeSettlement(exchange, deal, { consent: { consumer: newAccount().address } }),
    ]
    const settlements = [good, poor, again].map(({ settlement }) => settlement)
    const { chain, relayer } = exchange
    const result = await settle({ chain, relayer, deal, settlements })
    assert.deepEqual(result.refused, [
      { index: 1, code: 'CertificateScoreBelowTiers' },
      { index: 2, code: 'ConsentConsumerMismatch' },
    ])
    assert.deepEqual(
      result.settled.map(({ provider }) => provider),
      [good.provider.address],
    )
    assert.ok(result.gas > 0n)
    const [{ record } = assert.fail()] = result.settled
    assert.equal(
      record.net + record.shares.reduce((sum, { amount }) => sum + amount, 0n),
      record.price,
    )
  })

  it('strictly, one refusal refuses all and costs nothing', async () => {
    const deal = await exchange.openNewDeal()
    const [good, poor] = [
      await makeSettlement(exchange, deal),
      await makeSettlement(exchange, deal, { signers: [0] }),
    ]
    const settlements = [good.settlement, poor.settlement]
    const { chain, relayer } = exchange
    await assert.rejects(settle({ chain, relayer, deal, settlements, strict: true }), {
      code: 'Chain.CertificateQuorumMissing',
    })
    const { client, contracts } = chain
    const { records } = await readDealStatus(client, contracts.dealBook, deal.dealId)
    assert.equal(records, 0)
  })
})
