import type { Hex } from '@ambrosia/primitives/Bytes'
import * as Batch from '@ambrosia/rollup/Batch'
import type { Node } from '../Node.ts'

/**
 * Brings the chain in line with L1; bodies that are missing come from peers. True where nothing is
 * missing.
 */
export async function reconcile(node: Node): Promise<boolean> {
  let isWhole = false
  for (;;) {
    const missing = await node.chain.reconcile()
    isWhole = missing === undefined
    if (missing === undefined || !(await fetchBody(node, missing.commitment))) break
  }
  await node.pool.dropSettled()
  node.moved.give()
  return isWhole
}

/** Gets a body from whichever peer has it. It proves itself by its commitment. */
async function fetchBody(node: Node, commitment: Hex): Promise<boolean> {
  for (const peer of node.peers.all()) {
    try {
      const { status, body } = await peer.send('GET', `/v1/bodies/${commitment}`)
      if (status !== 200) continue
      const contents = Batch.unpack(body)
      if (Batch.commitment(contents.salt, contents.body) !== commitment) continue
      await node.bodies.put(contents)
      return true
    } catch (error) {
      node.log.debug({ err: error, peer: peer.account }, 'a body could not be had')
    }
  }
  node.log.warn({ commitment }, 'a body is missing')
  return false
}
