/**
 * The layer-2 chain on this machine: what ordering, executing and batching cost beside importing
 * alone, in the same run; what L1 is given for a transaction; how long a transaction takes to be
 * soft and to be on L1; a witness; a restart. Run: npm run bench -- rollup
 */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { batchesAbi } from '@ambrosia/chain/abi/rollup'
import type { Hex } from '@ambrosia/primitives/Bytes'
import { encodeBody, pack } from '@ambrosia/rollup/Batch'
import { deposit } from '@ambrosia/rollup/bridge/deposit'
import * as GuestInput from '@ambrosia/rollup/GuestInput'
import type { Ending } from '@ambrosia/testing/defer'
import { withEnding } from '@ambrosia/testing/defer'
import type { Figure } from '@ambrosia/testing/Figure'
import { useFolder } from '@ambrosia/testing/useFolder'
import { createPublicClient, createWalletClient, defineChain, http, parseEther } from 'viem'
import { createGuestInput } from '../src/assertions/createGuestInput.ts'
import type { Engine } from '../src/engine/Engine.ts'
import { createEngine } from '../src/engine/ethereumjs/createEngine.ts'
import { findEngine } from '../src/engine/findEngine.ts'
import { accountOf, attributesOn, CHAIN_ID, signed, testGenesis } from '../src/testing/chains.ts'
import { createTestChain, createTestNetwork, START_SEC } from '../src/testing/createTestChain.ts'
import { CONSUMER, startRollup } from '../src/testing/startRollup.ts'

export const name = 'rollup'
export const figures = [
  'rollup.order.ethereumjs',
  'rollup.order.geth',
  'rollup.l1.100.bytes',
  'rollup.l1.100.gas',
  'rollup.l1.5000.bytes',
  'rollup.l1.5000.gas',
  'rollup.soft',
  'rollup.onL1',
  'rollup.restart',
  'rollup.witness.100',
]

/** Transactions of a block, and blocks. */
const TRANSACTIONS = 250
const BLOCKS = 7
const SENDERS = 8
const OTHER: Hex = `0x${'0e'.repeat(20)}`
/** Goals of the design: transactions a second, bytes and gas of L1 a transaction. */
const GOAL = { perSecond: 4500, bytes: 1, gas: 50 }

export async function run({ only }: { only: string }): Promise<{ figures: Figure[] }> {
  const wants = (prefix: string) => only === 'rollup' || only.startsWith(prefix)
  const results: Figure[] = []
  if (wants('rollup.order')) {
    results.push(await order('ethereumjs'))
    // Where it is not installed there is no figure of it.
    if (findEngine('geth') !== undefined) results.push(await order('geth'))
  }
  if (wants('rollup.witness')) results.push(await witness())
  if (wants('rollup.l1') || /^rollup\.(soft|onL1|restart)/.test(only) || only === 'rollup') {
    results.push(...(await network()))
  }
  return { figures: results }
}

function transfers(count: number): Promise<Uint8Array[]> {
  return signed(
    Array.from({ length: count }, (_, index) =>
      accountOf(index % SENDERS).signTransaction({
        chainId: CHAIN_ID,
        nonce: Math.floor(index / SENDERS),
        to: OTHER,
        value: 1n,
        gas: 21_000n,
        maxFeePerGas: 10n ** 10n,
        maxPriorityFeePerGas: 1n,
      }),
    ),
  )
}

async function open(t: Ending, engine: 'ethereumjs' | 'geth'): Promise<Engine> {
  const genesis = testGenesis(SENDERS)
  const folder = useFolder(t)
  if (engine === 'ethereumjs') return createEngine({ genesis, path: join(folder, 'chain.sqlite') })
  const { createEngine: createGeth } = await import('../src/engine/geth/createEngine.ts')
  const directory = join(folder, 'geth')
  mkdirSync(directory)
  return createGeth({ binary: findEngine('geth') as string, directory, genesis })
}

/**
 * Ordering, executing and batching blocks, against another engine that only imports them: by turns,
 * since neither is measured before the engine of the language has compiled it, and the median of
 * both.
 */
async function order(engine: 'ethereumjs' | 'geth'): Promise<Figure> {
  return withEnding(async (t) => {
    const [maker, follower] = [await open(t, engine), await open(t, engine)]
    const raw = await transfers(BLOCKS * TRANSACTIONS)
    const times: { made: number[]; imported: number[] } = { made: [], imported: [] }
    for (let first = 0; first < raw.length; first += TRANSACTIONS) {
      const made = await timed(() => makeBlock(maker, raw.slice(first, first + TRANSACTIONS)))
      const imported = await timed(async () => {
        const verdict = await follower.insert(made.value.bytes)
        if (verdict.status !== 'valid') throw new Error('an own block is refused')
        await follower.setHead(made.value.header.hash)
      })
      times.made.push(made.ms)
      times.imported.push(imported.ms)
    }
    await maker.close()
    await follower.close()
    const [madeMs, importedMs] = [median(times.made), median(times.imported)]
    const alone = Math.round((TRANSACTIONS / importedMs) * 1000)
    return {
      name: `rollup.order.${engine}`,
      value: Math.round((TRANSACTIONS / madeMs) * 1000),
      unit: 'tx/s',
      against: `import alone ${alone} tx/s; goal ${GOAL.perSecond} with geth`,
      ratio: importedMs / madeMs,
    }
  })
}

async function makeBlock(maker: Engine, candidates: Uint8Array[]) {
  const built = await maker.build(attributesOn(await maker.head(), candidates))
  await maker.insert(built.bytes)
  await maker.setHead(built.header.hash)
  const { timestamp } = built.header
  pack(
    `0x${'11'.repeat(32)}`,
    encodeBody([{ timestamp, count: 0, transactions: built.transactions }]),
  )
  if (built.transactions.length !== candidates.length) throw new Error('transactions were dropped')
  return built
}

function median(times: readonly number[]): number {
  return times.toSorted((a, b) => a - b)[times.length >> 1] as number
}

/** The guest's input for a batch of 100 transactions. */
async function witness(): Promise<Figure> {
  return withEnding(async (t) => {
    const l2 = await createTestChain(t, await createTestNetwork())
    const block = { timestamp: START_SEC, count: 0, transactions: await transfers(100) }
    await l2.l1.record(await l2.keep([block]), 0)
    await l2.chain.reconcile()
    const made = await timed(async () =>
      GuestInput.encode(await createGuestInput(l2.chain, l2.bodies, { from: 0, to: 1 })),
    )
    return {
      name: 'rollup.witness.100',
      value: Math.round(made.ms),
      unit: 'ms',
      against: `${made.value.length} bytes of input`,
      ratio: null,
    }
  })
}

/** A network of three nodes on an L1 with a block each second. */
async function network(): Promise<Figure[]> {
  return withEnding(async (t) => {
    const rollup = await startRollup(t)
    const sequencer = await rollup.start(0, ['sequencer', 'batcher', 'asserter'])
    await rollup.start(1, ['full'])
    const l1 = createPublicClient({ transport: http(rollup.l1.url), pollingInterval: 20 })
    const user = accountOf(1)
    const amount = parseEther('10')
    const { network: described } = rollup
    await deposit({
      client: l1,
      account: CONSUMER,
      network: described,
      recipient: user.address,
      amount,
    })
    const chain = defineChain({
      id: 777_001,
      name: 'l2',
      nativeCurrency: { name: 'MED', symbol: 'MED', decimals: 18 },
      rpcUrls: { default: { http: [] } },
    })
    const at = (url: string) =>
      createPublicClient({ chain, transport: http(url), pollingInterval: 5, cacheTime: 0 })
    const client = at(sequencer.url)
    await until(async () => (await client.getBalance({ address: user.address })) === amount)
    const wallet = createWalletClient({ account: user, chain, transport: http(sequencer.url) })
    const soft = await timed(async () => {
      const hash = await wallet.sendTransaction({ to: OTHER, value: 1n })
      return client.waitForTransactionReceipt({ hash })
    })
    const onL1 = await timed(() =>
      until(async () => {
        const { number } = await client.getBlock({ blockTag: 'safe' })
        return number >= soft.value.blockNumber
      }),
    )
    const [log] = await l1.getContractEvents({
      address: described.contracts.batches,
      abi: batchesAbi,
      eventName: 'BatchRecorded',
      fromBlock: 0n,
    })
    const hash = log?.transactionHash as Hex
    const { input } = await l1.getTransaction({ hash })
    const { gasUsed } = await l1.getTransactionReceipt({ hash })
    const head = await client.getBlockNumber()
    await sequencer.close()
    const restart = await timed(async () => {
      const again = await rollup.start(0, ['sequencer', 'batcher', 'asserter'])
      await until(async () => (await at(again.url).getBlockNumber()) >= head)
    })
    return [
      ...settlement((input.length - 2) / 2, Number(gasUsed)),
      time('rollup.soft', soft.ms),
      time('rollup.onL1', soft.ms + onL1.ms, 'a slot of 1 s, a block of L1 of 1 s'),
      time('rollup.restart', restart.ms),
    ]
  })
}

/**
 * A post has one size, so what a transaction costs there depends on how many are in a batch alone.
 */
function settlement(bytes: number, gas: number): Figure[] {
  return [100, 5000].flatMap((count) => [
    {
      name: `rollup.l1.${count}.bytes`,
      value: bytes / count,
      unit: 'B/tx',
      against: `goal ${GOAL.bytes}; a post has ${bytes} bytes`,
      ratio: (GOAL.bytes * count) / bytes,
    },
    {
      name: `rollup.l1.${count}.gas`,
      value: Math.round((gas / count) * 100) / 100,
      unit: 'gas/tx',
      against: `goal ${GOAL.gas}; a post takes ${gas} gas`,
      ratio: (GOAL.gas * count) / gas,
    },
  ])
}

function time(figure: string, ms: number, against: string | null = null): Figure {
  return { name: figure, value: Math.round(ms), unit: 'ms', against, ratio: null }
}

async function timed<T>(work: () => Promise<T>): Promise<{ ms: number; value: T }> {
  const at = performance.now()
  const value = await work()
  return { ms: performance.now() - at, value }
}

async function until(check: () => Promise<boolean>): Promise<void> {
  while (!(await check())) await new Promise((resolve) => setTimeout(resolve, 5))
}
