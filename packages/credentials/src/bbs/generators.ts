import { concat, fromBase64url, fromUint, fromUtf8 } from '@ambrosia/primitives/Bytes'
import type { Ciphersuite, Suite } from './ciphersuite.ts'
import type { Point } from './curve.ts'
import { decodeOwnPoints, EXPAND_SIZE_BYTES, mapToPoint, POINT_SIZE_BYTES } from './curve.ts'

/**
 * The generators Q_1, H_1, H_2, ... of a ciphersuite: create_generators of
 * draft-irtf-cfrg-bbs-signatures, section 4.1.1. They depend on nothing but the ciphersuite, so
 * they are made once and kept for the process. The first of SHA-256, which bbs-2023 uses, come from
 * a table: decoding one is several times cheaper than hashing to the curve.
 */
export type Generators = { points: readonly Point[]; encodings: readonly Uint8Array[] }

type Cache = {
  points: Point[]
  encodings: Uint8Array[]
  state: Uint8Array | undefined
  seeded: number
}

const UNIFORM_SIZE_BYTES = 128
const caches = new Map<Ciphersuite, Cache>()

/** At least `count` generators: Q_1 first, then one for each message. */
export function generators(suite: Suite, count: number): Generators {
  let cache = caches.get(suite.name)
  if (cache === undefined) {
    cache = { points: [], encodings: [], state: undefined, seeded: 0 }
    caches.set(suite.name, cache)
  }
  if (cache.points.length < count) loadTable(suite, cache, count)
  while (cache.points.length < count) hashNext(suite, cache)
  return cache
}

/** The generators as the specification makes them, without table or cache: compressed, in order. */
export function hashGenerators(suite: Suite, count: number): Uint8Array[] {
  const cache: Cache = { points: [], encodings: [], state: undefined, seeded: 0 }
  while (cache.points.length < count) hashNext(suite, cache)
  return cache.encodings
}

let table: Uint8Array | undefined

/** Fetches the table; without it generators are hashed to the curve, which only takes longer. */
export async function readyTable(): Promise<void> {
  if (table !== undefined) return
  const { GENERATOR_TABLE } = await import('./generators.generated.ts')
  table = fromBase64url(GENERATOR_TABLE)
}

function loadTable(suite: Suite, cache: Cache, count: number): void {
  if (suite.name !== 'BLS12-381-SHA-256' || table === undefined) return
  const until = Math.min(count, table.length / POINT_SIZE_BYTES)
  const encodings: Uint8Array[] = []
  for (let i = cache.points.length; i < until; i++) {
    encodings.push(table.slice(i * POINT_SIZE_BYTES, (i + 1) * POINT_SIZE_BYTES))
  }
  cache.encodings.push(...encodings)
  cache.points.push(...decodeOwnPoints(encodings))
}

function hashNext(suite: Suite, cache: Cache): void {
  const tag = (text: string): Uint8Array => concat(suite.apiId, fromUtf8(text))
  const seedTag = tag('SIG_GENERATOR_SEED_')
  // The seed chain runs through the table's generators too: they have no shorter way to the next
  // one.
  cache.state ??= suite.expand(tag('MESSAGE_GENERATOR_SEED'), seedTag, EXPAND_SIZE_BYTES)
  while (cache.seeded <= cache.points.length) {
    cache.seeded++
    const input = concat(cache.state, fromUint(cache.seeded, 8))
    cache.state = suite.expand(input, seedTag, EXPAND_SIZE_BYTES)
  }
  const uniform = suite.expand(cache.state, tag('SIG_GENERATOR_DST_'), UNIFORM_SIZE_BYTES)
  const point = mapToPoint(uniform)
  cache.points.push(point)
  cache.encodings.push(point.serialize())
}
