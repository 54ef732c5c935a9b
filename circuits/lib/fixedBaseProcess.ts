// A process that multiplies the generators of G1 and G2 by scalars: every multiple of 2^(10 i) up
// to 1023 is in a table, so that a product takes 26 additions.

import { buildBn128 } from 'ffjavascript'
import { type Group, POINT_SIZES, type Task } from './fixedBase.ts'

type Point = number
type Exports = Record<string, (...pointers: number[]) => void>

const WINDOW = 10
const WINDOWS = Math.ceil(254 / WINDOW)
const ENTRIES = 2 ** WINDOW - 1
const BATCH = 512

const curve = await buildBn128(true)
const { memory, instance, pG1gen, pG2gen } = curve.tm
const exports = instance.exports as Exports
/**
 * The library's allocator stops where its memory began to grow, so what is ours lies behind that.
 */
let free = memory.buffer.byteLength
const tables = new Map<Group, Point>()

process.on('message', ({ id, group, scalars }: Task & { id: number }) => {
  process.send?.({ id, points: multiply(group, scalars) })
})

function allocate(size: number): Point {
  const at = free
  free += Math.ceil(size / 8) * 8
  const missing = free - memory.buffer.byteLength
  if (missing > 0) memory.grow(Math.ceil(missing / 65536))
  return at
}

function multiply(group: Group, scalars: Uint8Array): Uint8Array {
  const size = POINT_SIZES[group]
  const jacobian = (size / 2) * 3
  const table = tables.get(group) ?? buildTable(group)
  const count = scalars.length / 32
  const sums = allocate(BATCH * jacobian)
  const affine = allocate(BATCH * size)
  const points = new Uint8Array(count * size)
  for (let from = 0; from < count; from += BATCH) {
    const length = Math.min(BATCH, count - from)
    for (let i = 0; i < length; i++) {
      const sum = sums + i * jacobian
      call(group, 'zero', sum)
      for (let window = 0; window < WINDOWS; window++) {
        const digit = digitOf(scalars, 32 * (from + i), window)
        if (digit === 0) continue
        call(group, 'addMixed', sum, table + (window * ENTRIES + digit - 1) * size, sum)
      }
    }
    call(group, 'batchToAffine', sums, length, affine)
    points.set(new Uint8Array(memory.buffer, affine, length * size), from * size)
  }
  free = sums
  return points
}

/** Bits 10 window to 10 window + 9 of a scalar. */
function digitOf(scalars: Uint8Array, at: number, window: number): number {
  let digit = 0
  for (let bit = 0; bit < WINDOW; bit++) {
    const place = window * WINDOW + bit
    if (place >= 256) break
    digit |= (((scalars[at + (place >> 3)] as number) >> (place & 7)) & 1) << bit
  }
  return digit
}

function buildTable(group: Group): Point {
  const size = POINT_SIZES[group]
  const jacobian = (size / 2) * 3
  const table = allocate(WINDOWS * ENTRIES * size)
  const row = allocate(ENTRIES * jacobian)
  const base = allocate(jacobian)
  const generator = group === 'g1' ? pG1gen : pG2gen
  new Uint8Array(memory.buffer).copyWithin(base, generator, generator + jacobian)
  for (let window = 0; window < WINDOWS; window++) {
    new Uint8Array(memory.buffer).copyWithin(row, base, base + jacobian)
    for (let entry = 1; entry < ENTRIES; entry++) {
      call(group, 'add', row + (entry - 1) * jacobian, base, row + entry * jacobian)
    }
    call(group, 'batchToAffine', row, ENTRIES, table + window * ENTRIES * size)
    for (let i = 0; i < WINDOW; i++) call(group, 'double', base, base)
  }
  free = row
  tables.set(group, table)
  return table
}

function call(group: Group, name: string, ...pointers: number[]): void {
  exports[`${group}m_${name}`]?.(...pointers)
}
