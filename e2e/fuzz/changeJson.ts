import { PLANTED } from './Boundary.ts'
import type { Chance } from './Chance.ts'

type Json = null | boolean | number | string | Json[] | { [key: string]: Json }

/** Values at which readers break: extremes, other types, names that objects have already. */
function hostileValue(chance: Chance): Json {
  return chance.pick<() => Json>([
    () => null,
    () => true,
    () => 0,
    () => -1,
    () => 2 ** 53,
    () => -0.5,
    () => 1e308,
    () => '',
    () => '0',
    () => '-1',
    () => '18446744073709551616',
    () => `0x${'f'.repeat(64)}`,
    () => `0x${'0'.repeat(40)}`,
    () => '0x',
    () => '0xZZ',
    () => [],
    () => ({}),
    () => [null],
    () => ({ length: -1 }),
    () => PLANTED,
    () => `${PLANTED}\u0000`,
    () => '\u202e|%2e%2e/..\\',
    () => '__proto__',
    () => 'did:key:z',
    () => 'a'.repeat(chance.pick([256, 257, 65_537, 200_000])),
    () => nested(chance.pick([63, 64, 65, 500])),
    () => Array.from({ length: chance.pick([65, 4097, 20_001]) }, () => 0),
    () => ({ toString: 1, valueOf: null, constructor: { prototype: {} } }),
  ])()
}

function nested(depth: number): Json {
  let value: Json = []
  for (let count = 1; count < depth; count++) value = [value]
  return value
}

type Place = { holder: Json[] | { [key: string]: Json }; key: string | number }

function placesOf(value: Json): Place[] {
  const places: Place[] = []
  const walk = (at: Json): void => {
    if (at === null || typeof at !== 'object') return
    const keys = Array.isArray(at) ? at.keys() : Object.keys(at)
    for (const key of keys) {
      places.push({ holder: at, key })
      walk((at as Record<string | number, Json>)[key] as Json)
    }
  }
  walk(value)
  return places
}

/**
 * The value with one to four changes: members replaced, removed, doubled, moved, renamed, added.
 */
export function changeJson(value: unknown, chance: Chance): Json {
  const changed = structuredClone(value) as Json
  if (changed === null || typeof changed !== 'object') return hostileValue(chance)
  if (chance.once(40)) return hostileValue(chance)
  const count = chance.once(2) ? 1 : 1 + chance.below(4)
  for (let change = 0; change < count; change++) {
    const places = placesOf(changed)
    if (places.length === 0) break
    changeAt(chance.pick(places), chance.pick(places), chance)
  }
  return changed
}

function changeAt(place: Place, other: Place, chance: Chance): void {
  const { holder, key } = place
  const was = valueAt(place)
  const set = (value: Json, name: string | number = key) =>
    Object.defineProperty(holder, name, {
      value,
      enumerable: true,
      configurable: true,
      writable: true,
    })
  chance.pick<() => void>([
    () => set(hostileValue(chance)),
    () => set(changeScalar(was, chance)),
    () => set(changeScalar(was, chance)),
    () => removeAt(place),
    () => (Array.isArray(holder) ? holder.push(structuredClone(was)) : set(was, PLANTED)),
    () => set(structuredClone(valueAt(other))),
    () => set([was]),
    // JSON has no such members of a list, and without its constructor a list can't be cut.
    () =>
      Array.isArray(holder)
        ? holder.reverse()
        : set(hostileValue(chance), chance.pick(['__proto__', 'constructor', 'toJSON'])),
  ])()
}

function valueAt({ holder, key }: Place): Json {
  return (holder as Record<string | number, Json>)[key] ?? null
}

function removeAt({ holder, key }: Place): void {
  if (Array.isArray(holder)) holder.splice(Number(key), 1)
  else delete holder[key]
}

/** A little beside what it was: what passes the first checks and breaks a later one. */
function changeScalar(value: Json, chance: Chance): Json {
  if (typeof value === 'number') return value + chance.pick([-1, 1, 0.5, 2 ** 32])
  if (typeof value !== 'string') return hostileValue(chance)
  if (/^\d+$/.test(value))
    return chance.pick([`${BigInt(value) + 1n}`, `0${value}`, `-${value}`, `${value}.0`, '0'])
  const at = chance.below(value.length + 1)
  return chance.pick([
    () => value.slice(0, at),
    () => value + value,
    () =>
      `${value.slice(0, at)}${chance.pick(['0', 'f', 'A', '|', '\\', '"', ' ', '\u0000', '\ud800'])}${value.slice(at + 1)}`,
    () => value.toUpperCase(),
    () => `${value.slice(0, at)}${PLANTED}${value.slice(at)}`,
    () => [...value].reverse().join(''),
  ])()
}
