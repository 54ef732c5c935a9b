import type { UserInvocationTable } from 'fhirpath'
import { comparisonOf, meaningOf } from '../Meaning.ts'
import { isContradicted } from '../meaning/doubts.ts'
import { USES } from '../meaning/standing.ts'
import { ucumCodeOf } from '../Quantity.ts'
import * as Ucum from '../Ucum.ts'
import { toNumber } from '../ucum/Ratio.ts'

/**
 * What a predicate can ask of a record besides FHIRPath, since a plain comparison takes a cancelled
 * result for a result and 53 mmol/mol for 5.3 %:
 * - `stated()` keeps the resources that say that something is or was so, by their modifiers
 *   (Meaning.ts);
 * - `valueIn('mg/dL')` gives the numbers of quantities in that UCUM unit: of those that are values
 *   and no limits, and measure
 *   the same.
 */
export const RECORD_FUNCTIONS: UserInvocationTable = {
  stated: { fn: (items: readonly unknown[]) => items.filter(isStated), arity: { 0: [] } },
  valueIn: {
    fn: (items: readonly unknown[], unit: string) =>
      items.flatMap((item) => valueIn(dataOf(item), unit) ?? []),
    arity: { 1: ['String'] },
  },
}

function isStated(item: unknown): boolean {
  const resource = dataOf(item)
  const type = resource?.['resourceType']
  if (resource === undefined || typeof type !== 'string') return false
  return USES[meaningOf(type, resource).standing].predicate
}

function valueIn(quantity: Plain | undefined, unit: string): number | undefined {
  const value = quantity?.['value']
  if (quantity === undefined || typeof value !== 'number') return undefined
  if (comparisonOf(quantity) !== 'value' || isContradicted({ quantity }, 'quantity'))
    return undefined
  const own = ucumCodeOf(quantity)
  if (own === undefined || own === '') return undefined
  const converted = Ucum.convert(String(value), own, unit)
  return converted === undefined ? undefined : toNumber(converted)
}

type Plain = { readonly [name: string]: unknown }

/** The data of an engine's node. */
function dataOf(item: unknown): Plain | undefined {
  const isNode = item !== null && typeof item === 'object' && 'data' in item
  const data: unknown = isNode ? item.data : item
  return data !== null && typeof data === 'object' && !Array.isArray(data)
    ? (data as Plain)
    : undefined
}
