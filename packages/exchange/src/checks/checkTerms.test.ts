import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { dealBookAbi } from '@ambrosia/chain/abi/exchange'
import { RevertedError, toChainError } from '@ambrosia/chain/errors'
import { endOfSuite } from '@ambrosia/testing/defer'
import { type Exchange, startExchange } from '@ambrosia/testing/startExchange'
import { hash, newAccount, word } from '@ambrosia/testing/values'
import { zeroAddress } from 'viem'
import * as Deal from '../Deal.ts'
import * as Rules from './checkTerms.ts'

const suite = endOfSuite()
let exchange: Exchange
let terms: Deal.DealTerms
let nowSec: bigint

before(async () => {
  exchange = await startExchange(suite)
  nowSec = await exchange.now()
  terms = await exchange.terms()
})

/**
 * What the contract says of terms: the name of its error, and its first argument, the term where it
 * names one.
 */
async function refusalOnChain(of: Deal.DealTerms, budget: bigint): Promise<[string, unknown]> {
  try {
    await exchange.chain.client.simulateContract({
      account: exchange.consumer,
      address: exchange.contracts.dealBook,
      abi: dealBookAbi,
      functionName: 'createDeal',
      args: [of, hash('salt'), budget],
      // The block that the check speaks of.
      blockTag: 'latest',
    })
    return ['none', undefined]
  } catch (error) {
    const reverted = toChainError(error)
    if (!(reverted instanceof RevertedError)) throw error
    return [reverted.errorName, Object.values(reverted.args)[0]]
  }
}

const tiersOf = (count: number) =>
  Array.from({ length: count }, (_, i) => ({ minimumScore: i, price: BigInt(i + 1) }))
const accounts = (count: number) => Array.from({ length: count }, () => newAccount().address)

/** Changes of terms by what they try: at a limit and one past it. */
function cases(): Record<string, [Partial<Deal.DealTerms>, string | undefined]> {
  const range = 'DealTermOutOfRange'
  const { expiry, certificateLife, deliveryWindow } = terms
  const lastAnswer = expiry + BigInt(certificateLife) + 2n * BigInt(deliveryWindow)
  return {
    'as they are': [{}, undefined],
    'no criteria': [{ criteriaHash: word(0) }, 'DealTermMissing'],
    'no agreement': [{ agreementHash: word(0) }, 'DealTermMissing'],
    'no purpose': [{ purpose: word(0) }, 'DealTermMissing'],
    'no validator': [{ validatorHash: word(0) }, 'DealTermMissing'],
    'a price of nothing': [{ tiers: [{ minimumScore: 0, price: 0n }] }, 'DealTermMissing'],
    'no tier': [{ tiers: [] }, range],
    'the most tiers': [{ tiers: tiersOf(8) }, undefined],
    'a tier too many': [{ tiers: tiersOf(9) }, range],
    'tiers of one score': [
      { tiers: tiersOf(2).map((t) => ({ ...t, minimumScore: 5 })) },
      'DealTiersUnordered',
    ],
    'tiers of one price': [
      { tiers: tiersOf(2).map((t) => ({ ...t, price: 5n })) },
      'DealTiersUnordered',
    ],
    'no record': [{ maximumRecords: 0 }, range],
    'the most records': [{ maximumRecords: Rules.RECORD_COUNT, tiers: tiersOf(1) }, undefined],
    'a record too many': [{ maximumRecords: Rules.RECORD_COUNT + 1, tiers: tiersOf(1) }, range],
    nobody: [{ perPersonCap: 0 }, range],
    'the most of a person': [{ perPersonCap: Rules.PER_PERSON_COUNT }, undefined],
    'one more of a person': [{ perPersonCap: Rules.PER_PERSON_COUNT + 1 }, range],
    'the highest commission': [{ commissionCapBps: Rules.COMMISSION_BPS }, undefined],
    'a higher commission': [{ commissionCapBps: Rules.COMMISSION_BPS + 1 }, range],
    'a certificate without life': [{ certificateLife: 0 }, range],
    'a certificate that lives too long': [{ certificateLife: 3601 }, range],
    'no delivery window': [{ deliveryWindow: 0 }, range],
    'the shortest delivery window': [{ deliveryWindow: Rules.DEVELOPMENT_WINDOW_SEC }, undefined],
    'a shorter delivery window': [{ deliveryWindow: Rules.DEVELOPMENT_WINDOW_SEC - 1 }, range],
    'the longest delivery window': [
      {
        deliveryWindow: Rules.DELIVERY_WINDOW_SEC,
        retentionEnd: expiry + BigInt(certificateLife) + 2n * BigInt(Rules.DELIVERY_WINDOW_SEC),
      },
      undefined,
    ],
    'a longer delivery window': [{ deliveryWindow: Rules.DELIVERY_WINDOW_SEC + 1 }, range],
    expired: [{ expiry: nowSec - 1n }, range],
    'open for too long': [{ expiry: nowSec + BigInt(Rules.DEAL_LIFE_SEC) + 100n }, range],
    'kept until the last answer': [{ retentionEnd: lastAnswer }, undefined],
    'deleted before the last answer': [{ retentionEnd: lastAnswer - 1n }, range],
    'kept for too long': [{ retentionEnd: nowSec + BigInt(Rules.RETENTION_SEC) + 100n }, range],
    'no oracle': [{ oracles: [] }, range],
    'the most oracles': [{ oracles: accounts(16) }, undefined],
    'an oracle too many': [{ oracles: accounts(17) }, range],
    'an oracle twice': [
      { oracles: [...terms.oracles, terms.oracles[0] as `0x${string}`] },
      'DealOracleRepeated',
    ],
    'an oracle that is nobody': [{ oracles: [...accounts(1), zeroAddress] }, 'DealTermMissing'],
    'a store that is nobody': [{ stores: [zeroAddress] }, 'DealTermMissing'],
    'no quorum': [{ quorum: 0 }, range],
    'a quorum of one': [{ quorum: 1 }, undefined],
    'a quorum that nobody has': [{ quorum: 4 }, range],
    'no store': [{ stores: [] }, range],
    'a store too many': [{ stores: accounts(17) }, range],
  }
}

describe('checkTerms', () => {
  it('refuses what the contract refuses, with its error and its term, at each limit', async () => {
    for (const [name, [change, code]] of Object.entries(cases())) {
      const changed = { ...terms, ...change }
      const budget = Deal.minimumBudget(changed)
      const fault = Rules.checkTerms(changed, { nowSec, development: true, budget })
      assert.equal(fault?.code, code, `${name}: ${fault?.why}`)
      const [onChain, term] = await refusalOnChain(changed, budget)
      assert.equal(onChain, code ?? 'none', name)
      if (code === 'DealTermOutOfRange' || code === 'DealTermMissing') {
        assert.equal(fault?.term, term, name)
      }
    }
  })

  it('refuses a budget below the highest price of every record', async () => {
    const least = Deal.minimumBudget(terms)
    const context = { nowSec, development: true }
    assert.equal(Rules.checkTerms(terms, { ...context, budget: least }), undefined)
    const fault = Rules.checkTerms(terms, { ...context, budget: least - 1n })
    assert.equal(fault?.code, 'DealUnderfunded')
    // Amounts as people read them: no number of eighteen digits.
    assert.match(String(fault.why), /^the budget of \d+\.9+ MED is below \d+, /)
    assert.deepEqual(await refusalOnChain(terms, least - 1n), ['DealUnderfunded', least - 1n])
  })
})

describe('assertTerms', () => {
  it('says in words what is wrong, and of which term', () => {
    const wrong = { ...terms, perPersonCap: 65 }
    assert.throws(() => Rules.assertTerms(wrong, { nowSec, development: true }), {
      code: 'Deal.InvalidTerms',
      message:
        "a deal can't be opened on these terms: perPersonCap is 65, which is not from 1 to 64",
    })
  })

  it('asks for two oracles outside development, and for a score that there is', () => {
    const one = { ...terms, quorum: 1 }
    Rules.assertTerms(one, { nowSec, development: true })
    const refused = { code: 'Deal.InvalidTerms' }
    assert.throws(() => Rules.assertTerms(one, { nowSec, development: false }), refused)
    const tiers = [{ minimumScore: 101, price: 1n }]
    assert.throws(
      () => Rules.assertTerms({ ...terms, tiers }, { nowSec, development: true }),
      refused,
    )
  })
})
