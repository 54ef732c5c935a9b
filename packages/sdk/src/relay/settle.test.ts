import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { oracleRegistryAbi } from '@ambrosia/chain/abi/oracle'
import { readDealStatus } from '@ambrosia/chain/read/exchange'
import * as CertificateBatch from '@ambrosia/exchange/CertificateBatch'
import { batchCertificates } from '@ambrosia/exchange/quorum/CertificateBatch'
import type { Settlement } from '@ambrosia/exchange/Settlement'
import type { Hex } from '@ambrosia/primitives/Bytes'
import { endOfSuite } from '@ambrosia/testing/defer'
import { makeSettlement } from '@ambrosia/testing/makeSettlement'
import { type Exchange, startExchange, type TestOracle } from '@ambrosia/testing/startExchange'
import { hash, newAccount } from '@ambrosia/testing/values'
import type { Reach } from './certifyBatch.ts'
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
    assert.deepEqual(
      result.refused.map(({ index, code }) => [index, code]),
      [
        [1, 'CertificateScoreBelowTiers'],
        [2, 'Settlement.Mismatch'],
      ],
    )
    assert.match(result.refused[0]?.message ?? '', /score 10, minimum score 50$/)
    assert.match(result.refused[1]?.message ?? '', /^consent\.consumer is not what this deal says$/)
    assert.match(result.refused[0]?.hint ?? '', /below what the deal pays for/)
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

  it('settles where nobody sent anything for long: the newest block is older than the certificate', async () => {
    const deal = await exchange.openNewDeal()
    const { chain, relayer, test } = exchange
    await test.increaseTime({ seconds: 1800 })
    const asOf = (await exchange.now()) + 1800n
    const { settlement } = await makeSettlement(exchange, deal, { certificate: { asOf } })
    const result = await settle({ chain, relayer, deal, settlements: [settlement] })
    assert.deepEqual([result.refused, result.settled.length], [[], 1])
  })

  it('pays for nothing that is refused: not alone, and not together with others', async () => {
    const deal = await exchange.openNewDeal()
    const { chain, relayer } = exchange
    const poor = await makeSettlement(exchange, deal, { certificate: { score: 10 } })
    const count = () => chain.client.getTransactionCount({ address: relayer.address })
    const before = await count()
    const none = await settle({ chain, relayer, deal, settlements: [poor.settlement] })
    assert.deepEqual([none.transaction, none.gas, none.settled], [undefined, 0n, []])
    assert.equal(await count(), before)
    const personTag = hash('one person')
    const [one, two] = [
      await makeSettlement(exchange, deal, { certificate: { personTag } }),
      await makeSettlement(exchange, deal, { certificate: { personTag } }),
    ]
    const settlements = [poor.settlement, one.settlement, two.settlement]
    const { settled, refused } = await settle({ chain, relayer, deal, settlements })
    assert.equal(settled.length, 1)
    assert.deepEqual(
      refused.map(({ index, code }) => [index, code]),
      [
        [0, 'CertificateScoreBelowTiers'],
        [2, 'PersonTagOverCap'],
      ],
    )
    assert.equal(await count(), before + 1)
  })

  it('settles several under one signature of each oracle, or each under its own', async () => {
    const { chain, relayer } = exchange
    const deal = await exchange.openNewDeal()
    await placeOracles(exchange)
    const settlements: Settlement[] = []
    for (let made = 0; made < 6; made++) {
      settlements.push((await makeSettlement(exchange, deal)).settlement)
    }
    const of = (from: number) => settlements.slice(from, from + 2)
    const together = await settle({
      chain,
      relayer,
      deal,
      settlements: of(0),
      reach: oraclesThat(exchange, (root, { signer }) =>
        signer.signTypedData(CertificateBatch.toTypedData({ root }, exchange.domain)),
      ),
    })
    assert.deepEqual([together.settled.length, together.underOneRoot], [2, true])
    assert.equal(together.settled[1]?.record.shares.length, 3)
    const refusing = oraclesThat(exchange, () => Promise.reject(new Error('no')))
    const alone = await settle({ chain, relayer, deal, settlements: of(2), reach: refusing })
    assert.deepEqual([alone.settled.length, alone.underOneRoot], [2, false])
    assert.ok(alone.gas > together.gas + 15_000n, `${alone.gas} and ${together.gas}`)
    // An oracle that signs something else costs nobody anything.
    const lying = oraclesThat(exchange, (_, { signer }) =>
      signer.signTypedData(CertificateBatch.toTypedData({ root: hash('a') }, exchange.domain)),
    )
    const lied = await settle({ chain, relayer, deal, settlements: of(4), reach: lying })
    assert.deepEqual([lied.settled.length, lied.underOneRoot], [2, false])
  })

  it('refuses more than fit into a transaction before anything is asked or sent', async () => {
    const deal = await exchange.openNewDeal()
    const { settlement } = await makeSettlement(exchange, deal)
    const { chain, relayer } = exchange
    const settlements = Array.from({ length: 101 }, () => settlement)
    await assert.rejects(settle({ chain, relayer, deal, settlements }), {
      code: 'Settlement.TooMany',
      message: '101 settlements do not fit into one transaction, at most 100 do',
    })
  })

  it('strictly, a settlement of another deal is refused in words', async () => {
    const [deal, other] = [await exchange.openNewDeal(), await exchange.openNewDeal()]
    const { settlement } = await makeSettlement(exchange, other)
    const { chain, relayer } = exchange
    await assert.rejects(
      settle({ chain, relayer, deal, settlements: [settlement], strict: true }),
      {
        code: 'Settlement.Mismatch',
        message: 'certificate.dealId is not what this deal says',
      },
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

/** Gives each oracle an endpoint of its own: its place is the port. */
async function placeOracles({ chain, contracts, oracles }: Exchange): Promise<void> {
  const registry = { address: contracts.oracleRegistry, abi: oracleRegistryAbi }
  for (const [place, { operator }] of oracles.entries()) {
    const args = [`http://127.0.0.1:${place + 1}`] as const
    await chain.send(operator, { ...registry, functionName: 'setEndpoint', args })
  }
}

/** The route of oracles, who answer with what is said. */
function oraclesThat(
  { oracles }: Exchange,
  sign: (root: Hex, oracle: TestOracle) => Promise<Hex>,
): Reach {
  return {
    now: Date.now,
    fetch: async (url, init) => {
      const { hashes } = (await new Response(init?.body ?? null).json()) as { hashes: Hex[] }
      const { root } = batchCertificates(hashes)
      const oracle = oracles[Number(new URL(url).port) - 1]
      assert.ok(oracle, url)
      try {
        return Response.json({ root, signature: await sign(root, oracle) })
      } catch {
        const problem = {
          type: 'about:blank',
          title: 'no',
          status: 404,
          code: 'Certificate.Unknown',
        }
        const headers = { 'content-type': 'application/problem+json' }
        return new Response(JSON.stringify(problem), { status: 404, headers })
      }
    },
  }
}
