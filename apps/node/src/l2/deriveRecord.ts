import type { Hex } from '@ambrosia/primitives/Bytes'
import type { BatchBlock, BatchRecord } from '@ambrosia/rollup/Batch'
import type { ChainRules } from '@ambrosia/rollup/ChainRules'
import * as Derivation from '@ambrosia/rollup/Derivation'
import type { Engine } from '../engine/Engine.ts'
import type { EngineBlock, Header } from '../engine/Header.ts'
import type { L1Log } from '../l1/L1Log.ts'
import { countOf, hasAllCandidates, hasAttributes, toParent } from './blocks.ts'

export type Deriver = {
  engine: Engine
  rules: ChainRules
  l1: L1Log
  /** Attributes of a block on a parent, its entries opened. */
  attributesOf(parent: Header, block: BatchBlock): Promise<Derivation.Attributes>
}

/**
 * Makes the blocks that a record means, or finds that they are there; the head is at their end, or
 * beyond it on the same chain.
 */
export async function deriveRecord(
  deriver: Deriver,
  before: Hex,
  record: BatchRecord,
  body: Uint8Array | undefined,
): Promise<Header> {
  const { engine, rules, l1 } = deriver
  let { header } = (await engine.block(before)) as EngineBlock
  const firstCount = countOf(header)
  const kinds = l1.entries(firstCount, record.inboxCount).map(({ kind }) => kind)
  const contents = Derivation.openRecord({ rules, record, body, firstCount, kinds })
  let next = Derivation.nextBlock(contents, Derivation.startOf(toParent(header)))
  while (next !== undefined) {
    header = await realise(deriver, header, next.block)
    const gasUsed = next.cursor.gasUsed + header.gasUsed
    next = Derivation.nextBlock(contents, { ...next.cursor, gasUsed })
  }
  return header
}

/**
 * The block that follows from a parent: the one that stands there if it is the same, else it is
 * made and the head moves to it.
 */
async function realise(deriver: Deriver, parent: Header, block: BatchBlock): Promise<Header> {
  const { engine } = deriver
  const attributes = await deriver.attributesOf(parent, block)
  const there = await engine.block(parent.number + 1)
  const isCandidate = there !== undefined && hasAttributes(there, attributes)
  if (isCandidate && hasAllCandidates(there, attributes)) return there.header
  const head = await engine.head()
  if (head.hash !== parent.hash) await engine.setHead(parent.hash)
  const built = await engine.build(attributes)
  if (isCandidate && built.header.hash === there.header.hash) {
    await engine.setHead(head.hash)
    return there.header
  }
  await adopt(engine, built)
  return built.header
}

/** Stores a block of our own and makes it the head. */
export async function adopt(engine: Engine, block: EngineBlock): Promise<void> {
  const verdict = await engine.insert(block.bytes)
  if (verdict.status !== 'valid') throw new Error(`an own block is ${verdict.status}`)
  await engine.setHead(block.header.hash)
}
