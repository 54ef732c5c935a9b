import { NumberToken, type Value } from '@ambrosia/primitives/CanonicalJson'
import { isContradicted } from '../meaning/doubts.ts'
import { canonicalSystem, isObject, type JsonObject } from '../Resource.ts'
import { asText } from '../resource/json.ts'
import { isR5Element } from '../resource/laterVersions.ts'
import { isKnownCode, isKnownSystem } from './codeSystems.ts'
import { isBoundedNumber, isLawfulYear, yearOf } from './dates.ts'
import { fillRequired, markLost } from './fillRequired.ts'
import { maskValue } from './maskValue.ts'
import { toCountry, toState, toZip3 } from './places.ts'
import { cleanMoney, cleanQuantity, type QuantityPlace } from './quantity.ts'
import { repair } from './repair.ts'
import type { Tally } from './report.ts'
import { REMOVED_PATHS, REMOVED_TYPES, type Rule, SHELLS } from './rules.ts'
import { childPath, type ElementRow, elementsOf, findElement } from './tables.ts'

/** What a walk through one resource needs. */
export type Walk = {
  readonly asOfYear: number
  readonly tally: Tally
  /** The new form of a literal reference, undefined for one to what is not in the record. */
  readonly reference: (reference: string) => string | undefined
}

/** Data types that are cleaned element by element, as the definitions name their elements. */
const COMPOSED = new Set(['CodeableConcept', 'Period', 'Range', 'Ratio', 'Timing', 'Dosage'])
const QUANTITIES = new Set(['Quantity', 'SimpleQuantity', 'Duration', 'Distance', 'Count', 'Age'])
const INTEGERS = new Set(['integer', 'positiveInt', 'unsignedInt'])

/**
 * What may stay of an object: of the elements that the definitions give to `owner`, those whose
 * type and path have a rule that keeps them. Required elements that went are marked as absent.
 * @returns undefined when nothing is left.
 */
export function cleanObject(
  owner: string,
  path: string,
  value: JsonObject,
  walk: Walk,
): JsonObject | undefined {
  const rows = elementsOf(owner)
  if (rows === undefined) return walk.tally.remove('element', path, value)
  const out: JsonObject = Object.create(null)
  const shell = SHELLS.get(owner)
  const chosen = new Set<string>()
  for (const key of Object.keys(value)) {
    const member = value[key] as Value
    if (HANDLED.has(key) && !path.includes('.')) continue
    const rule = fixedRule(key)
    const found = rule === undefined ? findElement(rows, key) : undefined
    if (found === undefined) {
      walk.tally.remove(
        rule ?? 'element',
        rule === undefined ? unknownPath(owner, path, key) : `${path}.${ruleName(key)}`,
        member,
      )
      continue
    }
    const inner = childPath(path, found.name)
    const removed =
      REMOVED_PATHS.get(`${owner}.${found.name}`) ??
      (shell && !shell.has(found.name) ? 'element' : undefined)
    if (removed !== undefined) walk.tally.remove(removed, inner, member)
    else if (isContradicted(value, key)) walk.tally.remove('modifier', inner, member)
    else {
      const cleaned = cleanMember(found.type, inner, member, found.row, walk)
      // Of a choice element one member may stand; a second is not FHIR and goes.
      if (cleaned !== undefined && chosen.has(found.name))
        walk.tally.withdraw('element', inner, cleaned)
      else if (cleaned !== undefined) {
        out[key] = cleaned
        if (found.name !== key) chosen.add(found.name)
      }
    }
  }
  const isEmpty = Object.keys(out).length === 0
  if (!isEmpty) maskValue(owner, value, out)
  repair(owner, path, value, out, walk.tally)
  if (Object.keys(out).length === 0 && path.includes('.')) return undefined
  markLost(owner, path, value, out, walk.tally)
  return fillRequired(owner, path, out, value, walk.tally)
}

/** Root members that the caller handles. */
const HANDLED = new Set(['resourceType', 'id', 'contained', 'meta'])

/** Members that no data type of an element decides. */
function fixedRule(key: string): Rule | undefined {
  if (key === 'extension' || key.startsWith('_')) return 'extension'
  return key === 'id' ? 'identifier' : undefined
}

/**
 * Says which of the elements that R4 does not have are those of R5: a record of that version loses
 * more than names.
 */
function unknownPath(owner: string, path: string, key: string): string {
  return childPath(path, isR5Element(owner, key) ? `(${key} of FHIR R5)` : '(unknown)')
}

function ruleName(key: string): string {
  return key.startsWith('_') ? '(extension)' : key
}

function cleanMember(
  type: string,
  path: string,
  value: Value,
  row: ElementRow,
  walk: Walk,
): Value | undefined {
  if (!row.repeats) return cleanValue(type, path, value, row, walk)
  if (!Array.isArray(value)) return walk.tally.remove('element', path, value)
  const items = value
    .map((item) => cleanValue(type, path, item, row, walk))
    .filter((item): item is Value => item !== undefined)
  return items.length === 0 ? undefined : items
}

function cleanValue(
  type: string,
  path: string,
  value: Value,
  row: ElementRow,
  walk: Walk,
): Value | undefined {
  const { tally } = walk
  const removed = REMOVED_TYPES.get(type)
  if (removed !== undefined) {
    const display = type === 'string' && /\.(?:text|display)$/.test(path) ? 'display' : removed
    return tally.remove(path.startsWith('Device.') ? 'device' : display, path, value)
  }
  if (typeof value === 'string') return cleanString(type, path, value, row, walk)
  if (typeof value === 'boolean') {
    if (type !== 'boolean') return tally.remove('element', path, value)
    tally.keep()
    return value
  }
  if (value instanceof NumberToken) return cleanNumber(type, path, value, tally)
  if (!isObject(value)) return tally.remove('element', path, value)
  if (value['modifierExtension'] !== undefined) return tally.remove('modifier', path, value)
  if (type.startsWith('@')) return cleanObject(type.slice(1), path, value, walk)
  if (type === 'Coding') return cleanCoding(path, value, tally)
  if (QUANTITIES.has(type)) return cleanQuantity(value, path, quantityPlace(type, path), tally)
  if (type === 'Money') return cleanMoney(value, path, tally)
  if (type === 'Reference') return cleanReference(path, value, walk)
  if (type === 'Address') return cleanAddress(path, value, walk)
  if (COMPOSED.has(type)) return cleanObject(type, path, value, walk)
  return tally.remove('element', path, value)
}

function quantityPlace(type: string, path: string): QuantityPlace {
  if (type === 'Age') return 'age'
  if (path.endsWith('.low')) return 'low'
  if (path.endsWith('.high')) return 'high'
  return type === 'SimpleQuantity' ? 'simple' : 'value'
}

function cleanString(
  type: string,
  path: string,
  value: string,
  row: ElementRow,
  walk: Walk,
): string | undefined {
  const { tally } = walk
  if (type === 'code') {
    if (!row.codes?.has(value)) return tally.remove('code', path, value)
    tally.keep()
    return value
  }
  if (type !== 'date' && type !== 'dateTime') return tally.remove('element', path, value)
  const year = yearOf(value)
  if (year === undefined) return tally.remove('date', path, value)
  if (!isLawfulYear(year, walk.asOfYear)) return tally.remove('age', path, value)
  if (value.length === 4) tally.keep()
  else tally.generalise('date', path)
  return value.slice(0, 4)
}

function cleanNumber(
  type: string,
  path: string,
  value: NumberToken,
  tally: Tally,
): Value | undefined {
  const digits = path.startsWith('Observation.') ? 6 : 4
  const lawful =
    (type === 'decimal' && isBoundedNumber(value, 4)) ||
    (INTEGERS.has(type) && /^-?\d+$/.test(value.text) && isBoundedNumber(value, digits))
  if (!lawful) return tally.remove('number', path, value)
  tally.keep()
  return value
}

/**
 * System and code of a coding from a listed system; version, display and all else go. A system that
 * is named by its OID gets the URL that FHIR names it by.
 */
function cleanCoding(path: string, value: JsonObject, tally: Tally): JsonObject | undefined {
  const { code } = value
  const system = typeof value['system'] === 'string' ? canonicalSystem(value['system']) : undefined
  if (
    system === undefined ||
    typeof code !== 'string' ||
    !isKnownSystem(system) ||
    !isKnownCode(system, code)
  ) {
    return tally.remove('code', path, value)
  }
  const out: JsonObject = Object.create(null)
  for (const [key, member] of Object.entries(value)) {
    if (key === 'system' && system !== member) {
      out[key] = system
      tally.generalise('system', childPath(path, 'system'))
    } else if (key === 'system' || key === 'code') {
      out[key] = member
      tally.keep()
    } else if (key === 'userSelected' && typeof member === 'boolean') {
      out[key] = member
      tally.keep()
    } else if (key === 'display') tally.remove('display', childPath(path, 'display'), member)
    else if (key === 'version') tally.remove('metadata', childPath(path, 'version'), member)
    else tally.remove('extension', childPath(path, '(extension)'), member)
  }
  return out
}

function cleanReference(path: string, value: JsonObject, walk: Walk): JsonObject | undefined {
  const { reference } = value
  const found = typeof reference === 'string' ? walk.reference(reference) : undefined
  if (found === undefined) return walk.tally.remove('reference', path, value)
  for (const [key, member] of Object.entries(value)) {
    if (key === 'reference') walk.tally.generalise('rekeyed', childPath(path, 'reference'))
    else if (key === 'display') walk.tally.remove('display', childPath(path, 'display'), member)
    else walk.tally.remove('identifier', childPath(path, '(other)'), member)
  }
  const out: JsonObject = Object.create(null)
  out['reference'] = found
  return out
}

/** State, country and three digits of a ZIP code of the United States. */
function cleanAddress(path: string, value: JsonObject, walk: Walk): JsonObject | undefined {
  const { tally } = walk
  const state = typeof value['state'] === 'string' ? toState(value['state']) : undefined
  const country = typeof value['country'] === 'string' ? toCountry(value['country']) : undefined
  const inUs = country === 'US' || (value['country'] === undefined && state !== undefined)
  const zip =
    typeof value['postalCode'] === 'string' && inUs ? toZip3(value['postalCode']) : undefined
  const out: JsonObject = Object.create(null)
  const put = (key: string, text: string | undefined): void => {
    if (text === undefined) return
    out[key] = text
    if (value[key] === text) tally.keep()
    else tally.generalise('geography', childPath(path, key))
  }
  put('state', inUs ? state : undefined)
  put('postalCode', zip)
  put('country', country)
  const rows = elementsOf('Address')
  for (const [key, member] of Object.entries(value)) {
    if (key in out) continue
    const row = rows?.get(key)
    const code = (key === 'use' || key === 'type') && row?.codes?.has(asText(member))
    if (code && Object.keys(out).length > 0) {
      out[key] = member
      tally.keep()
    } else tally.remove('geography', `${path}.${row === undefined ? '(unknown)' : key}`, member)
  }
  return Object.keys(out).length === 0 ? undefined : out
}
