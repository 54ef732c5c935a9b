// A quick digest of a whole state, for sides that look for where their runs part.

import { createHash, type Hash } from 'node:crypto'
import { LINE_SIZE } from '../Layout.ts'
import { control, type Machine } from '../Machine.ts'
import { readLines, touchedLines } from './engineMemory.ts'

const LINES_AT_ONCE = 8192
const LINE_WORDS = LINE_SIZE / 4

/**
 * SHA-256 over pc, status, reservation and the 32 registers (8 bytes each), the lines that are not
 * zero (128 bytes each, ascending), their numbers and how many they are (4 bytes each), every
 * number little-endian. A function of the state alone, however the machine came to it; the salt in
 * line 0 hides the state as it hides its hash.
 */
export function stateDigest(machine: Machine): Uint8Array {
  const hash = createHash('sha256')
  const { pc, status, reservation, registers } = control(machine)
  const head = new DataView(new ArrayBuffer(8 * (3 + registers.length)))
  for (const [i, value] of [BigInt(pc), BigInt(status), reservation, ...registers].entries()) {
    head.setBigUint64(i * 8, value, true)
  }
  hash.update(head)
  const lines = hashLines(hash, machine)
  return new Uint8Array(hash.update(lines).update(Uint32Array.of(lines.length)).digest())
}

/** Hashes the lines that are not zero. @returns their numbers */
function hashLines(hash: Hash, { engine }: Machine): Uint32Array {
  const touched = touchedLines(engine)
  const data = new Uint8Array(LINES_AT_ONCE * LINE_SIZE)
  const words = new Uint32Array(data.buffer)
  let kept = 0
  for (let at = 0; at < touched.length; at += LINES_AT_ONCE) {
    const lines = touched.slice(at, at + LINES_AT_ONCE)
    readLines(engine, lines, data)
    let count = 0
    for (let i = 0; i < lines.length; i++) {
      if (isZero(words, i * LINE_WORDS)) continue
      if (count < i) data.copyWithin(count * LINE_SIZE, i * LINE_SIZE, (i + 1) * LINE_SIZE)
      // Never ahead of what is read: the numbers that are kept take the places of those before.
      touched[kept + count++] = lines[i] as number
    }
    kept += count
    hash.update(data.subarray(0, count * LINE_SIZE))
  }
  return touched.subarray(0, kept)
}

function isZero(words: Uint32Array, from: number): boolean {
  for (let i = from; i < from + LINE_WORDS; i++) if (words[i] !== 0) return false
  return true
}
