import { type BatchBlock, encodeBody } from '@ambrosia/rollup/Batch'
import { LIMITS } from '@ambrosia/rollup/ChainRules'
import type { EngineBlock, Header } from '../engine/Header.ts'
import { countOf, toBatchBlock } from './blocks.ts'
import type { L2Chain } from './L2Chain.ts'

/** Blocks as a batch has them, with where they end. */
export type Unsettled = { blocks: BatchBlock[]; end: Header }

/** Bytes of a body left free for what its encoding adds. */
const MARGIN_BYTES = 64 * 1024

/**
 * The blocks on top of the settled ones that one batch can hold: by number, size, gas, and time.
 * @param latestSec timestamp of the last block at most
 */
export async function collectUnsettled(chain: L2Chain, latestSec: number): Promise<Unsettled> {
  const { blockHash, blockNumber } = await chain.settled()
  const { rules } = chain.network
  let end = ((await chain.engine.block(blockHash)) as EngineBlock).header
  const blocks: BatchBlock[] = []
  let gas = 0n
  let size = 0
  for (let number = blockNumber + 1; gas < BigInt(rules.recordGas); number++) {
    const block = await chain.engine.block(number)
    const isOver = blocks.length === LIMITS.blocksPerBody
    if (block === undefined || isOver || block.header.timestamp > latestSec) break
    const next = await asBatchBlock(chain, end, block)
    size += encodeBody([next]).length
    if (size > LIMITS.bodyBytes - MARGIN_BYTES) break
    blocks.push(next)
    gas += block.header.gasUsed
    end = block.header
  }
  return { blocks, end }
}

/**
 * Where these blocks end on our own chain, on top of the settled ones; undefined where ours are
 * others or fewer.
 */
export async function findUnsettled(
  chain: L2Chain,
  blocks: readonly BatchBlock[],
): Promise<Header | undefined> {
  const { blockHash, blockNumber } = await chain.settled()
  let end = ((await chain.engine.block(blockHash)) as EngineBlock).header
  let gas = 0n
  for (const [index, expected] of blocks.entries()) {
    const block = await chain.engine.block(blockNumber + 1 + index)
    // A block after the record's gas would not be a part of it.
    if (block === undefined || gas >= BigInt(chain.network.rules.recordGas)) return undefined
    const own = await asBatchBlock(chain, end, block)
    if (Buffer.compare(encodeBody([own]), encodeBody([expected])) !== 0) return undefined
    gas += block.header.gasUsed
    end = block.header
  }
  return end
}

async function asBatchBlock(
  chain: L2Chain,
  parent: Header,
  block: EngineBlock,
): Promise<BatchBlock> {
  const consumed = await chain.openedBetween(countOf(parent), countOf(block.header))
  return toBatchBlock(chain.network.rules, block, consumed)
}
