import { NumberToken, stringify, type Value } from '@ambrosia/primitives/CanonicalJson'
import { DuplicateIdError } from '../bundle/errors.ts'
import { isObject, type JsonObject, type Resource } from '../Resource.ts'
import { asText } from '../resource/json.ts'
import { SYSTEM as UCUM } from '../Ucum.ts'
import { createPersons, hasAgeClass, type Persons } from './agedness.ts'
import { agesIn } from './ages.ts'
import { findingsOf } from './check.ts'
import { isLawfulYear, yearOf } from './dates.ts'
import { AsOfError } from './errors.ts'
import { absent } from './fillRequired.ts'
import { KEPT_TYPES } from './keptTypes.ts'
import { cleanLabels } from './labels.ts'
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
import { removeAt } from './removeAt.ts'
import { createTally, type Report, type Tally } from './report.ts'
import { AGE_CLASS } from './rules.ts'
import { R4_TYPES } from './tables.ts'
import { cleanObject, type Walk } from './walk.ts'

export type Options = {
  /**
   * The new id of a resource: a UUID or 20 to 64 hexadecimal digits, never derived from information
   * about the person but by a keyed function whose key stays secret (45 CFR 164.514(c)).
   */
  readonly rekey: (type: string, id: string) => string
  /** The day from which ages are counted. */
  readonly asOf: Date
  /**
   * `source` (default): a resource that had a `fullUrl` has one, and references to it are that
   * `urn:uuid`; `urn:uuid`: all have one, for a Bundle; `relative`: none has one and references are
   * `Type/id`, for NDJSON. Ids that are not a UUID are always relative.
   */
  readonly references?: ReferenceForm
}

/**
 * A de-identification in two passes, for records larger than memory: all resources are added, then
 * each is cleaned.
 */
export type Session = {
  /**
   * First pass: remembers ids, persons over 89 and years of encounters.
   * @throws SafeHarbor.Rekey
   */
  add(resource: Resource): void
  /**
   * Second pass: the Safe Harbor form, undefined for a resource that is dropped: of a type that is
   * not kept, not valid, come before, or one whose form the checker refuses.
   * @throws Bundle.DuplicateId
   */
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
  const persons = createPersons(asOfYear)
  const repeats = new Map<Target, string>()
  const shared: Shared = { asOfYear, tally, persons, index, options }
  return {
    add(resource) {
      const target = index.add(resource)
      if (target === undefined || target.count > 1) return
      persons.add(resource.type, target.newId, resource.value as JsonObject)
    },
    clean(resource) {
      const { type, value } = resource
      const target = isKept(type, value) ? index.of(resource) : undefined
      if (target === undefined) {
        const known = R4_TYPES.has(type) ? type : '(not R4)'
        tally.drop(known, value, KEPT_TYPES.has(type) ? 'invalid' : 'type')
        return undefined
      }
      if (target.count > 1 && isRepeat(resource, target, repeats)) {
        tally.drop(type, value, 'repeated')
        return undefined
      }
      const clean = cleanResource(target, resource, shared)
      return clean === undefined || isClean(clean, shared) ? clean : undefined
    },
    report: tally.report,
  }
}

/**
 * True for a resource that came before; what is told apart by nothing but its content is refused.
 * @throws Bundle.DuplicateId
 */
function isRepeat(resource: Resource, target: Target, repeats: Map<Target, string>): boolean {
  const text = stringify(resource.value)
  const before = repeats.get(target)
  if (before === undefined) {
    repeats.set(target, text)
    return false
  }
  if (before !== text) throw new DuplicateIdError(resource.type)
  return true
}

/**
 * The Safe Harbor form of resources that are in memory, and the report.
 * @throws SafeHarbor.AsOf, SafeHarbor.Rekey, Bundle.DuplicateId
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
  readonly persons: Persons
  readonly index: ReferenceIndex
  readonly options: Options
}

function cleanResource(target: Target, resource: Resource, shared: Shared): Resource | undefined {
  const { tally, index, options } = shared
  const source = resource.value as JsonObject
  const form = options.references ?? 'source'
  const local = localIds(source)
  const used = new Set<string>()
  const reference = (text: string): string | undefined => {
    if (text.startsWith('#')) {
      if (text === '#') return '#'
      const name = local.get(text.slice(1))
      if (name !== undefined) used.add(name)
      return name === undefined ? undefined : `#${name}`
    }
    const found = index.find(text, resource)
    return found === undefined ? undefined : writeReference(found, form)
  }
  const walk: Walk = { asOfYear: shared.asOfYear, tally, reference }
  const value: JsonObject = Object.create(null)
  value['resourceType'] = target.type
  value['id'] = target.newId
  tally.keep()
  tally.generalise('rekeyed', `${target.type}.id`)
  const security = cleanLabels(resource, tally)
  if (security !== undefined) value['meta'] = security
  Object.assign(value, cleanRoot(target.type, source, walk, options.asOf))
  const contained = cleanContained(source, local, used, walk, options.asOf)
  if (contained.length > 0) value['contained'] = contained
  if (!removeAges(value, source, shared)) return undefined
  const fullUrl = writeFullUrl(target, form)
  return {
    type: target.type,
    id: target.newId,
    ...(fullUrl === undefined ? {} : { fullUrl }),
    value,
  }
}

/**
 * One resource that the checker refuses does not refuse the record: it is dropped, and the report
 * says where and why.
 */
function isClean(clean: Resource, { persons, asOfYear, tally }: Shared): boolean {
  const [finding] = findingsOf(clean, 0, persons, asOfYear)
  if (finding === undefined) return true
  tally.note(finding.rule, `${finding.path} (refused by the checker)`)
  tally.dropCleaned(clean.type, clean.value, 'unclean')
  return false
}

/** Taking out one age can leave another that shows only then, such as a range that was open. */
const AGE_ROUNDS = 5

/**
 * Removes from a cleaned resource, and from what it contains, whatever states or shows an age
 * over 89. False where that fails.
 */
function removeAges(
  value: JsonObject,
  source: JsonObject,
  { persons, asOfYear, tally }: Shared,
): boolean {
  for (let round = 0; round < AGE_ROUNDS; round++) {
    const found = agesIn(value, persons, asOfYear, source)
    if (found.length === 0) return true
    for (const { part, steps } of found) {
      const type = asText(part['resourceType'])
      for (const one of steps.toReversed()) removeAt(type, type, part, one, 'age', tally)
    }
  }
  tally.dropCleaned(asText(value['resourceType']), value, 'age')
  return false
}

function cleanRoot(type: string, source: JsonObject, walk: Walk, asOf: Date): JsonObject {
  const out = cleanObject(type, type, source, walk) ?? (Object.create(null) as JsonObject)
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

/**
 * The contained resources that something kept refers to (dom-3), themselves cleaned, under ids by
 * their position.
 */
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
      walk.tally.remove('contained', `${asText(source['resourceType'])}.contained`, item)
  }
  if (!Array.isArray(contained))
    walk.tally.remove('contained', `${asText(source['resourceType'])}.contained`, contained)
  return [...done.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, value]) => value)
}

/**
 * The marks of a birth date whose year shows an age over 89: masked, and the class unless the
 * person died younger.
 */
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
