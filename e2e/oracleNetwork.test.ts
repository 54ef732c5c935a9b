import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { ORACLE_NETWORK } from '@ambrosia/chain/deploy/oracleNetworkParameters'
import * as Anvil from '@ambrosia/devnet/Anvil'
import type { Network } from '@ambrosia/devnet/Network'
import { waitFor } from '@ambrosia/devnet/start/waitFor'
import { endOfSuite } from '@ambrosia/testing/defer'
import { startNetwork } from '@ambrosia/testing/startNetwork'
import { codeOf, moveFunds, registerByVerbs, runJson, wrongOf } from './support/playOperator.ts'

const PARAMETERS = { ...ORACLE_NETWORK, epochLengthSec: 15, epochGraceSec: 15 }

const suite = endOfSuite()
let network: Network

before(async () => {
  network = await startNetwork(suite, { oracleNetwork: PARAMETERS })
})

describe('a network of staked oracles', () => {
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
