import type { Block } from './region.ts'
import { isBranch } from './region.ts'

/**
 * A stretch of blocks, `lo` to `hi` by index: one block, or a loop entered at `lo` (which may be a
 * single block).
 */
export type Item = { lo: number; hi: number; isLoop: boolean }

/**
 * Where each loop ends, by the index of its first block. Blocks lie in order of pc, so every
 * backward jump makes a loop of what lies between; loops that cross are widened until each lies
 * inside or beside the other.
 */
export function findLoops(
  blocks: readonly Block[],
  places: ReadonlyMap<number, number>,
): Map<number, number> {
  const ends = new Map<number, number>()
  blocks.forEach((block, index) => {
    for (const pc of targetsOf(block)) {
      const place = places.get(pc)
      if (place !== undefined && place <= index) {
        ends.set(place, Math.max(ends.get(place) ?? 0, index))
      }
    }
  })
  const headers = [...ends.keys()].sort((a, b) => a - b)
  for (let changed = true; changed; ) {
    changed = false
    for (const outer of headers) {
      for (const inner of headers) {
        const end = ends.get(outer) as number
        const other = ends.get(inner) as number
        if (inner <= outer || inner > end || other <= end) continue
        ends.set(outer, other)
        changed = true
      }
    }
  }
  return ends
}

/**
 * The blocks and loops from `lo` to `hi` in order; the loop that begins at `own` is not counted as
 * one.
 */
export function itemsOf(
  lo: number,
  hi: number,
  ends: ReadonlyMap<number, number>,
  own: number | undefined,
): Item[] {
  const items: Item[] = []
  for (let at = lo; at <= hi; ) {
    const end = at === own ? undefined : ends.get(at)
    items.push({ lo: at, hi: end ?? at, isLoop: end !== undefined })
    at = (end ?? at) + 1
  }
  return items
}

/** The pcs that a block jumps to, beside going on. */
function targetsOf({ instructions }: Block): number[] {
  return instructions
    .filter(({ operation }) => isBranch(operation) || operation === 'JAL')
    .map(({ imm }) => imm)
}
