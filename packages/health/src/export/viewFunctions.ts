import type { Resolve } from '../Bundle.ts'
import { meaningOf } from '../Meaning.ts'
import type * as Predicate from '../Predicate.ts'
import { type Code, codingsOf, sortCodes } from '../resource/codes.ts'
import type { JsonObject } from '../resource/json.ts'
import type { EngineNode } from './tokenOf.ts'

type Functions = NonNullable<Predicate.Extra['functions']>

/**
 * The two functions of SQL on FHIR that join tables: the key of a resource, which is its id, and
 * the key that a reference points at, which is the id of the resource found in the same list, else
 * the last part of the reference.
 */
export function keyFunctions(resolve: Resolve): Functions {
  return {
    getResourceKey: {
      fn: (items: readonly unknown[]): unknown[] =>
        items.flatMap((item) => (dataOf(item) as { id?: string }).id ?? []),
      arity: { 0: [] },
    },
    getReferenceKey: {
      fn: (items: readonly unknown[], type?: { name?: string }): unknown[] =>
        items.flatMap((item) => {
          const reference = (dataOf(item) as { reference?: unknown }).reference
          if (typeof reference !== 'string' || reference.startsWith('#')) return []
          const target = resolve(reference)
          const key = target?.id ?? reference.split(/[/:]/).at(-1) ?? ''
          const named = target?.type ?? reference.split('/').at(-2)
          return type?.name === undefined || named === undefined || named === type.name ? [key] : []
        }),
      arity: { 0: [], 1: ['TypeSpecifier'] },
    },
  }
}

/**
 * What the built-in tables ask for besides: of a concept the coding by which groups and claims know
 * it, of a resource how far its statement can be relied on, of a component its position.
 */
export const recordFunctions: Functions = {
  getMainSystem: {
    fn: (items: readonly unknown[]) => items.flatMap((item) => mainCoding(item)?.system || []),
    arity: { 0: [] },
  },
  getMainCode: {
    fn: (items: readonly unknown[]) => items.flatMap((item) => mainCoding(item)?.code ?? []),
    arity: { 0: [] },
  },
  getStanding: {
    fn: (items: readonly unknown[]) =>
      items.map((item) => {
        const resource = dataOf(item) as { resourceType: string }
        return meaningOf(resource.resourceType, resource).standing
      }),
    arity: { 0: [] },
  },
  getPosition: {
    fn: (items: readonly unknown[]) => items.map((item) => (item as EngineNode).index ?? 0),
    arity: { 0: [] },
  },
}

function mainCoding(item: unknown): Code | undefined {
  return sortCodes(codingsOf(dataOf(item) as JsonObject))[0]
}

function dataOf(item: unknown): unknown {
  return item !== null && typeof item === 'object' && 'data' in item ? item.data : item
}
