import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { dealBookAbi } from '@ambrosia/chain/abi/exchange'
import * as Network from '@ambrosia/chain/Network'
import * as CertificateBatch from '@ambrosia/exchange/CertificateBatch'
import { pack, packAlone, packCertification } from '@ambrosia/exchange/PackedSettlement'
import { batchCertificates } from '@ambrosia/exchange/quorum/CertificateBatch'
import type { Settlement } from '@ambrosia/exchange/Settlement'
import { createSetting } from '@ambrosia/exchange/testing/submissionSetting'
import type { Hex } from '@ambrosia/primitives/Bytes'
import { endOfSuite } from '@ambrosia/testing/defer'
import { makeSettlement } from '@ambrosia/testing/makeSettlement'
import { type Exchange, startExchange, type TestDeal } from '@ambrosia/testing/startExchange'
import { hash } from '@ambrosia/testing/values'
import { followDeals } from '../jobs/followDeals.ts'
import type { OracleNetwork } from '../Oracle.ts'
import { createOracle } from '../testing/createOracle.ts'
import { deployJudge } from '../testing/deployJudge.ts'
import { reportContradictions } from './contradictions.ts'

const suite = endOfSuite()
let exchange: Exchange
let oracleNetwork: OracleNetwork

before(async () => {
  exchange = await startExchange(suite)
  oracleNetwork = { equivocationJudge: await deployJudge(exchange) } as OracleNetwork
})

/** The first oracle of the exchange, which follows its sales. */
async function start(t: Parameters<typeof createOracle>[0]) {
  const { oracle, lines } = await createOracle(t, await createSetting(8_000))
  const { contracts, chain, oracles } = exchange
  const { dealBook, consentBook } = contracts
  const { operator } = oracles[0] as (typeof oracles)[0]
  const here = { chainId: chain.chainId, dealBook, consentBook, client: chain.client, operator }
  Object.assign(oracle, here, { oracleNetwork })
  const network = Network.fromJson({
    version: 1,
    chainId: chain.chainId,
    rpcUrl: exchange.url,
    contracts,
    confirmations: 1,
  })
  const run = async () => {
    await followDeals(oracle, {
      fromBlock: 0n,
      finality: Network.finalityOf(network, 'development'),
      signal: new AbortController().signal,
    })
    await reportContradictions(oracle, oracleNetwork)
  }
  return { run, lines }
}

async function make(deal: TestDeal, manifestHash: Hex): Promise<Settlement> {
  return (await makeSettlement(exchange, deal, { certificate: { manifestHash } })).settlement
}

async function settle(deal: TestDeal, settlements: Hex[], certification: Hex = '0x') {
  await exchange.chain.send(exchange.relayer, {
    address: exchange.contracts.dealBook,
    abi: dealBookAbi,
    functionName: 'settle',
    args: [deal.terms, deal.salt, settlements, certification, true],
  })
}

/** What all oracles of the exchange sign of a batch. */
async function certify(settlements: readonly Settlement[]): Promise<Hex> {
  const { root } = batchCertificates(settlements.map(({ consent }) => consent.certificateHash))
  const typed = CertificateBatch.toTypedData({ root }, exchange.domain)
  const signatures = exchange.oracles.map(async ({ signer }, index) => ({
    index,
    signature: await signer.signTypedData(typed),
  }))
  return packCertification(await Promise.all(signatures))
}

describe('reportContradictions', () => {
  it('shows who certified one record under two tags, alone and under a root', async (t) => {
    const { run, lines } = await start(t)
    const deal = await exchange.openNewDeal()
    const manifestHash = hash('one sealed record')
    await settle(deal, [pack(await make(deal, manifestHash))])
    await run()
    assert.doesNotMatch(lines.join(''), /contradict/)
    const batch = [await make(deal, hash('another')), await make(deal, manifestHash)]
    await settle(deal, batch.map(packAlone), await certify(batch))
    await run()
    // The judge knows none of these keys; it says which ones it read.
    const refused = lines.filter((line) => line.includes('the judge refuses a contradiction'))
    const read = refused.map(
      (line) => /EvidenceSignerUnknown.*?(0x[\da-f]{40})/i.exec(line)?.[1] ?? line,
    )
    const others = exchange.oracles.slice(1).map(({ signer }) => signer.address)
    assert.deepEqual(
      read.map((key) => key.toLowerCase()),
      others.map((key) => key.toLowerCase()),
    )
    await run()
    assert.equal(lines.filter((line) => line.includes('contradict')).length, 2, 'once')
  })

  it('says nothing of one record in two deals', async (t) => {
    const { run, lines } = await start(t)
    const told = () => lines.filter((line) => line.includes('contradict')).length
    await run()
    const before = told()
    for (const deal of [await exchange.openNewDeal(), await exchange.openNewDeal()]) {
      await settle(deal, [pack(await make(deal, hash('sold twice')))])
    }
    await run()
    assert.equal(told(), before)
  })
})
