import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import { type Comparison, signatureOf } from './comparedOperands.ts'
import type { Node } from './Node.ts'

/**
 * Default bound on one evaluation, or on all over one record, in items handled by all steps
 * together. About three seconds on one core.
 */
export const STEP_COUNT = 5_000_000
/** Most items of a collection that is compared each with each. */
export const PAIRWISE_COUNT = 2_000

/**
 * Items handled so far; several evaluations over one record share it, so that their bound is the
 * record's.
 */
export type Work = { steps: number }

/** Called by the engine after each step, with what went in and what came out. */
export type Meter = (context: unknown, focus: unknown, result: unknown, node: Node) => void

/**
 * Counts the work of an evaluation and ends it at the limit. Work is counted, not time, so that a
 * slow machine comes to the same verdict as a fast one.
 * @throws Predicate.TooMuchWork from within the evaluation
 */
export function meter(
  operands: ReadonlyMap<string, Comparison>,
  limit: number,
  work: Work = { steps: 0 },
): Meter {
  const comparisons = new WeakMap<Node, Comparison | 'none'>()
  return (_context, focus, result, node) => {
    work.steps += 1 + sizeOf(focus) + sizeOf(result)
    let comparison = comparisons.get(node)
    if (comparison === undefined) {
      comparison = operands.get(signatureOf(node)) ?? 'none'
      comparisons.set(node, comparison)
    }
    if (comparison !== 'none' && Array.isArray(result)) {
      const weight = weigh(result, limit - work.steps)
      if (comparison === 'pairwise') {
        if (result.length > PAIRWISE_COUNT) throw new TooMuchWorkError(limit)
        work.steps += weight * Math.ceil(result.length / 4)
      } else {
        work.steps += weight
      }
    }
    if (work.steps > limit) throw new TooMuchWorkError(limit)
  }
}

function sizeOf(items: unknown): number {
  if (!Array.isArray(items)) return 1
  const only = items.length === 1 ? items[0] : undefined
  return items.length + (typeof only === 'string' ? only.length >> 10 : 0)
}

/** How many values the items hold, up to a limit. */
function weigh(items: readonly unknown[], limit: number): number {
  let count = 0
  const visit = (value: unknown): void => {
    if (++count > limit || !isJson(value)) return
    for (const inner of Object.values(value)) visit(inner)
  }
  for (const item of items) {
    const isNode = item !== null && typeof item === 'object' && 'data' in item
    visit(isNode ? item.data : item)
    if (count > limit) break
  }
  return count
}

/**
 * Parts of the record; the engine's own dates and quantities are small and point back into its
 * context.
 */
function isJson(value: unknown): value is object {
  if (value === null || typeof value !== 'object') return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null || Array.isArray(value)
}

export class TooMuchWorkError extends AmbrosiaError {
  constructor(limit: number) {
    super(
      'Predicate.TooMuchWork',
      `evaluation handled more than ${limit} items, or compared more than ${PAIRWISE_COUNT} with each other`,
      { hint: 'Filter by type with ofType() and by code with where() before anything else.' },
    )
  }
}
