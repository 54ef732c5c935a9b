import type { Hex } from '@ambrosia/primitives/Bytes'
import type { Engine } from '../engine/Engine.ts'

/** What came of importing a file of blocks. */
export type Imported = {
  /** True where every block of the file was valid. */
  ok: boolean
  head: Hex
  stateRoot: Hex
  /** Blocks that were accepted. */
  accepted: number
  /** Why the first block that was refused was. */
  error: string | undefined
}

/**
 * Inserts the blocks of a file, one RLP item after another, and moves the head to each that is
 * valid and wins: the last one after the merge, the one of most work before. An invalid block is
 * refused, the head stays, and the blocks after it are judged by themselves.
 */
export async function importBlocks(
  engine: Engine,
  file: Uint8Array,
  wins: (hash: Hex) => boolean = () => true,
): Promise<Imported> {
  let error: string | undefined
  let accepted = 0
  const refuse = (index: number, reason: string) => {
    error ??= `block ${index} of the file: ${reason}`
  }
  let index = 0
  for (const item of splitItems(file)) {
    if (item === undefined) {
      refuse(index, 'its RLP does not end within the file')
      break
    }
    const verdict = await engine.insert(item)
    if (verdict.status === 'valid') {
      accepted++
      if (wins(verdict.header.hash)) await engine.setHead(verdict.header.hash)
    } else if (verdict.status === 'orphan') {
      refuse(index, `its parent ${verdict.parentHash} is unknown`)
    } else refuse(index, verdict.reason)
    index++
  }
  const { hash: head, stateRoot } = await engine.head()
  return { ok: error === undefined, head, stateRoot, accepted, error }
}

/**
 * The RLP items of a file by their own lengths; undefined ends it where one does not end within it.
 */
function* splitItems(file: Uint8Array): Generator<Uint8Array | undefined> {
  let at = 0
  while (at < file.length) {
    const size = sizeOf(file, at)
    if (size === undefined || at + size > file.length) {
      yield undefined
      return
    }
    yield file.slice(at, at + size)
    at += size
  }
}

/** Bytes of the RLP item that starts here, its prefix included. */
function sizeOf(file: Uint8Array, at: number): number | undefined {
  const first = file[at] as number
  if (first < 0x80) return 1
  const base = first < 0xc0 ? 0x80 : 0xc0
  const short = first - base
  if (short <= 55) return 1 + short
  const lengthBytes = short - 55
  let length = 0
  for (let i = 1; i <= lengthBytes; i++) {
    const byte = file[at + i]
    if (byte === undefined) return undefined
    length = length * 256 + byte
  }
  return 1 + lengthBytes + length
}
