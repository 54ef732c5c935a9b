import type { Node } from '../Node.ts'
import type { RpcServer } from './serveRpc.ts'

const LONGEST_WAIT_MS = 60_000

/** Tells subscribers about blocks as they become part of the chain, until the signal. */
export async function announce(node: Node, rpc: RpcServer, signal: AbortSignal): Promise<void> {
  const { engine } = node.chain
  let { number: told, hash: toldHash } = await engine.head()
  while (!signal.aborted) {
    await node.moved.wait(LONGEST_WAIT_MS, signal)
    const head = await engine.head()
    if (head.hash === toldHash || signal.aborted) continue
    const there = await engine.block(told)
    // Where blocks were undone, those that took their places are new; they stand on the settled
    // ones.
    const from = there?.header.hash === toldHash ? told : (await node.chain.settled()).blockNumber
    told = head.number
    toldHash = head.hash
    const numbers = Array.from({ length: Math.max(0, told - from) }, (_, i) => from + 1 + i)
    await rpc.noteBlocks(numbers).catch((error: unknown) => {
      node.log.warn({ err: error }, 'subscribers could not be told')
    })
  }
}
