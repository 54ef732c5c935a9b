import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { medTokenAbi } from '@ambrosia/chain/abi/token'
import * as Consent from '@ambrosia/exchange/Consent'
import { endOfSuite } from '@ambrosia/testing/defer'
import { makeSettlement, settleRecord } from '@ambrosia/testing/makeSettlement'
import { type Exchange, startExchange } from '@ambrosia/testing/startExchange'
import { hash, newAccount } from '@ambrosia/testing/values'
import type { Address, LocalAccount } from 'viem'
import { readRecords } from '../readRecords.ts'
import { settle } from '../relay/settle.ts'
import { cancelConsent, revokeConsent, sweep } from './revokeConsent.ts'

const suite = endOfSuite()
let exchange: Exchange

before(async () => {
  exchange = await startExchange(suite)
})

/** A clock that goes with the chain. */
async function clock(): Promise<() => number> {
  const nowMs = Number(await exchange.now()) * 1000
  return () => nowMs
}

async function pass(seconds: number): Promise<void> {
  await exchange.test.increaseTime({ seconds })
  await exchange.test.mine({ blocks: 1 })
}

const balanceOf = (account: Address) =>
  exchange.chain.client.readContract({
    address: exchange.contracts.medToken,
    abi: medTokenAbi,
    functionName: 'balanceOf',
    args: [account],
  })

async function sell(label: string) {
  const deal = await exchange.openNewDeal()
  const provider = newAccount()
  const settled = await settleRecord(exchange, deal, provider, hash(label))
  return { ...settled, deal, provider }
}

type Sold = Awaited<ReturnType<typeof sell>>

const revoke = async (
  sold: Sold,
  change: { provider?: LocalAccount; payout?: LocalAccount } = {},
) =>
  await revokeConsent({
    chain: exchange.chain,
    provider: change.provider ?? sold.provider,
    payout: change.payout ?? sold.provider,
    relayer: exchange.relayer,
    record: sold.record,
    recordId: sold.recordId,
    now: await clock(),
  })

const statusOf = async ({ recordId }: Sold) =>
  (await readRecords(exchange.chain, { recordId }))[0]?.status

describe('revokeConsent', () => {
  it('inside the delivery window unwinds the sale, without ether of the provider', async () => {
    const sold = await sell('inside')
    const before = await balanceOf(exchange.consumer.address)
    assert.equal(await balanceOf(sold.provider.address), sold.record.net)
    assert.equal(await statusOf(sold), 'settled')
    await revoke(sold)
    assert.equal(await balanceOf(sold.provider.address), 0n)
    // What the provider and the oracles got goes back to the consumer.
    assert.equal(await balanceOf(exchange.consumer.address), before + sold.record.price)
    assert.equal(await statusOf(sold), 'unwound')
    await assert.rejects(revoke(sold), { code: 'Chain.RecordStatusRefused' })
  })

  it('after the window costs nothing', async () => {
    const sold = await sell('after')
    await pass(86_401)
    await revoke(sold)
    assert.equal(await balanceOf(sold.provider.address), sold.record.net)
    assert.equal(await statusOf(sold), 'revoked')
  })

  it('is refused to anybody but the provider, and where the proceeds are gone', async () => {
    const sold = await sell('refused')
    await assert.rejects(revoke(sold, { provider: newAccount() }), {
      code: 'Chain.RevocationSignatureInvalid',
    })
    await sweep({
      chain: exchange.chain,
      payout: sold.provider,
      relayer: exchange.relayer,
      to: newAccount().address,
      now: await clock(),
    })
    await assert.rejects(revoke(sold), { code: 'Chain.ERC20InsufficientBalance' })
    assert.equal(await statusOf(sold), 'settled')
  })
})

describe('cancelConsent', () => {
  it('withdraws a consent that is not settled yet, once and for all', async () => {
    const deal = await exchange.openNewDeal()
    const { settlement, provider } = await makeSettlement(exchange, deal)
    const consentHash = Consent.hash(settlement.consent, exchange.domain)
    const { chain, relayer } = exchange
    const now = await clock()
    await cancelConsent({ chain, provider, relayer, consentHash, now })
    const { refused } = await settle({ chain, relayer, deal, settlements: [settlement] })
    assert.deepEqual(refused, [{ index: 0, code: 'ConsentCancelled' }])
  })

  it('by another account withdraws a consent of nobody', async () => {
    const deal = await exchange.openNewDeal()
    const { settlement } = await makeSettlement(exchange, deal)
    const consentHash = Consent.hash(settlement.consent, exchange.domain)
    const { chain, relayer } = exchange
    const now = await clock()
    await cancelConsent({ chain, provider: newAccount(), relayer, consentHash, now })
    const { settled } = await settle({ chain, relayer, deal, settlements: [settlement] })
    assert.equal(settled.length, 1)
  })

  it('is refused with a signature that has expired', async () => {
    const { chain, relayer } = exchange
    const past = () => 0
    await assert.rejects(
      cancelConsent({ chain, provider: newAccount(), relayer, consentHash: hash('x'), now: past }),
      { code: 'Chain.CancellationExpired' },
    )
  })
})

describe('sweep', () => {
  it('moves the proceeds by a permit, without ether of the account', async () => {
    const sold = await sell('sweep')
    const to = newAccount().address
    const { chain, relayer } = exchange
    const swept = await sweep({ chain, payout: sold.provider, relayer, to, now: await clock() })
    assert.equal(swept.amount, sold.record.net)
    assert.equal(await balanceOf(to), sold.record.net)
    assert.equal(await balanceOf(sold.provider.address), 0n)
  })
})

describe('readRecords', () => {
  it('finds sales by deal, by provider and by their id, oldest first', async () => {
    const deal = await exchange.openNewDeal()
    const [first, second] = [newAccount(), newAccount()]
    const one = await settleRecord(exchange, deal, first, hash('one'))
    const two = await settleRecord(exchange, deal, second, hash('two'))
    const ids = async (filter: Parameters<typeof readRecords>[1]) =>
      (await readRecords(exchange.chain, filter)).map(({ recordId }) => recordId)
    assert.deepEqual(await ids({ dealId: deal.dealId }), [one.recordId, two.recordId])
    assert.deepEqual(await ids({ provider: second.address }), [two.recordId])
    assert.deepEqual(await ids({ recordId: one.recordId }), [one.recordId])
    assert.deepEqual(await ids({ provider: newAccount().address }), [])
  })
})
