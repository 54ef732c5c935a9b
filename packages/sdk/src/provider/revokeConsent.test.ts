import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { medTokenAbi } from '@ambrosia/chain/abi/token'
import { readDealStatus } from '@ambrosia/chain/read/exchange'
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
  change: { provider?: LocalAccount; payer?: LocalAccount; stop?: boolean } = {},
) =>
  await revokeConsent({
    chain: exchange.chain,
    provider: change.provider ?? sold.provider,
    ...(change.stop ? {} : { payer: change.payer ?? sold.provider }),
    relayer: exchange.relayer,
    record: sold.record,
    recordId: sold.recordId,
    now: await clock(),
  })

const statusOf = async ({ recordId }: Sold) =>
  (await readRecords(exchange.chain, { recordId }))[0]?.status

const sweepAll = async (sold: Sold, to: Address) =>
  await sweep({
    chain: exchange.chain,
    payout: sold.provider,
    relayer: exchange.relayer,
    to,
    now: await clock(),
  })

describe('revokeConsent', () => {
  it('with the payment undoes the sale, without ether of the provider', async () => {
    const sold = await sell('inside')
    const { available } = await readDealStatus(
      exchange.chain.client,
      exchange.contracts.dealBook,
      sold.deal.dealId,
    )
    assert.equal(await balanceOf(sold.provider.address), sold.record.net)
    assert.equal(await statusOf(sold), 'settled')
    await revoke(sold)
    assert.equal(await balanceOf(sold.provider.address), 0n)
    const after = await readDealStatus(
      exchange.chain.client,
      exchange.contracts.dealBook,
      sold.deal.dealId,
    )
    // The deal has its price back, but for the tenth of the shares that pays for the check, and the
    // place of the record.
    const kept = sold.record.shares.reduce((sum, { amount }) => sum + amount / 10n, 0n)
    assert.equal(after.available - available, sold.record.price - kept)
    assert.equal(after.records, 0)
    assert.equal(await statusOf(sold), 'unwound')
    await assert.rejects(revoke(sold), { code: 'Chain.RecordStatusRefused' })
  })

  it('by another payer takes from them what they signed for', async () => {
    const sold = await sell('payer')
    const payer = newAccount()
    await sweepAll(sold, payer.address)
    await revoke(sold, { payer })
    assert.equal(await balanceOf(payer.address), 0n)
    assert.equal(await statusOf(sold), 'unwound')
  })

  it('without the payment stops, inside the window and after it, whoever holds the money', async () => {
    const [inside, after] = [await sell('stopped'), await sell('stopped later')]
    await sweepAll(inside, newAccount().address)
    await revoke(inside, { stop: true })
    assert.equal(await statusOf(inside), 'revoked')
    await pass(86_401)
    await assert.rejects(revoke(after), { code: 'Chain.PaymentReturnLate' })
    await revoke(after, { stop: true })
    assert.equal(await balanceOf(after.provider.address), after.record.net)
    assert.equal(await statusOf(after), 'revoked')
  })

  it('is refused to anybody but the provider, and where the proceeds are gone', async () => {
    const sold = await sell('refused')
    const provider = newAccount()
    for (const stop of [true, false]) {
      await assert.rejects(revoke(sold, { provider, stop }), {
        code: 'Chain.RevocationSignatureInvalid',
      })
    }
    await sweepAll(sold, newAccount().address)
    await assert.rejects(revoke(sold), { code: 'Chain.PaymentReturnShort' })
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
    assert.deepEqual(
      refused.map(({ code }) => code),
      ['ConsentCancelled'],
    )
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
