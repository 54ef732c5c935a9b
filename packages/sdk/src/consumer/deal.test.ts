import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { approve } from '@ambrosia/chain/approve'
import { readDealStatus } from '@ambrosia/chain/read/exchange'
import * as Agreement from '@ambrosia/exchange/Agreement'
import * as Criteria from '@ambrosia/exchange/Criteria'
import * as Deal from '@ambrosia/exchange/Deal'
import { fromUtf8, toHex } from '@ambrosia/primitives/Bytes'
import * as CanonicalJson from '@ambrosia/primitives/CanonicalJson'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import { sha256 } from '@ambrosia/primitives/Hash'
import { endOfSuite } from '@ambrosia/testing/defer'
import { hash, newAccount } from '@ambrosia/testing/values'
import { parseEther } from 'viem'
import { loadDeal, loadTerms } from '../loadDeal.ts'
import { type Market, startMarket } from '../testing/startMarket.ts'
import { changeDeal } from './changeDeal.ts'
import { openDeal } from './openDeal.ts'

const suite = endOfSuite()
let market: Market

before(async () => {
  market = await startMarket(suite)
})

const stateOf = async (dealId: `0x${string}`) => {
  const { client, contracts } = market.exchange.chain
  return await readDealStatus(client, contracts.dealBook, dealId)
}

describe('openDeal', () => {
  it('escrows the least budget in one transaction, and publishes what the terms are hashes of', async () => {
    const { exchange, store, criteria, agreement } = market
    const steps: string[] = []
    const deal = await openDeal({
      chain: exchange.chain,
      store: store.client,
      account: exchange.consumer,
      criteria,
      agreement,
      choices: await market.choices(),
      development: true,
      now: market.now,
      onProgress: ({ step, done, total }) => steps.push(`${step} ${done}/${total}`),
    })
    assert.equal(deal.budget, Deal.minimumBudget(deal.terms))
    assert.deepEqual(steps, ['open 1/3', 'open 3/3'])
    const { state, available } = await stateOf(deal.dealId)
    assert.deepEqual([state, available], ['Active', deal.budget])
    const { criteriaHash, agreementHash, purpose, consumer } = deal.terms
    assert.deepEqual(store.documents.get(criteriaHash), CanonicalJson.encode(criteria))
    assert.deepEqual(store.documents.get(agreementHash), CanonicalJson.encode(agreement))
    assert.equal(purpose, Deal.purposeHash(criteria.purpose))
    assert.equal(consumer, exchange.consumer.address)
    const { chainId, contracts } = exchange.chain
    const named = { chainId, dealBook: contracts.dealBook, salt: deal.salt, terms: deal.terms }
    assert.equal(deal.dealId, Deal.dealId(named))
  })

  it('sends nothing on terms that the contract would refuse', async () => {
    const { exchange } = market
    const { client } = exchange.chain
    const count = await client.getTransactionCount(exchange.consumer)
    await assert.rejects(market.open({ perPersonCap: 65 }), { code: 'Deal.InvalidTerms' })
    await assert.rejects(market.open({ expiry: 1n }), { code: 'Deal.InvalidTerms' })
    assert.equal(await client.getTransactionCount(exchange.consumer), count)
  })

  it('locks no money for what no record can meet, or for a consumer without a key', async () => {
    const { exchange, store, agreement } = market
    const { client } = exchange.chain
    const count = await client.getTransactionCount(exchange.consumer)
    const rest = {
      chain: exchange.chain,
      store: store.client,
      account: exchange.consumer,
      agreement,
      choices: await market.choices(),
      development: true,
      now: market.now,
    }
    const predicates = [{ id: 'broken', expression: 'Bundle.entry.(' }]
    await assert.rejects(openDeal({ ...rest, criteria: { ...market.criteria, predicates } }), {
      code: 'Criteria.Unsatisfiable',
    })
    const nobody = `did:ambrosia:31337:${'0'.repeat(39)}9`
    await assert.rejects(
      openDeal({ ...rest, criteria: { ...market.criteria, consumer: nobody } }),
      {
        code: 'Deal.NoDeliveryKey',
      },
    )
    assert.equal(await client.getTransactionCount(exchange.consumer), count)
  })

  it('keeps the refusal of the token where the consumer has not enough', async () => {
    const { exchange, store, criteria, agreement } = market
    const poor = newAccount()
    await exchange.test.setBalance({ address: poor.address, value: parseEther('1') })
    await assert.rejects(
      openDeal({
        chain: exchange.chain,
        store: store.client,
        account: poor,
        criteria,
        agreement,
        choices: await market.choices(),
        development: true,
        now: market.now,
      }),
      { code: 'Chain.ERC20InsufficientBalance' },
    )
  })
})

describe('loadDeal', () => {
  it('reads what was opened, with nothing that only its opening had', async () => {
    const { transaction, gas, ...deal } = await market.open()
    const { chain } = market.exchange
    assert.deepEqual(await loadDeal({ chain, store: market.store.client }, deal.dealId), deal)
  })

  it('refuses a deal that the chain does not have, or whose documents are not at the store', async () => {
    const { chain } = market.exchange
    const network = { chain, store: market.store.client }
    await assert.rejects(loadDeal(network, hash('none')), { code: 'Deal.Unknown' })
    const { dealId } = await market.open()
    const lost = { document: async () => market.store.client.document(hash('lost')) }
    await assert.rejects(loadDeal({ chain, store: lost }, dealId), { code: 'Document.NotFound' })
  })

  it('refuses other documents than the deal names', async () => {
    const { criteria, agreement, exchange } = market
    const { dealId, terms } = await market.open()
    const other = {
      document: async (asked: string) =>
        asked === terms.criteriaHash
          ? CanonicalJson.encode({ ...criteria, title: 'Other' })
          : CanonicalJson.encode(agreement),
    }
    await assert.rejects(loadDeal({ chain: exchange.chain, store: other }, dealId), {
      code: 'Deal.WrongDocument',
    })
    const malformed = { document: async () => fromUtf8('{"version":1}') }
    await assert.rejects(loadDeal({ chain: exchange.chain, store: malformed }, dealId), {
      code: 'Shape.Mismatch',
    })
    assert.notEqual(Criteria.hash(criteria), Agreement.hash(agreement))
  })

  it('says so where a deal is of a version whose agreements named no contact; its money comes back', async () => {
    const { criteria, exchange } = market
    const { consumerContact: _, ...older } = market.agreement
    const agreement = CanonicalJson.encode(older)
    // Deals opened by a permit before leave none of the exchange's allowance.
    await approve(exchange.chain.client, exchange.consumer, {
      token: exchange.contracts.medToken,
      spender: exchange.contracts.dealBook,
      amount: parseEther('1000'),
    })
    const deal = await exchange.openNewDeal({
      criteriaHash: Criteria.hash(criteria),
      agreementHash: toHex(sha256(agreement)),
    })
    const { chain, consumer: account } = exchange
    const document = async (asked: string) =>
      asked === deal.terms.agreementHash ? agreement : CanonicalJson.encode(criteria)
    await assert.rejects(loadDeal({ chain, store: { document } }, deal.dealId), (error) => {
      assert.ok(error instanceof AmbrosiaError)
      assert.equal(error.code, 'Deal.Unreadable')
      return /consumerContact is missing/.test(error.message)
    })
    const known = await loadTerms(chain, deal.dealId)
    await changeDeal({ chain, account, deal: known, change: 'close' })
    assert.equal((await stateOf(deal.dealId)).state, 'Closed')
  })
})

describe('changeDeal', () => {
  it('pauses, resumes and closes, and gives back what nothing can claim any more', async () => {
    const { exchange } = market
    const { chain, consumer: account } = exchange
    const deal = await market.open()
    const change = (step: Parameters<typeof changeDeal>[0]['change']) =>
      changeDeal({ chain, account, deal, change: step })
    await change('pause')
    assert.equal((await stateOf(deal.dealId)).state, 'Paused')
    await change('resume')
    assert.equal((await stateOf(deal.dealId)).state, 'Active')
    await change('close')
    assert.equal((await stateOf(deal.dealId)).state, 'Closed')
    await assert.rejects(change('pause'), { code: 'Chain.DealStateRefused' })
    await assert.rejects(change('refund'), { code: 'Chain.DealBudgetLocked' })
    await market.pass(3700)
    await change('refund')
    assert.equal((await stateOf(deal.dealId)).available, 0n)
  })

  it('is for the consumer alone, and expires nothing early', async () => {
    const { chain, relayer } = market.exchange
    const deal = await market.open()
    const change = (step: 'pause' | 'expire') =>
      changeDeal({ chain, account: relayer, deal, change: step })
    await assert.rejects(change('pause'), { code: 'Chain.DealConsumerOnly' })
    await assert.rejects(change('expire'), { code: 'Chain.DealNotExpired' })
  })
})
