// Machine memory as the host sees it: bytes and lines by machine address, wherever an engine keeps
// them.

import { LINE_SIZE } from '../Layout.ts'
import type { Engine } from './engine.ts'
import { DIRTY_AT, LIST_AT, MEMORY_AT, PAGE_SIZE, PAGES_AT } from './memoryMap.ts'
import { collectKept, keptPageLine, setKeptLine } from './spill.ts'

const LIST_ROOM = 2 ** 20
const LINES = PAGE_SIZE / LINE_SIZE
export const ZERO_LINE: Uint8Array = new Uint8Array(LINE_SIZE)

/** Copies bytes out of machine memory. */
export function readMemory(engine: Engine, address: number, size: number): Uint8Array {
  const out = new Uint8Array(size)
  for (let done = 0; done < size; ) {
    const at = address + done
    const offset = at % LINE_SIZE
    const isDirect = at < engine.directSize
    const room = isDirect ? engine.directSize - at : LINE_SIZE - offset
    const length = Math.min(size - done, room)
    if (isDirect) out.set(new Uint8Array(engine.memory.buffer, MEMORY_AT + at, length), done)
    else out.set(lineOf(engine, (at - offset) / LINE_SIZE).subarray(offset, offset + length), done)
    done += length
  }
  return out
}

/** Copies lines of 128 bytes, given by number, one behind the other into `target`. */
export function readLines(engine: Engine, lines: Uint32Array, target: Uint8Array): void {
  const memory = new Uint8Array(engine.memory.buffer)
  const directLines = engine.directSize / LINE_SIZE
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i] as number
    const at = MEMORY_AT + line * LINE_SIZE
    const bytes = line < directLines ? memory.subarray(at, at + LINE_SIZE) : lineOf(engine, line)
    target.set(bytes, i * LINE_SIZE)
  }
}

/** The bytes of a line: a view where there is one, zeros where nothing was stored. */
function lineOf(engine: Engine, line: number): Uint8Array {
  const host = hostLine(engine, line)
  if (host >= 0)
    return new Uint8Array(engine.memory.buffer, MEMORY_AT + host * LINE_SIZE, LINE_SIZE)
  const page = engine.kept.get(Math.floor(line / LINES))
  return (page === undefined ? undefined : keptPageLine(page, line % LINES)) ?? ZERO_LINE
}

/** The host line of a machine line, or -1 where it is in no page of the pool. */
function hostLine(engine: Engine, line: number): number {
  if (line < engine.directSize / LINE_SIZE) return line
  const page = Math.floor(line / LINES)
  const host = new DataView(engine.memory.buffer).getUint32(PAGES_AT + page * 4, true)
  return host < PAGE_SIZE ? -1 : host / LINE_SIZE + (line % LINES)
}

/** Copies bytes into machine memory and marks their lines as stored since the last hash. */
export function writeMemory(engine: Engine, address: number, data: Uint8Array): void {
  for (let done = 0; done < data.length; ) {
    const at = address + done
    const isDirect = at < engine.directSize
    const room = isDirect ? engine.directSize - at : LINE_SIZE - (at % LINE_SIZE)
    const part = data.subarray(done, done + Math.min(data.length - done, room))
    if (isDirect) writeDirect(engine, at, part)
    else writeWithinLine(engine, at, part)
    done += part.length
  }
}

function writeDirect({ memory }: Engine, address: number, data: Uint8Array): void {
  new Uint8Array(memory.buffer, MEMORY_AT + address, data.length).set(data)
  const first = Math.floor(address / LINE_SIZE)
  const last = Math.floor((address + data.length - 1) / LINE_SIZE)
  new Uint8Array(memory.buffer, DIRTY_AT + first, last - first + 1).fill(1)
}

function writeWithinLine(engine: Engine, address: number, data: Uint8Array): void {
  const offset = address % LINE_SIZE
  const line = (address - offset) / LINE_SIZE
  const bytes = lineOf(engine, line).slice()
  bytes.set(data, offset)
  setLine(engine, line, bytes, true)
}

/**
 * Writes a whole line; `isDirty` says whether it counts as stored since the last hash. A line that
 * takes no place and is zero takes none.
 */
export function setLine(engine: Engine, line: number, bytes: Uint8Array, isDirty: boolean): void {
  let host = hostLine(engine, line)
  if (host < 0) {
    const page = Math.floor(line / LINES)
    const kept = engine.kept.get(page)
    if (kept !== undefined) {
      setKeptLine(kept, line % LINES, bytes, isDirty)
      return
    }
    if (Buffer.compare(bytes, ZERO_LINE) === 0) return
    host = (engine.exports.pageForStore(page) >>> 0) / LINE_SIZE + (line % LINES)
  }
  const { buffer } = engine.memory
  new Uint8Array(buffer, MEMORY_AT + host * LINE_SIZE, LINE_SIZE).set(bytes)
  new Uint8Array(buffer, DIRTY_AT + host, 1)[0] = isDirty ? 1 : 2
}

/** Writes a line where it differs; it then counts as stored since the last hash. */
export function changeLine(engine: Engine, line: number, bytes: Uint8Array): void {
  if (Buffer.compare(lineOf(engine, line), bytes) !== 0) setLine(engine, line, bytes, true)
}

/**
 * The numbers of the lines stored since the last call, ascending; they count as clean from now on.
 */
export function takeDirtyLines(engine: Engine): Uint32Array {
  return collect(engine, false)
}

/** The numbers of all lines ever stored, ascending. */
export function touchedLines(engine: Engine): Uint32Array {
  return collect(engine, true)
}

/** Makes lines count as stored since the last hash, which they were. */
export function markLines(engine: Engine, lines: Uint32Array): void {
  const dirty = new Uint8Array(engine.memory.buffer, DIRTY_AT)
  for (const line of lines) {
    const host = hostLine(engine, line)
    const page = engine.kept.get(Math.floor(line / LINES))
    if (host >= 0) dirty[host] = 1
    else if (page !== undefined) page.dirty |= 1 << (line % LINES)
  }
}

function collect(engine: Engine, all: boolean): Uint32Array {
  const { exports, directSize, poolAt } = engine
  const direct = collectRange(engine, 0, directSize / LINE_SIZE, all)
  const poolEnd = Number(exports.getPoolNext()) / LINE_SIZE
  const pool = collectRange(engine, poolAt / LINE_SIZE, poolEnd, all)
  const kept = collectKept(engine, all)
  if (pool.length + kept.length === 0) return direct
  const lines = new Uint32Array(direct.length + pool.length + kept.length)
  lines.set(direct)
  lines.set(pool, direct.length)
  lines.set(kept, direct.length + pool.length)
  lines.subarray(direct.length).sort()
  return lines
}

function collectRange(engine: Engine, from: number, end: number, all: boolean): Uint32Array {
  const { exports, memory, poolAt } = engine
  const parts: Uint32Array[] = []
  let total = 0
  for (let at = from; at < end; at = exports.getCursor() >>> 0) {
    const count = exports.collectLines(at, end, poolAt, LIST_AT, LIST_ROOM, all)
    parts.push(new Uint32Array(memory.buffer, LIST_AT, count).slice())
    total += count
  }
  if (parts.length === 1) return parts[0] as Uint32Array
  const lines = new Uint32Array(total)
  let done = 0
  for (const part of parts) {
    lines.set(part, done)
    done += part.length
  }
  return lines
}
