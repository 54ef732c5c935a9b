import { concat, fromBase64url, fromUint, fromUtf8 } from '@ambrosia/primitives/Bytes'
import type { Ciphersuite, Suite } from './ciphersuite.ts'
import type { Point, Scalar } from './curve.ts'
import {
  addPoints,
  decodeOwnPoints,
  EXPAND_SIZE_BYTES,
  kernel,
  mapToPoint,
  POINT_SIZE_BYTES,
  sumOfPowers,
  sumOfProducts,
  toAffine,
} from './curve.ts'
import { createFixedBases, FIXED_MINIMUM_COUNT, type FixedBases } from './fixedBases.ts'

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
  /** Sums over many generators so far. */
  sumCount: number
  bases: FixedBases | undefined
}

const UNIFORM_SIZE_BYTES = 128
const caches = new Map<Ciphersuite, Cache>()

/** At least `count` generators: Q_1 first, then one for each message. */
export function generators(suite: Suite, count: number): Generators {
  const cache = cacheOf(suite)
  if (cache.points.length < count) loadTable(suite, cache, count)
  while (cache.points.length < count) hashNext(suite, cache)
  return cache
}

/** The generators as the specification makes them, without table or cache: compressed, in order. */
export function hashGenerators(suite: Suite, count: number): Uint8Array[] {
  const cache = createCache()
  while (cache.points.length < count) hashNext(suite, cache)
  return cache.encodings
}

/** Points and scalars of a sum besides generators. */
export type Terms = { points: readonly Point[]; scalars: readonly Scalar[] }

/**
 * From this sum on the multiples of the generators are kept: they cost as much as some ten sums.
 */
const SUMS_BEFORE_TABLES = 4

/** Sum of `generator[indexes[i]] * scalars[i]`, Q_1 being 0, and of other terms. */
export function sumOfGenerators(
  suite: Suite,
  indexes: readonly number[],
  scalars: readonly Scalar[],
  others: Terms,
): Point {
  const cache = cacheOf(suite)
  const isMany = indexes.length >= FIXED_MINIMUM_COUNT
  if (isMany) cache.sumCount++
  if (isMany && cache.sumCount > SUMS_BEFORE_TABLES) {
    cache.bases ??= createFixedBases(kernel())
    const { bases } = cache
    bases.extend(cache.points.slice(bases.count(), Math.max(...indexes) + 1).map(toAffine))
    const powers = bases.sum(
      indexes,
      scalars.map((scalar) => scalar.serialize()),
    )
    if (powers !== undefined) {
      return addPoints(sumOfPowers(powers), sumOfProducts(others.points, others.scalars))
    }
  }
  const points = indexes.map((index) => cache.points[index] as Point)
  return sumOfProducts([...others.points, ...points], [...others.scalars, ...scalars])
}

function cacheOf(suite: Suite): Cache {
  const cache = caches.get(suite.name) ?? createCache()
  caches.set(suite.name, cache)
  return cache
}

function createCache(): Cache {
  return {
    points: [],
    encodings: [],
    state: undefined,
    seeded: 0,
    sumCount: 0,
    bases: undefined,
  }
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
