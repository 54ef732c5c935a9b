import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { createStoreClient, type StoreClient } from '@ambrosia/api/store/StoreClient'
import { dealBookAbi } from '@ambrosia/chain/abi/exchange'
import { ORACLE_NETWORK } from '@ambrosia/chain/deploy/oracleNetworkParameters'
import * as Contexts from '@ambrosia/credentials/Contexts'
import * as Anvil from '@ambrosia/devnet/Anvil'
import { developmentAccount } from '@ambrosia/devnet/accounts'
import type { Network } from '@ambrosia/devnet/Network'
import { waitFor } from '@ambrosia/devnet/start/waitFor'
import { pack } from '@ambrosia/exchange/PackedSettlement'
import { type Settlement, toSettlement } from '@ambrosia/exchange/Settlement'
import * as ClaimProfile from '@ambrosia/health/ClaimProfile'
import { collectRecord } from '@ambrosia/sdk/consumer/collectRecord'
import type { OpenedDeal } from '@ambrosia/sdk/consumer/openDeal'
import { certifyOffer, prepareOffer } from '@ambrosia/sdk/provider/offerRecord'
import { permitCheck } from '@ambrosia/sdk/provider/permitCheck'
import { settle } from '@ambrosia/sdk/relay/settle'
import { endOfSuite } from '@ambrosia/testing/defer'
import { startNetwork } from '@ambrosia/testing/startNetwork'
import { codeOf, runJson } from './support/commandLine.ts'
import { createOffering, type Ground, openTestDeal, prepareGround } from './support/offering.ts'
import { moveFunds, registerByVerbs, wrongOf } from './support/playOperator.ts'

const PARAMETERS = { ...ORACLE_NETWORK, epochLengthSec: 15, epochGraceSec: 15 }

const suite = endOfSuite()
let network: Network
let store: StoreClient
let ground: Ground
const loader = Contexts.createLoader({
  claimNames: ClaimProfile.claimNames(ClaimProfile.AMBROSIA_CORE_2),
})

before(async () => {
  network = await startNetwork(suite, { oracleNetwork: PARAMETERS })
  store = createStoreClient({
    url: network.file.services.store,
    chainId: network.file.chainId,
    fetch,
    now: Date.now,
    pause: (ms) => pause(ms),
  })
  ground = await prepareGround(network, store)
})

/** Seals a record, has it certified and consents: what a relayer carries. */
async function sold(deal: OpenedDeal, seed: number): Promise<Settlement> {
  const offering = await createOffering(ground, deal, seed)
  const sealed = await prepareOffer(offering)
  const offer = await certifyOffer(offering, sealed, await permitCheck({ offering, sealed }))
  const { consent } = ground
  return toSettlement(deal.terms, offer, await consent(offering, offer))
}

describe('a network of staked oracles', () => {
  it("settles by the quorum's proof, which oracles collect from peer to peer, and delivers", async () => {
    const { chain } = network
    const { networkCertificateVerifier } = chain.contracts
    assert.ok(networkCertificateVerifier)
    const deal = await openTestDeal(ground, { verifier: networkCertificateVerifier })
    const relayer = developmentAccount('relayer')
    const reach = { fetch, now: Date.now }
    const settling = { chain, relayer, deal }
    const settlements = [await sold(deal, 11), await sold(deal, 12), await sold(deal, 13)]
    const [first, ...others] = settlements as [Settlement, ...Settlement[]]

    const unasked = settle({ ...settling, settlements: [first] })
    await assert.rejects(unasked, { code: 'Settlement.NoQuorumProof' })
    // Signatures of each oracle alone are no proof of this quorum.
    const alone = { ...first, quorumProof: { signers: 7, proof: '0x' } } as const
    const forged = chain.client.readContract({
      address: chain.contracts.dealBook,
      abi: dealBookAbi,
      functionName: 'judge',
      args: [deal.terms, deal.salt, pack(alone), relayer.address],
    })
    assert.notEqual(BigInt(await forged), 0n)

    const one = await settle({ ...settling, settlements: [first], reach })
    assert.deepEqual([one.refused, one.settled.length], [[], 1])
    const two = await settle({ ...settling, settlements: others, reach })
    assert.deepEqual([two.refused, two.settled.length], [[], 2])
    for (const { record } of [...one.settled, ...two.settled]) {
      const sum = record.shares.reduce((total, { amount }) => total + amount, record.net)
      assert.equal(sum + record.relayerFee, record.price)
      assert.ok(
        record.shares.length >= deal.terms.quorum && record.shares.every((s) => s.amount > 0n),
      )
    }
    const again = await settle({ ...settling, settlements: [first], reach })
    assert.deepEqual([again.settled.length, again.refused.length], [0, 1])
    for (const { recordId, record } of [...one.settled, ...two.settled]) {
      const delivered = await collectRecord({
        chainId: chain.chainId,
        dealBook: chain.contracts.dealBook,
        record,
        recordId,
        criteria: deal.criteria,
        account: ground.consumer,
        key: ground.consumerKey,
        store,
        resolver: chain.resolver,
        loader,
        now: Date.now,
        pause: (ms) => pause(ms),
      })
      assert.ok(delivered)
    }
  })

  it('an operator registers by stake and evidence, is voted in and joins the next epoch', async (t) => {
    const { home } = network
    const name = 'oracle-newcomer'
    const { leastSelfStake } = PARAMETERS
    const operator = await registerByVerbs(t, home, { name, med: leastSelfStake.toString() })
    await waitFor(
      'the newcomer belongs to an epoch',
      async () => {
        await Anvil.mine(network.chain.client)
        return (await wrongOf(home, operator)).length === 0
      },
      undefined,
      120_000,
    )
    assert.equal(codeOf(await runJson(home, 'oracle', 'admit', operator)), 'Oracle.Admitted')
    await moveFunds(home, operator, name)
    const shown = await runJson(home, 'oracle', 'attest', operator)
    assert.deepEqual([shown.status, shown.json['kind']], [0, 'software'])
  })
})
