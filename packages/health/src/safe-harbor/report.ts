import { NumberToken, type Value } from '@ambrosia/primitives/CanonicalJson'
import type { Rule } from './rules.ts'

/** What was done, for a privacy officer to sign: rules, paths and counts, never a value. */
export type Report = {
  /**
   * `path` is made of element names of the R4 definitions alone: an unknown key, which can hold
   * anything, has no name in it.
   */
  readonly rules: readonly { readonly rule: Rule; readonly path: string; readonly count: number }[]
  /** Values that were removed or generalised. */
  readonly removed: number
  /** Values that stand as they were. */
  readonly kept: number
  readonly resourcesDropped: readonly { readonly type: string; readonly count: number }[]
}

export type Tally = {
  remove(rule: Rule, path: string, value: Value | undefined): undefined
  generalise(rule: Rule, path: string): void
  /** Takes back a cleaned value that was kept: what was generalised in it counts already. */
  withdraw(rule: Rule, path: string, value: Value | undefined): void
  keep(count?: number): void
  drop(type: string, value: Value, rule: Rule): void
  /** Drops a cleaned resource. */
  dropCleaned(type: string, value: Value, rule: Rule): void
  note(rule: Rule, path: string): void
  report(): Report
}

export function createTally(): Tally {
  const counts = new Map<string, Map<Rule, number>>()
  const dropped = new Map<string, number>()
  let removed = 0
  let kept = 0
  const count = (rule: Rule, path: string, by: number): void => {
    let rules = counts.get(path)
    if (rules === undefined) {
      rules = new Map()
      counts.set(path, rules)
    }
    rules.set(rule, (rules.get(rule) ?? 0) + by)
  }
  return {
    remove(rule, path, value) {
      const leaves = value === undefined ? 0 : countLeaves(value)
      if (leaves > 0) count(rule, path, leaves)
      removed += leaves
      return undefined
    },
    withdraw(rule, path, value) {
      const leaves = value === undefined ? 0 : countKept(value)
      if (leaves > 0) count(rule, path, leaves)
      removed += leaves
      kept -= leaves
    },
    generalise(rule, path) {
      count(rule, path, 1)
      removed++
    },
    keep(by = 1) {
      kept += by
    },
    drop(type, value, rule) {
      dropped.set(type, (dropped.get(type) ?? 0) + 1)
      const leaves = countLeaves(value)
      count(rule, type, leaves)
      removed += leaves
    },
    dropCleaned(type, value, rule) {
      dropped.set(type, (dropped.get(type) ?? 0) + 1)
      this.withdraw(rule, type, value)
    },
    note(rule, path) {
      count(rule, path, 1)
    },
    report() {
      const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
      return {
        rules: [...counts]
          .flatMap(([path, rules]) => [...rules].map(([rule, count]) => ({ rule, path, count })))
          .sort((a, b) => order(a.path, b.path) || order(a.rule, b.rule)),
        removed,
        kept,
        resourcesDropped: [...dropped]
          .map(([type, number]) => ({ type, count: number }))
          .sort((a, b) => order(a.type, b.type)),
      }
    },
  }
}

/** Strings, numbers and booleans inside a value. */
function countLeaves(value: Value): number {
  if (value === null) return 0
  if (typeof value !== 'object' || value instanceof NumberToken) return 1
  let count = 0
  for (const member of Array.isArray(value) ? value : Object.values(value))
    count += countLeaves(member)
  return count
}

/**
 * Leaves of a cleaned value that stood so in the source: references are re-keyed, and years are
 * made of dates.
 */
function countKept(value: Value, key = ''): number {
  if (typeof value === 'string') return key === 'reference' || /^\d{4}$/.test(value) ? 0 : 1
  if (value === null || typeof value !== 'object' || value instanceof NumberToken) return 1
  if (Array.isArray(value))
    return value.reduce((sum: number, item) => sum + countKept(item, key), 0)
  return Object.entries(value).reduce((sum, [name, item]) => sum + countKept(item, name), 0)
}
