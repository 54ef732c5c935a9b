import type { Role } from './config.ts'
import type { Node } from './Node.ts'

/** How far a node is, for `node status`. */
export async function statusOf(node: Node, roles: ReadonlySet<Role>) {
  const head = await node.chain.engine.head()
  const settled = await node.chain.settled()
  return {
    account: node.address,
    roles: [...roles],
    engine: node.chain.engine.name,
    chainId: node.network.rules.chainId,
    head: { number: head.number, hash: head.hash, timestamp: head.timestamp },
    settled: { number: settled.blockNumber, hash: settled.blockHash, records: settled.recordCount },
    l1: { entries: node.l1.count, records: node.l1.recordCount },
    pool: node.pool.size,
  }
}
