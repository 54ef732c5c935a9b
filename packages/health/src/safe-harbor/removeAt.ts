import type { Value } from '@ambrosia/primitives/CanonicalJson'
import { isObject, type JsonObject } from '../Resource.ts'
import type { Steps } from './ages.ts'
import { fillRequired } from './fillRequired.ts'
import { maskValue } from './maskValue.ts'
import { repair } from './repair.ts'
import type { Tally } from './report.ts'
import type { Rule } from './rules.ts'
import { childPath, elementsOf, findElement } from './tables.ts'

/**
 * Takes an element out of a cleaned object, and on the way back whatever is left empty or no longer
 * valid without it; what is required is marked as masked. Changes `object`.
 * @returns false where nothing of the object is left
 */
export function removeAt(
  owner: string,
  path: string,
  object: JsonObject,
  [step, ...rest]: Steps,
  rule: Rule,
  tally: Tally,
): boolean {
  const key = String(step)
  const rows = elementsOf(owner)
  const found = rows === undefined ? undefined : findElement(rows, key)
  if (found === undefined) return true
  const before = { ...object }
  const inner = childPath(path, found.name)
  const member = object[key]
  const isLeft = Array.isArray(member)
    ? removeItem(found.type, inner, member, rest, rule, tally)
    : removeInner(found.type, inner, member, rest, rule, tally)
  if (!isLeft) delete object[key]
  maskValue(owner, before, object)
  repair(owner, path, before, object, tally)
  if (Object.keys(object).length === 0 && path.includes('.')) return false
  fillRequired(owner, path, object, before, tally)
  return true
}

function removeItem(
  type: string,
  path: string,
  list: Value[],
  [step, ...rest]: Steps,
  rule: Rule,
  tally: Tally,
): boolean {
  const at = Number(step)
  if (!removeInner(type, path, list[at], rest, rule, tally)) list.splice(at, 1)
  return list.length > 0
}

function removeInner(
  type: string,
  path: string,
  value: Value | undefined,
  rest: Steps,
  rule: Rule,
  tally: Tally,
): boolean {
  if (rest.length === 0 || !isObject(value)) {
    tally.withdraw(rule, path, value)
    return false
  }
  const owner = type.startsWith('@') ? type.slice(1) : type
  return removeAt(owner, path, value, rest, rule, tally)
}
