import type { Hex } from '@ambrosia/primitives/Bytes'
import type { BlockId } from '../../../rpc/params.ts'
import { CODES, RpcError } from '../../../rpc/RpcError.ts'
import type { StoredBlock } from '../BlockStore.ts'
import type { Chain } from '../Chain.ts'

/** The stored block that a request means; undefined where there is none. */
export function findBlock(chain: Chain, id: BlockId): StoredBlock | undefined {
  const { store } = chain
  if (id.kind === 'hash') {
    const block = store.getBlock(id.hash)
    const isOff = id.requireCanonical && block && store.canonicalHash(block.number) !== id.hash
    if (isOff) throw new RpcError(CODES.server, 'hash is not currently canonical')
    return block
  }
  const hash =
    id.kind === 'number' ? store.canonicalHash(toNumber(id.number)) : hashOfTag(chain, id.tag)
  return hash === undefined ? undefined : store.getBlock(hash)
}

/** The stored block that a request means. @throws RpcError -32000 */
export function requireBlock(chain: Chain, id: BlockId): StoredBlock {
  const block = findBlock(chain, id)
  if (block === undefined) throw new RpcError(CODES.server, 'header not found')
  return block
}

function hashOfTag(chain: Chain, tag: string): Hex | undefined {
  const { store } = chain
  if (tag === 'earliest') return store.canonicalHash(0)
  // Nothing is safe or final before the first batch is: genesis is.
  if (tag === 'safe' || tag === 'finalized') return store.tag(tag) ?? store.canonicalHash(0)
  return store.tag('head')
}

function toNumber(value: bigint): number {
  return value > BigInt(Number.MAX_SAFE_INTEGER) ? -1 : Number(value)
}
