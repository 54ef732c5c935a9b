import type { BatchBlock } from '../Batch.ts'
import { nextBlock, type RecordContents, startOf } from '../Derivation.ts'

/** Every block that a record means, where each uses so much gas. */
export function allBlocks(
  contents: RecordContents,
  parent: { timestamp: number; count: number },
  gasOf: (block: BatchBlock) => bigint = () => 0n,
): BatchBlock[] {
  const blocks: BatchBlock[] = []
  let at = nextBlock(contents, startOf(parent))
  while (at !== undefined) {
    blocks.push(at.block)
    const gasUsed = at.cursor.gasUsed + gasOf(at.block)
    at = nextBlock(contents, { ...at.cursor, gasUsed })
  }
  return blocks
}
