// Pages of the pool that the host keeps while others need their place.

import { LINE_SIZE } from '../Layout.ts'
import { DIRTY_AT, MEMORY_AT, OWNERS_AT, PAGE_SIZE, PAGES_AT } from './memoryMap.ts'

/** The part of an engine that pages are taken from and given to. */
type Pool = {
  readonly memory: WebAssembly.Memory
  readonly exports: { getPoolNext(): bigint }
  /** Host address of the pool's first page, which stays zero. */
  readonly poolAt: number
  /** Pages that are not in the pool, by number. */
  readonly kept: Map<number, KeptPage>
  /** The page of the pool that is next to give way. */
  hand: number
}

/**
 * A page that is not in the pool: of its 32 lines those that were ever stored, so that a page of
 * one byte takes one line.
 */
export type KeptPage = {
  /** A bit for each line that was ever stored. */
  stored: number
  /** A bit for each line that was stored since the last hash. */
  dirty: number
  /** The stored lines, one behind the other. */
  data: Uint8Array
}

/** What an entry of the page table says of a kept page. */
const KEPT = 1
const LINES = PAGE_SIZE / LINE_SIZE

/**
 * Takes the next page of the pool, in turn, from its owner.
 * @returns its host address, the page being zero
 */
export function freePage(pool: Pool): number {
  const { memory, exports, poolAt, kept } = pool
  const first = poolAt + PAGE_SIZE
  const end = Number(exports.getPoolNext())
  const host = pool.hand >= first && pool.hand < end ? pool.hand : first
  pool.hand = host + PAGE_SIZE
  const owners = new Uint32Array(memory.buffer, OWNERS_AT)
  const pages = new Uint32Array(memory.buffer, PAGES_AT, 2 ** 22)
  const page = owners[host / PAGE_SIZE] as number
  const flags = new Uint8Array(memory.buffer, DIRTY_AT + host / LINE_SIZE, LINES)
  const bytes = new Uint8Array(memory.buffer, MEMORY_AT + host, PAGE_SIZE)
  kept.set(page, keep(flags, bytes))
  pages[page] = KEPT
  flags.fill(0)
  bytes.fill(0)
  return host
}

function keep(flags: Uint8Array, bytes: Uint8Array): KeptPage {
  let stored = 0
  let dirty = 0
  const lines: number[] = []
  flags.forEach((flag, line) => {
    if (flag === 0) return
    stored |= 1 << line
    if (flag === 1) dirty |= 1 << line
    lines.push(line)
  })
  const data = new Uint8Array(lines.length * LINE_SIZE)
  lines.forEach((line, i) => {
    data.set(bytes.subarray(line * LINE_SIZE, (line + 1) * LINE_SIZE), i * LINE_SIZE)
  })
  return { stored, dirty, data }
}

/** Puts a kept page into a page of the pool that is zero. */
export function fillPage(pool: Pool, page: number, host: number): void {
  const { memory, kept } = pool
  const found = kept.get(page)
  if (found === undefined) return
  kept.delete(page)
  const flags = new Uint8Array(memory.buffer, DIRTY_AT + host / LINE_SIZE, LINES)
  const bytes = new Uint8Array(memory.buffer, MEMORY_AT + host, PAGE_SIZE)
  let from = 0
  for (let line = 0; line < LINES; line++) {
    if (!hasLine(found.stored, line)) continue
    bytes.set(found.data.subarray(from, from + LINE_SIZE), line * LINE_SIZE)
    flags[line] = hasLine(found.dirty, line) ? 1 : 2
    from += LINE_SIZE
  }
}

/** The bytes of a line of a kept page; undefined where it is zero because nothing was stored. */
export function keptPageLine(page: KeptPage, line: number): Uint8Array | undefined {
  if (!hasLine(page.stored, line)) return undefined
  const from = linesBelow(page.stored, line) * LINE_SIZE
  return page.data.subarray(from, from + LINE_SIZE)
}

/** Writes a line of a kept page where it is. */
export function setKeptLine(
  page: KeptPage,
  line: number,
  bytes: Uint8Array,
  isDirty: boolean,
): void {
  if (!hasLine(page.stored, line)) {
    const at = linesBelow(page.stored, line) * LINE_SIZE
    const data = new Uint8Array(page.data.length + LINE_SIZE)
    data.set(page.data.subarray(0, at))
    data.set(page.data.subarray(at), at + LINE_SIZE)
    page.data = data
    page.stored |= 1 << line
  }
  keptPageLine(page, line)?.set(bytes)
  if (isDirty) page.dirty |= 1 << line
  else page.dirty &= ~(1 << line)
}

/**
 * The numbers of kept lines: all that were ever stored, or those stored since the last hash, which
 * count as hashed from now on.
 */
export function collectKept(pool: Pool, all: boolean): number[] {
  const lines: number[] = []
  for (const [page, found] of pool.kept) {
    const wanted = all ? found.stored : found.dirty
    if (wanted === 0) continue
    for (let line = 0; line < LINES; line++)
      if (hasLine(wanted, line)) lines.push(page * LINES + line)
    if (!all) found.dirty = 0
  }
  return lines
}

function hasLine(mask: number, line: number): boolean {
  return ((mask >>> line) & 1) === 1
}

/** How many of a mask's lines come before this one. */
function linesBelow(mask: number, line: number): number {
  let count = 0
  for (let left = mask & (2 ** line - 1); left !== 0; left &= left - 1) count++
  return count
}
