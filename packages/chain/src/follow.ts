import type { Abi, Address, Hash } from 'viem'
import { UnreachableError } from './errors.ts'
import { blockHashAt, type Finality, finalBlock, finalHead } from './finality.ts'
import type { Reader } from './read/Deployed.ts'
import { type Events, RANGE_BLOCKS, readRange } from './readEvents.ts'

/**
 * Contract events in their order, each once, whatever the chain does meanwhile.
 *
 * Only final blocks are read, in ranges of bounded size. The cursor keeps the hashes of the last
 * range ends: where the chain no longer has such a block, everything from the first one it lacks is
 * told as undone and read again. With the `finalized` tag that can't happen; with a number of
 * confirmations it does when a reorganisation is deeper than that number, and a follower whose work
 * can't be undone has to choose `finalized`.
 */

/**
 * How far a follower has come: the last block handled, newest first, with some before it to find
 * the fork of a reorganisation.
 */
export type Cursor = readonly { number: bigint; hash: Hash }[]

export type CursorStore = {
  read(): Promise<Cursor | undefined>
  write(cursor: Cursor): Promise<void>
}

const CURSOR_LENGTH = 64

export type FollowOptions<abi extends Abi | readonly unknown[]> = {
  client: Reader
  address: Address | readonly Address[]
  abi: abi
  /** First block to read where the cursor is empty. */
  from: bigint
  finality: Finality
  cursor: CursorStore
  /**
   * Handles the events of a range of final blocks, in their order. The cursor moves after it: when
   * the process ends between the two, the range comes again, so it must be harmless to handle one
   * twice. A rejection ends the following.
   */
  onLogs: (logs: Events<abi, undefined>, range: { from: bigint; to: bigint }) => Promise<void>
  /**
   * Told when blocks that were handled are no longer of the chain: everything from that number on
   * is to be undone.
   */
  onReorganisation?: ((from: bigint) => Promise<void>) | undefined
  /** Told about each failure to reach the node; the following goes on. */
  onUnreachable?: ((error: unknown) => void) | undefined
  signal: AbortSignal
  pollMs?: number | undefined
  /** Blocks in one query, at most. Default 10,000; what the node refuses is halved. */
  rangeBlocks?: bigint | undefined
}

/** Follows contracts' events until the signal; resolves then. @throws what onLogs throws */
export async function followEvents<const abi extends Abi | readonly unknown[]>(
  options: FollowOptions<abi>,
): Promise<void> {
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

/**
 * Handles the next range of final blocks; true when there may be more.
 * @throws Chain.*, what onLogs throws
 */
export async function followOnce<const abi extends Abi | readonly unknown[]>(
  options: FollowOptions<abi>,
): Promise<boolean> {
  const { client, address, abi, signal, rangeBlocks = RANGE_BLOCKS } = options
  const stored = (await options.cursor.read()) ?? []
  const head = await finalHead(client, options.finality)
  // The last block handled is the last there is: nothing happened, and nothing was undone.
  if (head !== undefined && head.hash === stored[0]?.hash) return false
  const cursor = await checkedCursor(options, stored)
  const from = cursor[0] === undefined ? options.from : cursor[0].number + 1n
  const final = head?.number ?? (await finalBlock(client, options.finality))
  if (signal.aborted || final === undefined || from > final) return false
  const wanted = from + rangeBlocks - 1n < final ? from + rangeBlocks - 1n : final
  const before = wanted === head?.number ? head.hash : await blockHashAt(client, wanted)
  const { logs, to } = await readRange(client, { address, abi }, from, wanted)
  const end = await blockHashAt(client, to)
  const after = to === wanted ? end : await blockHashAt(client, wanted)
  // The chain changed between the reads: what was read may be of either, so read again.
  if (end === undefined || after !== before) return true
  await options.onLogs(logs, { from, to })
  await options.cursor.write([{ number: to, hash: end }, ...cursor].slice(0, CURSOR_LENGTH))
  return to < final
}

/** The cursor after dropping blocks that are no longer of the chain. */
async function checkedCursor<abi extends Abi | readonly unknown[]>(
  options: FollowOptions<abi>,
  cursor: Cursor,
): Promise<Cursor> {
  let depth = 0
  for (const { number, hash } of cursor) {
    if ((await blockHashAt(options.client, number)) === hash) break
    depth++
  }
  if (depth === 0) return cursor
  const kept = cursor.slice(depth)
  const from = kept[0] === undefined ? options.from : kept[0].number + 1n
  await options.onReorganisation?.(from)
  await options.cursor.write(kept)
  return kept
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
