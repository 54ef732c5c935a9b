import { NumberToken, type Value } from '@ambrosia/primitives/CanonicalJson'
import { isObject, type JsonObject, type Resource } from '../Resource.ts'
import { SYSTEM as UCUM } from '../Ucum.ts'
import { guardAges, isAgeObservation } from './ages.ts'
import { isLawfulYear, yearOf } from './dates.ts'
import { AsOfError } from './errors.ts'
import { absent } from './fillRequired.ts'
import { KEPT_TYPES } from './keptTypes.ts'
import { cleanPatientExtensions } from './patientExtensions.ts'
import {
  createReferenceIndex,
  isKept,
  type ReferenceForm,
  type ReferenceIndex,
  type Target,
  writeFullUrl,
  writeReference,
} from './references.ts'
import { createTally, type Report, type Tally } from './report.ts'
import { AGE_CLASS } from './rules.ts'
import { R4_TYPES } from './tables.ts'
import { cleanObject, type Walk } from './walk.ts'

export type Options = {
  /**
   * The new id of a resource: a UUID or 20 to 64 hexadecimal digits, never derived from information about the person but by a keyed
   * function whose key stays secret (45 CFR 164.514(c)).
   */
  readonly rekey: (type: string, id: string) => string
  /** The day from which ages are counted. */
  readonly asOf: Date
  /**
   * `source` (default): a resource that had a `fullUrl` has one, and references to it are that `urn:uuid`; `urn:uuid`: all have one, for
   * a Bundle; `relative`: none has one and references are `Type/id`, for NDJSON. Ids that are no UUID are always relative.
   */
  readonly references?: ReferenceForm
}

/** A de-identification in two passes, for records larger than memory: all resources are added, then each is cleaned. */
export type Session = {
  /** First pass: remembers ids, persons over 89 and years of encounters. @throws SafeHarbor.Rekey */
  add(resource: Resource): void
  /** Second pass: the Safe Harbor form, undefined for a resource that is dropped. */
  clean(resource: Resource): Resource | undefined
  /** What was done up to now. */
  report(): Report
}

/** @throws SafeHarbor.AsOf */
export function createSession(options: Options): Session {
  const asOfYear = options.asOf.getUTCFullYear()
  if (!Number.isFinite(asOfYear)) throw new AsOfError()
  const tally = createTally()
  const index = createReferenceIndex(options.rekey)
  const aged = new Set<string>()
  const years = new Map<string, number>()
  const shared: Shared = { asOfYear, tally, aged, years, index, options }
  return {
    add(resource) {
      const target = index.add(resource)
      if (target === undefined) return
      if (isAged(resource, asOfYear)) aged.add(target.newId)
      const year = encounterStart(resource)
      if (year !== undefined) years.set(target.newId, year)
    },
    clean(resource) {
      const { type, value } = resource
      const target = isKept(type, value) ? index.of(resource) : undefined
      if (target !== undefined) return cleanResource(target, value as JsonObject, shared)
      const known = R4_TYPES.has(type) ? type : '(not R4)'
      tally.drop(known, value, KEPT_TYPES.has(type) ? 'invalid' : 'type')
      return undefined
    },
    report: tally.report,
  }
}

/**
 * The Safe Harbor form of resources that are in memory, and the report.
 * @throws SafeHarbor.AsOf, SafeHarbor.Rekey
 */
export function deidentify(
  resources: readonly Resource[],
  options: Options,
): { resources: Resource[]; report: Report } {
  const session = createSession(options)
  for (const resource of resources) session.add(resource)
  const clean = resources.map((resource) => session.clean(resource))
  return { resources: clean.filter((one) => one !== undefined), report: session.report() }
}

type Shared = {
  readonly asOfYear: number
  readonly tally: Tally
  readonly aged: ReadonlySet<string>
  /** The year in which each encounter began, by new id. */
  readonly years: ReadonlyMap<string, number>
  readonly index: ReferenceIndex
  readonly options: Options
}

function cleanResource(target: Target, source: JsonObject, shared: Shared): Resource {
  const { tally, index } = shared
  const form = shared.options.references ?? 'source'
  const local = localIds(source)
  const times = tally.times()
  const used = new Set<string>()
  const reference = (text: string): string | undefined => {
    if (text.startsWith('#')) {
      if (text === '#') return '#'
      const name = local.get(text.slice(1))
      if (name !== undefined) used.add(name)
      return name === undefined ? undefined : `#${name}`
    }
    const found = index.find(text)
    return found === undefined ? undefined : writeReference(found, form)
  }
  const walk: Walk = {
    asOfYear: shared.asOfYear,
    tally,
    reference,
    aged: isAboutAged(source, index, shared.aged),
  }
  const value: JsonObject = Object.create(null)
  value['resourceType'] = target.type
  value['id'] = target.newId
  tally.keep()
  tally.generalise('rekeyed', `${target.type}.id`)
  Object.assign(value, cleanRoot(target.type, source, walk, shared.options.asOf))
  const contained = cleanContained(source, local, used, walk, shared.options.asOf)
  if (contained.length > 0) value['contained'] = contained
  if (tally.times() > times || isAgeObservation(value))
    guardAges(value, shared.asOfYear, encounterYear(source, shared), tally)
  const fullUrl = writeFullUrl(target, form)
  return {
    type: target.type,
    id: target.newId,
    ...(fullUrl === undefined ? {} : { fullUrl }),
    value,
  }
}

function cleanRoot(type: string, source: JsonObject, walk: Walk, asOf: Date): JsonObject {
  const out = cleanObject(type, type, source, walk) ?? (Object.create(null) as JsonObject)
  if (type === 'Observation') maskValue(source, out)
  if (type === 'Patient') {
    const extensions = cleanPatientExtensions(source, walk.tally)
    if (extensions.length > 0) out['extension'] = extensions
    const birth = birthClass(source, asOf)
    if (birth !== undefined) out['_birthDate'] = birth
    if (source['deceasedDateTime'] !== undefined && out['deceasedDateTime'] === undefined) {
      out['deceasedBoolean'] = true
    }
  }
  return out
}

/** An observation whose value was removed says so (R4, Observation.dataAbsentReason; obs-6). */
function maskValue(source: JsonObject, out: JsonObject): void {
  maskOne(source, out)
  const before = source['component']
  const after = out['component']
  if (!Array.isArray(before) || !Array.isArray(after) || before.length !== after.length) return
  for (const [i, item] of after.entries()) {
    const old = before[i]
    if (isObject(old) && isObject(item)) maskOne(old, item)
  }
}

function maskOne(source: JsonObject, out: JsonObject): void {
  const hasValue = (object: JsonObject): boolean =>
    Object.keys(object).some((key) => /^value[A-Z]/.test(key))
  if (!hasValue(source) || hasValue(out) || out['dataAbsentReason'] !== undefined) return
  out['dataAbsentReason'] = {
    coding: [
      { system: 'http://terminology.hl7.org/CodeSystem/data-absent-reason', code: 'masked' },
    ],
  }
}

function localIds(source: JsonObject): Map<string, string> {
  const names = new Map<string, string>()
  const contained = source['contained']
  if (!Array.isArray(contained)) return names
  for (const [i, item] of contained.entries()) {
    const type = isObject(item) ? item['resourceType'] : undefined
    if (!isObject(item) || typeof item['id'] !== 'string' || typeof type !== 'string') continue
    if (isKept(type, item)) names.set(item['id'], `c${i + 1}`)
  }
  return names
}

/** The contained resources that something kept refers to (dom-3), themselves cleaned, under ids by their position. */
function cleanContained(
  source: JsonObject,
  local: ReadonlyMap<string, string>,
  used: Set<string>,
  walk: Walk,
  asOf: Date,
): Value[] {
  const contained = source['contained']
  if (contained === undefined) return []
  const items = Array.isArray(contained) ? contained : []
  const done = new Map<string, JsonObject>()
  for (let before = -1; before !== done.size; ) {
    before = done.size
    for (const item of items) {
      const name =
        isObject(item) && typeof item['id'] === 'string' ? local.get(item['id']) : undefined
      if (name === undefined || !used.has(name) || done.has(name)) continue
      const type = (item as JsonObject)['resourceType'] as string
      const out: JsonObject = Object.create(null)
      out['resourceType'] = type
      out['id'] = name
      walk.tally.keep()
      walk.tally.generalise('rekeyed', `${type}.id`)
      done.set(name, Object.assign(out, cleanRoot(type, item as JsonObject, walk, asOf)))
    }
  }
  for (const item of items) {
    const name =
      isObject(item) && typeof item['id'] === 'string' ? local.get(item['id']) : undefined
    if (name === undefined || !done.has(name))
      walk.tally.remove('contained', `${String(source['resourceType'])}.contained`, item)
  }
  if (!Array.isArray(contained))
    walk.tally.remove('contained', `${String(source['resourceType'])}.contained`, contained)
  return [...done.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, value]) => value)
}

function isAged(source: Resource, asOfYear: number): boolean {
  if (source.type !== 'Patient' || !isObject(source.value)) return false
  const birth = source.value['birthDate']
  const year = typeof birth === 'string' ? yearOf(birth) : undefined
  return (year !== undefined && !isLawfulYear(year, asOfYear)) || hasAgeClass(source.value)
}

function hasAgeClass(patient: JsonObject): boolean {
  const sibling = patient['_birthDate']
  const extensions =
    isObject(sibling) && Array.isArray(sibling['extension']) ? sibling['extension'] : []
  return extensions.some((extension) => isObject(extension) && extension['url'] === AGE_CLASS)
}

/** The marks of a birth date whose year shows an age over 89: masked, and the class unless the person died younger. */
function birthClass(patient: JsonObject, asOf: Date): JsonObject | undefined {
  const birth = patient['birthDate']
  if (typeof birth !== 'string') return hasAgeClass(patient) ? ageMark(true) : undefined
  const year = yearOf(birth)
  if (year === undefined || isLawfulYear(year, asOf.getUTCFullYear())) return undefined
  const death = patient['deceasedDateTime']
  const end = typeof death === 'string' && yearOf(death) !== undefined ? death : asOf.toISOString()
  const ninetieth = `${year + 90}${birth.slice(4)}`
  return ageMark(ninetieth.slice(0, end.length) <= end.slice(0, ninetieth.length))
}

function ageMark(over89: boolean): JsonObject {
  const mark = absent()
  if (over89) {
    const quantity = {
      comparator: '>=',
      value: new NumberToken('90'),
      unit: 'a',
      system: UCUM,
      code: 'a',
    }
    ;(mark['extension'] as Value[]).push({ url: AGE_CLASS, valueQuantity: quantity })
  }
  return mark
}

/** True when the resource's subject is a person over 89, or no subject is named while such a person is in the record. */
function isAboutAged(
  source: JsonObject,
  index: ReferenceIndex,
  aged: ReadonlySet<string>,
): boolean {
  if (aged.size === 0) return false
  for (const key of ['subject', 'patient', 'beneficiary', 'individual']) {
    const member = source[key]
    const reference = isObject(member) ? member['reference'] : undefined
    const target = typeof reference === 'string' ? index.find(reference) : undefined
    if (target !== undefined) return aged.has(target.newId)
  }
  return true
}

function encounterYear(source: JsonObject, { index, years }: Shared): number | undefined {
  const member = source['encounter'] ?? source['context']
  const reference = isObject(member) ? member['reference'] : undefined
  const target = typeof reference === 'string' ? index.find(reference) : undefined
  return target === undefined ? undefined : years.get(target.newId)
}

function encounterStart({ type, value }: Resource): number | undefined {
  const period = type === 'Encounter' && isObject(value) ? value['period'] : undefined
  const start = isObject(period) ? (period['start'] ?? period['end']) : undefined
  return typeof start === 'string' ? yearOf(start) : undefined
}
