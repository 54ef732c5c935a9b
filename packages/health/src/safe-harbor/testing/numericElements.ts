import { elementsOf, suffixOf } from '../tables.ts'

/** A place where a resource of a type can hold a number: keys and positions, and the data type. */
export type NumericElement = {
  readonly type: string
  readonly steps: readonly (string | number)[]
  readonly dataType: string
}

const NUMERIC: ReadonlySet<string> = new Set([
  'Age',
  'Duration',
  'Quantity',
  'SimpleQuantity',
  'Range',
  'Ratio',
  'Timing',
  'integer',
])
const DEPTH = 5

/**
 * Every element of the definitions that can hold an age, a duration or a year as a number, by
 * resource type.
 */
export function numericElements(type: string): NumericElement[] {
  const found: NumericElement[] = []
  const visit = (owner: string, steps: readonly (string | number)[], depth: number): void => {
    for (const [name, row] of elementsOf(owner) ?? []) {
      if (name === 'extension' || name === 'modifierExtension' || name === 'contained') continue
      for (const dataType of row.types) {
        const key = name.endsWith('[x]') ? name.slice(0, -3) + suffixOf(dataType) : name
        const at = [...steps, key, ...(row.repeats ? [0] : [])]
        if (NUMERIC.has(dataType)) found.push({ type, steps: at, dataType })
        else if (depth < DEPTH && (dataType.startsWith('@') || dataType === 'Dosage')) {
          visit(dataType.replace('@', ''), at, depth + 1)
        }
      }
    }
  }
  visit(type, [], 0)
  return found
}

/** Puts a value at the steps, making the objects and lists on the way. Changes `root`. */
export function put(
  root: Record<string, unknown>,
  steps: readonly (string | number)[],
  value: unknown,
): void {
  let at = root as Record<string | number, unknown>
  steps.forEach((step, i) => {
    if (i === steps.length - 1) at[step] = value
    else {
      at[step] ??= typeof steps[i + 1] === 'number' ? [] : {}
      at = at[step] as Record<string | number, unknown>
    }
  })
}
