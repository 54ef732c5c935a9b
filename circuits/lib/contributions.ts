// Who contributed to the keys of a ceremony, as snarkjs records it in the files themselves.

import { readFileSync } from 'node:fs'

/**
 * A contribution, or the beacon that ends a phase: a number that nobody could have known
 * beforehand.
 */
export type Contribution = { name: string; beacon?: { hash: string; iterations: number } }

type Kind = 'powers' | 'key'

/**
 * The section of the contributions, how far into it they begin, and the bytes of points and hashes
 * before each one's parameters.
 */
const PLACES: Readonly<Record<Kind, { section: number; at: number; head: number }>> = {
  powers: { section: 7, at: 0, head: 3 * 64 + 2 * 128 + 6 * 64 + 3 * 128 + 216 + 64 },
  key: { section: 10, at: 64, head: 3 * 64 + 128 + 64 },
}

/**
 * The contributions to powers of tau, or to a proving key, in order.
 * @throws TypeError for another file
 */
export function contributionsOf(path: string, kind: Kind): Contribution[] {
  const bytes = readFileSync(path)
  const { section, at, head } = PLACES[kind]
  let place = sectionAt(bytes, section) + at
  const count = bytes.readUInt32LE(place)
  place += 4
  return Array.from({ length: count }, () => {
    place += head
    const isBeacon = bytes.readUInt32LE(place) === 1
    const end = place + 8 + bytes.readUInt32LE(place + 4)
    const { name = '', hash = '', iterations = 0 } = parameters(bytes.subarray(place + 8, end))
    place = end
    return isBeacon ? { name, beacon: { hash, iterations } } : { name }
  })
}

function parameters(bytes: Buffer): { name?: string; hash?: string; iterations?: number } {
  const found: { name?: string; hash?: string; iterations?: number } = {}
  for (let at = 0; at < bytes.length; ) {
    const type = bytes[at]
    const value = bytes[at + 1] as number
    const content = bytes.subarray(at + 2, at + 2 + value)
    at += 2
    if (type === 2) {
      found.iterations = value
      continue
    }
    if (type === 1) found.name = content.toString('utf8')
    else if (type === 3) found.hash = content.toString('hex')
    else throw new TypeError('a contribution has an unknown parameter')
    at += value
  }
  return found
}

function sectionAt(bytes: Buffer, wanted: number): number {
  let at = 12
  for (let left = bytes.readUInt32LE(8); left > 0; left--) {
    if (bytes.readUInt32LE(at) === wanted) return at + 12
    at += 12 + Number(bytes.readBigUInt64LE(at + 4))
  }
  throw new TypeError('the file has no contributions')
}
