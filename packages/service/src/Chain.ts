import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import {
  type Abi,
  type Address,
  BlockNotFoundError,
  type ContractEventName,
  createPublicClient,
  type GetContractEventsReturnType,
  type Hash,
  http,
  type PublicClient,
} from 'viem'

/** Reading the chain: when a block is final, and events in their order whatever the chain does meanwhile. */

/** When a block counts as final: below a number of blocks (1 = the newest block itself), or by the chain's `finalized` tag. */
export type Finality = { kind: 'blocks'; count: number } | { kind: 'finalized' }

/** How far a follower has come: the last block handled, newest first, with some before it to find the fork of a reorganisation. */
export type Cursor = readonly { number: bigint; hash: Hash }[]

export type CursorStore = {
  read(): Promise<Cursor | undefined>
  write(cursor: Cursor): Promise<void>
}

const CURSOR_LENGTH = 64
const RANGE_BLOCKS = 2000n

/** A client that never answers from a cache. @throws Chain.Mismatch when the node serves another chain, Chain.Unreachable */
export async function connect(options: {
  rpcUrl: string
  chainId: number
  /** Time between two looks for a receipt. Default 500. */
  pollMs?: number | undefined
}): Promise<PublicClient> {
  const transport = http(options.rpcUrl, { timeout: 10_000, retryCount: 2 })
  const pollingInterval = options.pollMs ?? 500
  const client = createPublicClient({ transport, cacheTime: 0, pollingInterval })
  const chainId = await reach(() => client.getChainId())
  if (chainId !== options.chainId) throw new MismatchError(options.chainId, chainId)
  return client
}

/** The number of the newest final block, or undefined while there is none. @throws Chain.Unreachable */
export async function finalBlock(
  client: PublicClient,
  finality: Finality,
): Promise<bigint | undefined> {
  if (finality.kind === 'blocks') {
    const number = (await reach(() => client.getBlockNumber())) - BigInt(finality.count - 1)
    return number < 0n ? undefined : number
  }
  return reach(async () => {
    try {
      return (await client.getBlock({ blockTag: 'finalized' })).number
    } catch (error) {
      if (error instanceof BlockNotFoundError) return undefined
      throw error
    }
  })
}

export type FollowOptions<A extends Abi> = {
  client: PublicClient
  address: Address | readonly Address[]
  abi: A
  /** First block to read where the cursor is empty. */
  from: bigint
  confirmations: Finality
  cursor: CursorStore
  /**
   * Handles the events of a range of final blocks, in their order. The cursor moves after it: when the process ends between the
   * two, the range comes again, so it must be harmless to handle one twice. A rejection ends the following.
   */
  onLogs: (
    logs: GetContractEventsReturnType<A, ContractEventName<A>, true>,
    range: { from: bigint; to: bigint },
  ) => Promise<void>
  /** Told when blocks that were handled are no longer of the chain: everything from that number on is to be undone. */
  onReorganisation?: ((from: bigint) => Promise<void>) | undefined
  /** Told about each failure to reach the node; the following goes on. */
  onUnreachable?: ((error: unknown) => void) | undefined
  signal: AbortSignal
  pollMs?: number | undefined
}

/** Follows a contract's events until the signal; resolves then. @throws what onLogs throws */
export async function followEvents<const A extends Abi>(options: FollowOptions<A>): Promise<void> {
  const { signal, pollMs = 1000 } = options
  while (!signal.aborted) {
    let isBehind = false
    try {
      isBehind = await followOnce(options)
    } catch (error) {
      if (!(error instanceof UnreachableError)) throw error
      options.onUnreachable?.(error)
    }
    if (!isBehind) await pause(pollMs, signal)
  }
}

/** Handles the next range of final blocks; true when there may be more. */
export async function followOnce<const A extends Abi>(options: FollowOptions<A>): Promise<boolean> {
  const { client, address, abi, signal } = options
  const cursor = await checkedCursor(options)
  const from = cursor[0] === undefined ? options.from : cursor[0].number + 1n
  const final = await finalBlock(client, options.confirmations)
  if (signal.aborted || final === undefined || from > final) return false
  const to = from + RANGE_BLOCKS - 1n < final ? from + RANGE_BLOCKS - 1n : final
  const end = await blockAt(client, to)
  const logs = await reach(() =>
    client.getContractEvents({
      address: address as Address,
      abi: abi as Abi,
      fromBlock: from,
      toBlock: to,
      strict: true,
    }),
  )
  // The chain changed between the two reads: what was read may be of either, so read again.
  if (end === undefined || (await blockAt(client, to)) !== end) return true
  await options.onLogs(logs as never, { from, to })
  await options.cursor.write([{ number: to, hash: end }, ...cursor].slice(0, CURSOR_LENGTH))
  return to < final
}

/** The cursor after dropping blocks that are no longer of the chain. */
async function checkedCursor<A extends Abi>(options: FollowOptions<A>): Promise<Cursor> {
  const cursor = (await options.cursor.read()) ?? []
  let depth = 0
  for (const { number, hash } of cursor) {
    if ((await blockAt(options.client, number)) === hash) break
    depth++
  }
  if (depth === 0) return cursor
  const kept = cursor.slice(depth)
  const from = kept[0] === undefined ? options.from : kept[0].number + 1n
  await options.onReorganisation?.(from)
  await options.cursor.write(kept)
  return kept
}

async function blockAt(client: PublicClient, blockNumber: bigint): Promise<Hash | undefined> {
  return reach(async () => {
    try {
      return (await client.getBlock({ blockNumber })).hash ?? undefined
    } catch (error) {
      if (error instanceof BlockNotFoundError) return undefined
      throw error
    }
  })
}

/** Turns a failure of the node into one error of ours, without the URL, which may hold a key. */
export async function reach<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    throw new UnreachableError(cause)
  }
}

/** Waits, or returns at once when the signal comes. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve()
    const end = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', end)
      resolve()
    }
    const timer = setTimeout(end, ms)
    signal.addEventListener('abort', end, { once: true })
  })
}

export class MismatchError extends AmbrosiaError {
  constructor(expected: number, actual: number) {
    super('Chain.Mismatch', `the node serves chain ${actual}, expected ${expected}`, {
      details: { expected, actual },
      hint: 'Check the RPC URL against the network file.',
    })
  }
}

export class UnreachableError extends AmbrosiaError {
  constructor(cause: unknown) {
    super('Chain.Unreachable', 'the Ethereum node does not answer', {
      hint: 'Check that the node runs and the RPC URL is right.',
      cause,
    })
  }
}
