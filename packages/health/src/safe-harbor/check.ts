import { NumberToken, type Value } from '@ambrosia/primitives/CanonicalJson'
import { isObject, type JsonObject, type Resource } from '../Resource.ts'
import { asText } from '../resource/json.ts'
import { SYSTEM as UCUM } from '../Ucum.ts'
import { UNIT_TEXTS } from '../ucum/unitTexts.ts'
import { createPersons, type Persons } from './agedness.ts'
import { agesIn, type Steps } from './ages.ts'
import { isKnownCode } from './codeSystems.ts'
import { AsOfError } from './errors.ts'
import { isAllowedExtension, isMask } from './extensions.ts'
import { isOpaqueId } from './ids.ts'
import { KEPT_TYPES } from './keptTypes.ts'
import { isLabels } from './labels.ts'
import { CURRENCIES, toCountry, toState, toZip3 } from './places.ts'
import { REMOVED_PATHS, REMOVED_TYPES, RULES, type Rule, SHELLS } from './rules.ts'
import { childPath, type ElementRow, elementsOf, findElement } from './tables.ts'
import { isPerVolume, isUnit } from './units.ts'

/** Something that a Safe Harbor record must not hold. */
export type Finding = {
  /** Which of the resources, from 0. */
  readonly resourceIndex: number
  /** Element names of the R4 definitions, never a value or an unknown key. */
  readonly path: string
  readonly rule: Rule
  /** What the rule is about. */
  readonly message: string
}

type Report = (path: string, rule: Rule) => undefined
type Context = { readonly report: Report; readonly asOfYear: number }

/**
 * Everything in the resources that is not in Safe Harbor form, empty for a clean record. The check
 * reads the record as it stands: each member must be one that a clean record can hold, in the one
 * form that it can have there. With {@link deidentify} it shares what is declared (the definitions,
 * the tables, what shows an age in `ages.ts`), no step of the cleaning. References may point
 * outside the resources given, since a selection of a clean record is clean.
 * @throws SafeHarbor.AsOf
 */
export function check(resources: readonly Resource[], options: { readonly asOf: Date }): Finding[] {
  const checker = createChecker(options)
  for (const resource of resources) checker.add(resource)
  return resources.flatMap((resource, index) => checker.check(resource, index))
}

/**
 * A check in two passes, for records larger than memory: all resources are added, then each is
 * checked.
 */
export type Checker = {
  /** First pass: remembers who is over 89, and when encounters began. */
  add(resource: Resource): void
  check(resource: Resource, resourceIndex: number): Finding[]
}

/** @throws SafeHarbor.AsOf */
export function createChecker(options: { readonly asOf: Date }): Checker {
  const asOfYear = options.asOf.getUTCFullYear()
  if (!Number.isFinite(asOfYear)) throw new AsOfError()
  const persons = createPersons(asOfYear)
  return {
    add({ type, id, value }) {
      if (isObject(value)) persons.add(type, id, value)
    },
    check: (resource, resourceIndex) => findingsOf(resource, resourceIndex, persons, asOfYear),
  }
}

/** What is wrong with one resource, where it is known who of its record is over 89. */
export function findingsOf(
  resource: Resource,
  resourceIndex: number,
  persons: Persons,
  asOfYear: number,
): Finding[] {
  const findings: Finding[] = []
  const report: Report = (path, rule) => {
    findings.push({ resourceIndex, path, rule, message: RULES[rule] })
    return undefined
  }
  checkResource(resource, { report, asOfYear })
  const { value } = resource
  if (!isObject(value)) return findings
  for (const { part, steps } of agesIn(value, persons, asOfYear)) {
    for (const one of steps) report(pathOf(asText(part['resourceType']), one), 'age')
  }
  return findings
}

/**
 * Names of the definitions as far as the steps follow them: an unknown key, which can hold
 * anything, is not repeated.
 */
function pathOf(type: string, steps: Steps): string {
  let path = KEPT_TYPES.has(type) ? type : '(unknown)'
  let owner = type
  for (const step of steps) {
    if (typeof step === 'number') continue
    const found = findElement(elementsOf(owner) ?? new Map(), step)
    if (found === undefined) return `${path}.(unknown)`
    path = childPath(path, found.name)
    owner = found.type.startsWith('@') ? found.type.slice(1) : found.type
  }
  return path
}

function checkResource(resource: Resource, context: Context): undefined {
  const { type, id, fullUrl, value } = resource
  const { report } = context
  if (!KEPT_TYPES.has(type)) return report('(resource)', 'type')
  if (!isObject(value) || value['resourceType'] !== type) return report(type, 'type')
  if (value['id'] !== id || !isOpaqueId(id)) report(`${type}.id`, 'rekeyed')
  if (fullUrl !== undefined && fullUrl !== `urn:uuid:${id}`) report(`${type}.(fullUrl)`, 'url')
  checkMembers(type, type, value, context)
  const contained = value['contained']
  if (contained === undefined) return
  if (!Array.isArray(contained)) return report(`${type}.contained`, 'contained')
  for (const item of contained) {
    const inner = isObject(item) ? item['resourceType'] : undefined
    if (!isObject(item) || typeof inner !== 'string' || !KEPT_TYPES.has(inner)) {
      report(`${type}.contained`, 'type')
      continue
    }
    if (typeof item['id'] !== 'string' || !/^c[1-9]\d{0,3}$/.test(item['id'])) {
      report(`${type}.contained.id`, 'rekeyed')
    }
    if (item['contained'] !== undefined) report(`${type}.contained.contained`, 'contained')
    checkMembers(inner, inner, item, context)
  }
}

function checkMembers(owner: string, path: string, value: JsonObject, context: Context): undefined {
  const rows = elementsOf(owner)
  if (rows === undefined) return context.report(path, 'element')
  const isRoot = !path.includes('.')
  for (const [key, member] of Object.entries(value)) {
    if (isRoot && (key === 'resourceType' || key === 'id' || key === 'contained')) continue
    if (isRoot && key === 'meta') {
      if (!isLabels(member)) context.report(childPath(path, 'meta'), 'metadata')
      continue
    }
    if (key === 'extension') {
      if (!isAllowedExtension(member, owner))
        context.report(childPath(path, 'extension'), 'extension')
      continue
    }
    if (key.startsWith('_')) {
      const found = findElement(rows, key.slice(1))
      const ok = found !== undefined && isMask(member, key === '_birthDate')
      if (!ok) context.report(childPath(path, '(extension)'), 'extension')
      continue
    }
    const found = findElement(rows, key)
    if (found === undefined || key === 'id' || key === 'modifierExtension') {
      context.report(childPath(path, '(unknown)'), 'element')
      continue
    }
    const inner = childPath(path, found.name)
    const removed = REMOVED_PATHS.get(`${owner}.${found.name}`)
    const shell = SHELLS.get(owner)
    if (removed !== undefined) context.report(inner, removed)
    else if (shell !== undefined && !shell.has(found.name)) context.report(inner, 'element')
    else if (found.row.repeats !== Array.isArray(member)) context.report(inner, 'element')
    else {
      const items = Array.isArray(member) ? member : [member]
      for (const item of items) checkValue(found.type, inner, item, found.row, context)
    }
  }
}

function checkValue(
  type: string,
  path: string,
  value: Value,
  row: ElementRow,
  context: Context,
): undefined {
  const { report } = context
  const removed = REMOVED_TYPES.get(type)
  if (removed !== undefined) return report(path, removed)
  if (type.startsWith('@')) {
    return isObject(value)
      ? checkMembers(type.slice(1), path, value, context)
      : report(path, 'element')
  }
  if (isObject(value) && isMask(value, false)) return
  switch (type) {
    case 'boolean':
      return typeof value === 'boolean' ? undefined : report(path, 'element')
    case 'code':
      return typeof value === 'string' && row.codes?.has(value) ? undefined : report(path, 'code')
    case 'date':
    case 'dateTime':
      return checkYear(path, value, context)
    case 'decimal':
      return isShortNumber(value, 4) ? undefined : report(path, 'number')
    case 'integer':
    case 'positiveInt':
    case 'unsignedInt':
      return isShortNumber(value, path.startsWith('Observation.') ? 6 : 4, true)
        ? undefined
        : report(path, 'number')
    default:
      return isObject(value) ? checkComplex(type, path, value, context) : report(path, 'element')
  }
}

function checkComplex(type: string, path: string, value: JsonObject, context: Context): undefined {
  const { report } = context
  switch (type) {
    case 'Coding':
      return checkCoding(path, value, report)
    case 'SimpleQuantity':
    case 'Quantity':
    case 'Duration':
    case 'Distance':
    case 'Count':
    case 'Age':
      return checkQuantity(path, value, report)
    case 'Money':
      return checkMoney(path, value, report)
    case 'Reference':
      if (Object.keys(value).length !== 1 || !isRekeyedReference(value['reference'])) {
        report(path, 'reference')
      }
      return
    case 'Address':
      return checkAddress(path, value, report)
    case 'CodeableConcept':
    case 'Period':
    case 'Range':
    case 'Ratio':
    case 'Timing':
    case 'Dosage':
      return checkMembers(type, path, value, context)
    default:
      return report(path, 'element')
  }
}

function checkYear(path: string, value: Value, { report, asOfYear }: Context): undefined {
  if (typeof value !== 'string' || !/^\d{4}$/.test(value)) return report(path, 'date')
  if (Number(value) <= asOfYear - 90) return report(path, 'age')
  if (Number(value) > asOfYear + 50) report(path, 'date')
}

function checkCoding(path: string, value: JsonObject, report: Report): undefined {
  const { system, code, userSelected, ...rest } = value
  if (Object.keys(rest).length > 0) report(path, 'display')
  if (userSelected !== undefined && typeof userSelected !== 'boolean') report(path, 'code')
  if (typeof system !== 'string' || typeof code !== 'string' || !isKnownCode(system, code)) {
    report(path, 'code')
  }
}

function checkQuantity(path: string, value: JsonObject, report: Report): undefined {
  const { value: number, comparator, unit, system, code, ...rest } = value
  if (Object.keys(rest).length > 0) report(path, 'element')
  if (!isShortNumber(number, isPerVolume(code) ? 9 : 7)) report(path, 'number')
  if (comparator !== undefined && !/^[<>]=?$/.test(asText(comparator))) report(path, 'code')
  if ((system === undefined) !== (code === undefined)) report(path, 'unit')
  else if (system !== undefined) {
    if (!isKnownCode(asText(system), asText(code))) report(path, 'unit')
    if (system !== UCUM && unit !== undefined) report(path, 'unit')
  }
  if (unit !== undefined && !isUnit(asText(unit)) && !UNIT_TEXTS.has(asText(unit))) {
    report(path, 'unit')
  }
}

function checkMoney(path: string, value: JsonObject, report: Report): undefined {
  const { value: number, currency, ...rest } = value
  if (Object.keys(rest).length > 0) report(path, 'element')
  if (!isShortNumber(number, 7)) report(path, 'number')
  if (currency !== undefined && !CURRENCIES.has(asText(currency))) report(path, 'code')
}

function checkAddress(path: string, value: JsonObject, report: Report): undefined {
  const { state, postalCode, country, use, type, ...rest } = value
  if (Object.keys(rest).length > 0) report(path, 'geography')
  if (state !== undefined && toState(asText(state)) !== state) report(path, 'geography')
  if (country !== undefined && toCountry(asText(country)) !== country) report(path, 'geography')
  if (postalCode !== undefined && postalCode !== '000') {
    const three = typeof postalCode === 'string' && /^\d{3}$/.test(postalCode)
    if (!three || toZip3(postalCode) === '000') report(path, 'geography')
  }
  const rows = elementsOf('Address')
  if (use !== undefined && !rows?.get('use')?.codes?.has(asText(use))) report(path, 'geography')
  if (type !== undefined && !rows?.get('type')?.codes?.has(asText(type))) report(path, 'geography')
}

function isRekeyedReference(value: Value | undefined): boolean {
  if (typeof value !== 'string') return false
  if (/^#(?:c[1-9]\d{0,3})?$/.test(value)) return true
  if (value.startsWith('urn:uuid:')) return value.length === 45 && isOpaqueId(value.slice(9))
  const [type, id, ...rest] = value.split('/')
  return rest.length === 0 && KEPT_TYPES.has(type ?? '') && isOpaqueId(id ?? '')
}

/**
 * A number of at most that many digits before the point and twenty behind it, that is not a date
 * written as a number.
 */
function isShortNumber(value: Value | undefined, digits: number, whole = false): boolean {
  if (!(value instanceof NumberToken)) return false
  const { text } = value
  if (whole && !/^-?\d+$/.test(text)) return false
  const size = Math.abs(Number(text))
  if (!(size < 10 ** digits) || text.length > 32 || /\.\d{21}/.test(text)) return false
  const date = /^-?((?:18|19|20|21)\d\d)(\d\d)(\d\d)(?:\.|$)/.exec(text)
  return !(
    date &&
    Number(date[2]) >= 1 &&
    Number(date[2]) <= 12 &&
    Number(date[3]) >= 1 &&
    Number(date[3]) <= 31
  )
}
