import { fromUtf8 } from '@ambrosia/primitives/Bytes'
import { PLANTED } from './Boundary.ts'
import type { Chance } from './Chance.ts'

/** The bytes with one to four changes: flipped, cut, filled, repeated, swapped, added. */
export function changeBytes(bytes: Uint8Array, chance: Chance): Uint8Array {
  let changed: Uint8Array = bytes.slice()
  const count = chance.once(2) ? 1 : 1 + chance.below(4)
  for (let change = 0; change < count; change++) changed = changeOnce(changed, chance)
  return changed
}

function changeOnce(bytes: Uint8Array, chance: Chance): Uint8Array {
  const at = chance.below(bytes.length + 1)
  const size = Math.min(bytes.length - at, 1 + chance.below(64))
  return chance.pick([
    () => flip(bytes, at, chance),
    () => flip(bytes, at, chance),
    () => flip(bytes, at, chance),
    () => bytes.slice(0, at),
    () => bytes.slice(at),
    () => insert(bytes, at, chance.bytes(1 + chance.below(32))),
    () => insert(bytes, at, fromUtf8(PLANTED)),
    () => insert(bytes, at, bytes.slice(at, at + size)),
    () => bytes.slice().fill(chance.pick([0, 0xff, 0x5b, 0x22]), at, at + size),
    () => insert(bytes, bytes.length, new Uint8Array(chance.pick([1, 1000, 100_000]))),
    () => new Uint8Array(),
  ])()
}

function flip(bytes: Uint8Array, at: number, chance: Chance): Uint8Array {
  const changed = bytes.slice()
  if (at < changed.length) changed[at] = (changed[at] as number) ^ (1 << chance.below(8))
  return changed
}

function insert(bytes: Uint8Array, at: number, added: Uint8Array): Uint8Array {
  const changed = new Uint8Array(bytes.length + added.length)
  changed.set(bytes.subarray(0, at))
  changed.set(added, at)
  changed.set(bytes.subarray(at), at + added.length)
  return changed
}
