import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import { ageAt, DAYS_PER_YEAR, dayOf } from './generator/calendar.ts'
import { CHRONIC, type Chronic } from './generator/data/conditions.ts'
import { fitVisits } from './generator/fit.ts'
import { createHistory, createNurseVisits } from './generator/history.ts'
import {
  organizationResource,
  patientResource,
  practitionerResource,
  provenanceResource,
} from './generator/patientResources.ts'
import { createPerson, type Person } from './generator/person.ts'
import { createRandom, type Random } from './generator/random.ts'
import { createHomeReading, createVisitResources, type Frame } from './generator/visitResources.ts'
import type { JsonObject, Resource } from './Resource.ts'

/**
 * Seeded synthetic patients as FHIR R4 collection Bundles. No real person or place stands in them.
 * The same options give the same bytes on every machine. Sources of the figures:
 * docs/spec/health-generator.md.
 */

export type Options = {
  /** A whole number; one seed is one population. */
  readonly seed: number
  /** Which patient of the population, from 0. */
  readonly index?: number
  /** The day on which the record is read; nothing in it is later. */
  readonly asOf: Date
  /**
   * Exactly this many resources, 50 to 5,000; without it as many as the history has within these
   * bounds.
   */
  readonly resources?: number
  /**
   * A condition that the patient must have: its name (`diabetes`), SNOMED CT or ICD-10-CM code, see
   * {@link conditions}.
   */
  readonly condition?: string
  /** Completed years of age at `asOf`; the patient is then alive. */
  readonly ageYears?: number
  readonly sex?: 'female' | 'male'
}

export type Summary = {
  /** Completed years at `asOf`, or at death. */
  readonly ageYears: number
  readonly sex: 'female' | 'male'
  readonly deceased: boolean
  /** Long-lasting conditions, as their SNOMED CT names. */
  readonly conditions: readonly string[]
  readonly resourceCount: number
}

export type Patient = {
  /** A collection Bundle, numbers as tokens: text by `CanonicalJson.stringify`. */
  readonly bundle: JsonObject
  /** The resources of the Bundle. */
  readonly resources: Resource[]
  readonly summary: Summary
}

export const MINIMUM_RESOURCES = 50
export const MAXIMUM_RESOURCES = 5000

/** One patient of a population. @throws Generator.Option */
export function patient(options: Options): Patient {
  const { seed, index = 0, asOf } = options
  assertOptions(options)
  const condition = options.condition === undefined ? undefined : findCondition(options.condition)
  const random = createRandom(`${seed}/${index}`)
  const asOfDay = dayOf(asOf)
  const person = createPerson(random.fork('person'), asOfDay, {
    ageYears: options.ageYears,
    sex: options.sex,
    condition,
  })
  const ids = random.fork('ids')
  const frame: Frame = {
    person,
    patientId: ids.uuid(),
    organizationId: ids.uuid(),
    practitionerId: ids.uuid(),
    conditionIds: new Map([...person.onsets.keys()].map((key) => [key, ids.uuid()])),
  }
  const provenanceId = ids.uuid()
  const people = random.fork('people')
  const head = [
    patientResource(frame, people),
    organizationResource(frame, people),
    practitionerResource(frame, people),
  ]
  const clinical = clinicalResources(frame, random, options.resources, condition)
  const members = [...head, ...clinical.sort(byDate)]
  members.push(provenanceResource(provenanceId, frame, members))
  const resources = members.map(
    (value): Resource => ({
      type: value['resourceType'] as string,
      id: value['id'] as string,
      fullUrl: `urn:uuid:${value['id'] as string}`,
      value,
    }),
  )
  const bundle: JsonObject = {
    resourceType: 'Bundle',
    id: ids.uuid(),
    type: 'collection',
    entry: resources.map(({ fullUrl, value }) => ({ fullUrl: fullUrl as string, resource: value })),
  }
  return { bundle, resources, summary: summarize(person, asOfDay, resources.length) }
}

/**
 * Patients of a population one after another, each made when it is asked for.
 * @throws Generator.Option
 */
export function* population(
  options: Omit<Options, 'index'> & { readonly count: number; readonly from?: number },
): Generator<Patient> {
  const { count, from = 0, ...rest } = options
  if (!Number.isSafeInteger(count) || count < 1)
    throw new OptionError('count', 'a whole number of 1 or more')
  for (let index = from; index < from + count; index++) yield patient({ ...rest, index })
}

/** The conditions that can be asked for. */
export function conditions(): { name: string; snomed: string; icd10: string; display: string }[] {
  return CHRONIC.map(({ key, snomed, icd10, display }) => ({ name: key, snomed, icd10, display }))
}

function clinicalResources(
  frame: Frame,
  random: Random,
  wanted: number | undefined,
  condition: Chronic | undefined,
): JsonObject[] {
  const { person } = frame
  const build = (visits: ReturnType<typeof createHistory>, label: string) =>
    visits.map((visit, i) => createVisitResources(frame, visit, random.fork(`${label}/${i}`)))
  // The Patient, its Organization and Practitioner and the Provenance.
  const heads = 4
  const room = (wanted ?? MAXIMUM_RESOURCES) - heads
  const history = build(createHistory(person, random.fork('history')), 'visit')
  let clinical = fitVisits(history, room, condition?.key)
  const least = (wanted ?? MINIMUM_RESOURCES) - heads
  if (clinical.length < least) {
    const nurse = build(createNurseVisits(person, random.fork('nurse')), 'nurse')
    clinical = fitVisits([...history, ...nurse], least, condition?.key)
  }
  const readings = random.fork('home')
  while (clinical.length < least) clinical.push(homeReading(frame, readings))
  return clinical
}

function homeReading(frame: Frame, random: Random): JsonObject {
  const { person } = frame
  const span = Math.min(person.end - person.birth, Math.round(10 * DAYS_PER_YEAR))
  const day = person.end - random.integer(0, Math.max(0, span - 1))
  return createHomeReading(frame, day, random.integer(6 * 60, 16 * 60), random)
}

function byDate(a: JsonObject, b: JsonObject): number {
  const [x, y] = [dateOf(a), dateOf(b)]
  return x < y ? -1 : x > y ? 1 : 0
}

function dateOf(value: JsonObject): string {
  const period = (value['period'] ?? value['performedPeriod']) as JsonObject | undefined
  const date =
    period?.['start'] ??
    value['effectiveDateTime'] ??
    value['recordedDate'] ??
    value['authoredOn'] ??
    value['occurrenceDateTime']
  return String(date)
}

function summarize(person: Person, asOfDay: number, resourceCount: number): Summary {
  return {
    ageYears: ageAt(person.birth, person.death ?? asOfDay),
    sex: person.sex,
    deceased: person.death !== undefined,
    conditions: CHRONIC.filter(({ key }) => person.onsets.has(key)).map(({ display }) => display),
    resourceCount,
  }
}

function findCondition(name: string): Chronic {
  const found = CHRONIC.find(
    ({ key, snomed, icd10 }) => key === name || snomed === name || icd10 === name,
  )
  if (found === undefined) {
    throw new OptionError(
      'condition',
      `one of ${CHRONIC.map(({ key }) => key).join(', ')}, or its SNOMED CT or ICD-10-CM code`,
    )
  }
  return found
}

function assertOptions({ seed, index = 0, asOf, resources, ageYears }: Options): void {
  if (!Number.isSafeInteger(seed)) throw new OptionError('seed', 'a whole number')
  if (!Number.isSafeInteger(index) || index < 0)
    throw new OptionError('index', 'a whole number of 0 or more')
  if (!(asOf.getTime() >= Date.UTC(1990, 0, 1) && asOf.getTime() < Date.UTC(2200, 0, 1))) {
    throw new OptionError('asOf', 'a date from 1990 to 2199')
  }
  const bounded =
    resources === undefined ||
    (Number.isSafeInteger(resources) &&
      resources >= MINIMUM_RESOURCES &&
      resources <= MAXIMUM_RESOURCES)
  if (!bounded)
    throw new OptionError(
      'resources',
      `a whole number from ${MINIMUM_RESOURCES} to ${MAXIMUM_RESOURCES}`,
    )
  if (
    ageYears !== undefined &&
    !(Number.isSafeInteger(ageYears) && ageYears >= 0 && ageYears <= 105)
  ) {
    throw new OptionError('ageYears', 'a whole number from 0 to 105')
  }
}

export class OptionError extends AmbrosiaError {
  constructor(option: string, expected: string) {
    super('Generator.Option', `the option ${option} must be ${expected}`, {
      details: { option },
      hint: 'Run ambrosia synth --help for the options.',
    })
  }
}
