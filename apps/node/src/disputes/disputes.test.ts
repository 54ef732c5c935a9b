import assert from 'node:assert/strict'
import { it } from 'node:test'
import { claimBookAbi } from '@ambrosia/chain/abi/dispute'
import { assertionsAbi } from '@ambrosia/chain/abi/rollup'
import { deposit } from '@ambrosia/rollup/bridge/deposit'
import { createPublicClient, http, parseEther } from 'viem'
import { accountOf } from '../testing/chains.ts'
import { CONSUMER, startRollup, type TestRollup } from '../testing/startRollup.ts'

const UNIT = 10n ** 18n
const WAIT_MS = 300_000

const clientOf = (url: string) =>
  createPublicClient({ transport: http(url), pollingInterval: 20, cacheTime: 0 })

async function until(what: string, check: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + WAIT_MS
  while (!(await check())) {
    assert.ok(Date.now() < end, what)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

const DISPUTE = {
  claimBond: 20n * UNIT,
  challengeBond: 10n * UNIT,
  reward: 5n * UNIT,
  availabilityPeriod: 3600n,
  window: 3600n,
  grace: 60n,
  clock: 1200,
  extension: 300,
  linesPerSecond: 100_000,
  stepLimit: 2n ** 40n,
  lineLimit: 2n ** 24n,
}

/** A network with a deposit for the user, whose third member will lie about that. */
async function startDisputed(t: Parameters<typeof startRollup>[0]) {
  const user = accountOf(1)
  const rollup = await startRollup(t, { dispute: DISPUTE })
  const l1 = clientOf(rollup.l1.url)
  const sequencer = await rollup.start(0, ['sequencer', 'batcher'])
  const watcher = await rollup.start(1, ['watcher'])
  const { network } = rollup
  const amount = parseEther('10')
  await deposit({
    client: createPublicClient({
      transport: http(rollup.l1.url),
      pollingInterval: 20,
      cacheTime: 0,
    }),
    account: CONSUMER,
    network,
    recipient: user.address,
    amount,
  })
  const client = clientOf(sequencer.url)
  const isThere = async () => (await client.getBalance({ address: user.address })) === amount
  await until('the deposit is on L2', isThere)
  const env = { AMBROSIA_NODE_LIE: user.address.toLowerCase() }
  return {
    rollup,
    l1,
    sequencer,
    watcher,
    client,
    startLiar: () => rollup.start(2, ['asserter'], env),
  }
}

function events(rollup: TestRollup) {
  const { resolver, assertions } = rollup.network.contracts
  const l1 = clientOf(rollup.l1.url)
  const book = { address: resolver, abi: claimBookAbi, fromBlock: 0n } as const
  const made = { address: assertions, abi: assertionsAbi, fromBlock: 0n } as const
  return {
    opened: () => l1.getContractEvents({ ...book, eventName: 'GameOpened' }),
    reached: () => l1.getContractEvents({ ...book, eventName: 'PositionReached' }),
    posted: () => l1.getContractEvents({ ...book, eventName: 'StatesPosted' }),
    ended: () => l1.getContractEvents({ ...book, eventName: 'GameEnded' }),
    refuted: () => l1.getContractEvents({ ...made, eventName: 'AssertionRefuted' }),
    confirmed: () => l1.getContractEvents({ ...made, eventName: 'AssertionConfirmed' }),
  }
}

it('a false assertion loses a game down to one step that has no proof, its bonds move, the truth is confirmed', async (t) => {
  const { rollup, sequencer, watcher, client, startLiar } = await startDisputed(t)
  const seen = events(rollup)
  const liar = await startLiar()
  await until('the lie is challenged', async () => (await seen.opened()).length > 0)
  const isAtStep = async () =>
    (await seen.reached()).some(({ args }) => args.high === (args.low as bigint) + 1n)
  await until('the game has come down to one step', isAtStep)
  assert.equal((await seen.posted()).length, 0, 'every round was played by messages')
  // The liar has no proof; time is all that is left to them.
  await rollup.l1.test.increaseTime({ seconds: DISPUTE.clock })
  await until('the lie is refuted', async () => (await seen.refuted()).length > 0)
  const [refuted] = await seen.refuted()
  assert.equal(refuted?.args.winner?.toLowerCase(), watcher.account)
  const [ended] = await seen.ended()
  assert.equal(ended?.args.winner?.toLowerCase(), watcher.account)
  await liar.close()
  await sequencer.close()
  const honest = await rollup.start(0, ['sequencer', 'batcher', 'asserter'])
  await rollup.start(2, ['full'])
  const { number } = await client.getBlock().catch(() => clientOf(honest.url).getBlock())
  const isFinal = async () =>
    (await clientOf(honest.url).getBlock({ blockTag: 'finalized' })).number >= number
  await until('the truth is confirmed', isFinal)
})
