import { assertionsAbi, batchesAbi } from '@ambrosia/chain/abi/rollup'
import { waitFor } from '@ambrosia/devnet/start/waitFor'
import type { L2Network } from '@ambrosia/rollup/network/L2Network'
import type { Address, Hex, PublicClient } from 'viem'

const WAIT_MS = 180_000

/** What L1 was given for some blocks of L2. */
export type Posts = { count: number; bytes: number; gas: bigint; last: Hex }

/** Records that a node has derived so far. */
export async function recordsOf(client: PublicClient): Promise<number> {
  const request = client.request as (call: { method: string }) => Promise<unknown>
  const status = (await request({ method: 'ambrosia_status' })) as { settled: { records: number } }
  return status.settled.records
}

/** Waits until a block is settled (`safe`) or final (`finalized`). */
export async function waitForTag(
  client: PublicClient,
  blockTag: 'safe' | 'finalized',
  blockNumber: bigint,
  signal: AbortSignal,
): Promise<void> {
  const isReached = async () => (await client.getBlock({ blockTag })).number >= blockNumber
  await waitFor(`block ${blockNumber} is ${blockTag}`, isReached, signal, WAIT_MS)
}

/** Calldata and gas of the posts of records from one on to before another. */
export async function postsOf(
  l1: PublicClient,
  network: L2Network,
  from: number,
  to: number,
): Promise<Posts> {
  const logs = await l1.getContractEvents({
    address: network.contracts.batches,
    abi: batchesAbi,
    eventName: 'BatchRecorded',
    fromBlock: BigInt(network.fromBlock),
  })
  const wanted = logs.filter(({ args }) => {
    const index = Number(args.index)
    return index >= from && index < to
  })
  const posts: Posts = { count: wanted.length, bytes: 0, gas: 0n, last: '0x' }
  for (const { transactionHash: hash } of wanted) {
    const { input } = await l1.getTransaction({ hash })
    const { gasUsed } = await l1.getTransactionReceipt({ hash })
    posts.bytes += (input.length - 2) / 2
    posts.gas += gasUsed
    posts.last = hash
  }
  return posts
}

/**
 * Waits until an assertion is refuted; whose bond went to whom, and what the loser had asserted.
 */
export async function waitForRefutation(
  l1: PublicClient,
  network: L2Network,
  signal: AbortSignal,
): Promise<{ winner: Address; reward: bigint; transactionHash: Hex; gas: bigint }> {
  const read = async () => {
    const [log] = await l1.getContractEvents({
      address: network.contracts.assertions,
      abi: assertionsAbi,
      eventName: 'AssertionRefuted',
      fromBlock: BigInt(network.fromBlock),
    })
    return log
  }
  await waitFor(
    'the false assertion is refuted',
    async () => (await read()) !== undefined,
    signal,
    WAIT_MS,
  )
  const log = await read()
  const transactionHash = log?.transactionHash as Hex
  const { gasUsed } = await l1.getTransactionReceipt({ hash: transactionHash })
  return {
    winner: log?.args.winner as Address,
    reward: log?.args.reward as bigint,
    transactionHash,
    gas: gasUsed,
  }
}
