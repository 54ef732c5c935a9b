import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import type { PublicClient } from 'viem'
import * as Anvil from '../Anvil.ts'
import { writeWhole } from '../writeWhole.ts'

const EVERY_MS = 1000
/** A large chain takes long to write: it is written for at most a twentieth of the time. */
const SHARE = 20

/** File that a home keeps its chain in. */
export function chainFileOf(home: string): string {
  return join(home, 'chain', 'state.json')
}

/**
 * Keeps a chain on disk: as it stands a moment after each change, so that a crash costs the last
 * seconds at most.
 */
export type KeptChain = {
  /** Writes the chain as it stands now. @throws Chain.*, errors of the disk */
  write(): Promise<void>
  /** Ends the writing; what is under way is waited for. */
  stop(): Promise<void>
}

/**
 * Anvil keeps its chain in memory; this keeps it in the home.
 * @param onFailure told when writing fails, once in a row: the disk is full, or the chain is gone
 */
export function keepChain(options: {
  client: PublicClient
  home: string
  everyMs?: number
  onFailure?: (error: unknown) => void
}): KeptChain {
  const { client, home, everyMs = EVERY_MS } = options
  let written: string | undefined
  let hasFailed = false
  let isOver = false
  let timer: ReturnType<typeof setTimeout> | undefined
  const write = async (): Promise<void> => {
    const { hash } = await client.getBlock()
    if (hash === written) return
    writeWhole(chainFileOf(home), gunzipSync(await Anvil.dumpState(client)))
    written = hash ?? undefined
  }
  let underWay = Promise.resolve()
  const turn = async (): Promise<void> => {
    const startedAt = performance.now()
    try {
      await write()
      hasFailed = false
    } catch (error) {
      if (!hasFailed && !isOver) options.onFailure?.(error)
      hasFailed = true
    }
    const tookMs = performance.now() - startedAt
    if (!isOver) timer = setTimeout(next, Math.max(everyMs, tookMs * SHARE)).unref()
  }
  const next = (): void => {
    underWay = turn()
  }
  timer = setTimeout(next, everyMs).unref()
  return {
    write,
    stop: async () => {
      isOver = true
      clearTimeout(timer)
      await underWay
    },
  }
}
