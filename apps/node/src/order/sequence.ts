import * as KillPoint from '@ambrosia/service/KillPoint'
import { nextBaseFee } from '../engine/nextBaseFee.ts'
import { sign } from '../messages/typedData.ts'
import type { Node } from '../Node.ts'
import type { Signal } from '../Signal.ts'

/** Time in which arriving transactions are gathered into one block. */
const GATHER_MS = 20
/**
 * How far blocks may run ahead of the clock, seconds: there is one block a second at most in the
 * long run.
 */
const LEAD_SEC = 5
/** A lead that no run of blocks makes: the clock was put back. */
const JUMP_SEC = 60

/**
 * Makes blocks of what waits, until the signal: soon after something has come, and at least so
 * often.
 */
export async function sequence(
  node: Node,
  options: { blockMs: number; arrived: Signal; signal: AbortSignal },
): Promise<void> {
  const { blockMs, arrived, signal } = options
  while (!signal.aborted) {
    const made = await makeBlock(node)
    if (made) node.moved.give()
    await arrived.wait(blockMs, signal)
    await new Promise((resolve) => setTimeout(resolve, GATHER_MS))
  }
}

/** One block, if there is something to put in and it may be made now. */
async function makeBlock(node: Node): Promise<boolean> {
  const { chain, network, pool } = node
  const head = await chain.engine.head()
  const nowSec = node.nowSec()
  const lead = head.timestamp - nowSec
  if (lead >= LEAD_SEC && lead < JUMP_SEC) return false
  const candidates = await pool.candidates({
    gas: BigInt(network.rules.gasLimit),
    baseFee: nextBaseFee(head),
    count: CANDIDATE_COUNT,
  })
  // A batch can't hold a block that is further ahead of L1; a clock that jumps or an L1 that stands
  // still must not make one.
  const latestSec = (await node.l1Clock()) + network.rules.maximumDrift
  const built = await chain.produce({
    candidates,
    nowSec: Math.min(nowSec, latestSec),
    latestSec,
    record: async ({ header, bytes }) => {
      const { number, hash } = header
      const statement = { type: 'SoftBlock', message: { number, hash } } as const
      const signature = await sign(network, node.account, statement)
      await node.softBlocks.put({ number, hash, bytes, signature })
      KillPoint.reach('node.block.kept')
    },
  })
  if (built === undefined) return false
  KillPoint.reach('node.block.adopted')
  const forced = built.transactions.length + built.dropped.length - candidates.length
  const struck = built.dropped.filter(({ index }) => index >= forced)
  await pool.strike(struck.map(({ index }) => candidates[index - forced] as Uint8Array))
  return true
}

/** Transactions of one block. */
const CANDIDATE_COUNT = 20_000
