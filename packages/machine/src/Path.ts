// Paths of the machine's trees: docs/spec/machine.md, sections 4 and 10.

import { LINE_SIZE } from './Layout.ts'
import * as Poseidon from './Poseidon.ts'

/** The eight children of every node from the bottom up. */
export type Path = readonly (readonly bigint[])[]

/**
 * Whether a path of `levels` lists holds `leaf` at the place `index` and leads to `root`. The first
 * level that breaks, or -1 where the form is wrong, or `levels` where all holds but the root is
 * another.
 */
export function breakOf(
  path: Path,
  levels: number,
  index: bigint,
  leaf: bigint,
  root: bigint,
): number | undefined {
  if (path.length !== levels || path.some((children) => children.length !== 8)) return -1
  let value = leaf
  for (const [level, children] of path.entries()) {
    if (children[placeAt(index, level)] !== value) return level
    value = Poseidon.hash(children)
  }
  return value === root ? undefined : levels
}

/** The root with another leaf at the place `index`. */
export function rootWith(path: Path, index: bigint, leaf: bigint): bigint {
  return path.reduce((value, children, level) => {
    const place = placeAt(index, level)
    return Poseidon.hash(children.map((child, i) => (i === place ? value : child)))
  }, leaf)
}

/** Which child of the node at a level the path goes through. */
function placeAt(index: bigint, level: number): number {
  return Number((index >> BigInt(3 * level)) % 8n)
}

/** The eight words of 128 bits of a line, the lower bytes first. */
export function toChunks(line: Uint8Array): bigint[] {
  const view = new DataView(line.buffer, line.byteOffset, LINE_SIZE)
  return Array.from(
    { length: 8 },
    (_, i) => view.getBigUint64(16 * i, true) | (view.getBigUint64(16 * i + 8, true) << 64n),
  )
}
