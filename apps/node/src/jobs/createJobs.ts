import type { Job } from '@ambrosia/service/jobs'
import { assertNext } from '../assertions/assertNext.ts'
import { readNewest } from '../assertions/readAssertions.ts'
import { watch } from '../assertions/watch.ts'
import { createOutgoing } from '../batches/Outgoing.ts'
import { postBatch } from '../batches/postBatch.ts'
import type { NodeConfig } from '../config.ts'
import { createPlayers } from '../disputes/playGames.ts'
import { releaseBonds } from '../disputes/releaseBonds.ts'
import { reconcile } from '../l2/reconcile.ts'
import type { Node } from '../Node.ts'
import { followSequencer } from '../order/followSequencer.ts'
import { forceRecord } from '../order/forceRecord.ts'
import { forceOverdue, forward } from '../order/forward.ts'
import { sequence } from '../order/sequence.ts'
import { createSignal } from '../Signal.ts'

/** What a node does beside answering, by its roles. */
export function createJobs(node: Node, config: NodeConfig): Job[] {
  const { roles, blockMs, pollMs } = config
  const arrived = createSignal()
  node.pool.onArrival(() => arrived.give())
  const orders = roles.has('sequencer')
  const jobs: Job[] = [
    { name: 'settle', everyMs: RETRY_MS, run: () => settle(node) },
    orders
      ? {
          name: 'sequence',
          everyMs: blockMs,
          run: (signal) => sequence(node, { blockMs, arrived, signal }),
        }
      : { name: 'follow', everyMs: blockMs, run: (signal) => followSequencer(node, signal) },
  ]
  if (!orders) {
    jobs.push({
      name: 'forward',
      everyMs: blockMs,
      run: (signal) => forward(node, { arrived, signal }),
    })
  }
  if (roles.has('batcher')) {
    const outgoing = createOutgoing(node.database)
    const everyMs = Math.min(pollMs, (node.network.cadenceSec * 1000) / 4)
    jobs.push({
      name: 'batch',
      everyMs,
      run: async () => {
        const posting = await postBatch(node, outgoing)
        if ('waiting' in posting) return node.log.debug(posting, 'no batch now')
        const { posted, blocks, gasUsed } = posting
        node.log.info(
          { index: posted.index, blocks, gasUsed: Number(gasUsed) },
          'a batch was posted',
        )
      },
    })
  }
  if (roles.has('asserter')) {
    jobs.push({
      name: 'assert',
      everyMs: config.assertSec === undefined ? pollMs : config.assertSec * 1000,
      run: async () => node.log.debug(await assertNext(node), 'assertions'),
    })
  }
  if (roles.has('watcher')) {
    jobs.push({
      name: 'watch',
      everyMs: pollMs,
      run: async () => {
        await watch(node)
      },
    })
  }
  if (node.disputes !== undefined) {
    const players = createPlayers(node, { pollMs })
    jobs.push({
      name: 'games',
      everyMs: pollMs,
      run: async (signal) => {
        await players.look(signal)
        signal.throwIfAborted()
      },
    })
    jobs.push({ name: 'bonds', everyMs: BONDS_MS, run: () => releaseBonds(node) })
  }
  if (roles.has('aggregator')) {
    jobs.push({
      name: 'force',
      everyMs: pollMs,
      run: async () => {
        const forced = await forceOverdue(node, config.patienceSec)
        if (forced.length > 0) node.log.warn({ count: forced.length }, 'sent through L1')
        if (await forceRecord(node)) node.log.warn({}, 'what was due is in a record without data')
      },
    })
  }
  return jobs
}

/** Time between two requests for the bonds of claims that stand. */
const BONDS_MS = 10_000
/** Time after which missing bodies are asked for again. */
const RETRY_MS = 2000

/** Goes on where a body was missing, and marks as final what L1 has confirmed. */
async function settle(node: Node): Promise<void> {
  const settled = await node.chain.settled()
  if (settled.recordCount < node.l1.recordCount) await reconcile(node)
  const { batchCount } = await readNewest(node)
  const end = await node.chain.endAt(batchCount)
  if (end === undefined) return
  await node.chain.markFinal(end.blockHash)
}
