import { createIssuerClient } from '@ambrosia/api/issuer/IssuerClient'
import * as Criteria from '@ambrosia/exchange/Criteria'
import { mostMatching, mostOfRule } from '@ambrosia/exchange/counts/mostMatching'
import * as Generator from '@ambrosia/health/Generator'
import * as Predicate from '@ambrosia/health/Predicate'
import { type Resource, toPlain } from '@ambrosia/health/Resource'
import { select } from '@ambrosia/health/Selection'
import { network } from './network.ts'

/** What a researcher writes down before a deal is made of it. */
export type Draft = {
  title: string
  rules: { type: string; system?: string; code?: string; all: boolean }[]
  /** FHIRPath, one each; those of the rules come by themselves. */
  predicates: string[]
}

/** Sample patients: made up, the same each time, so that a count can be compared. */
const SAMPLE_SIZE = 40
const SAMPLE_SEED = 20_26

let sample: Resource[][] | undefined

function samplePatients(): Resource[][] {
  sample ??= [
    ...Generator.population({
      seed: SAMPLE_SEED,
      count: SAMPLE_SIZE,
      asOf: new Date('2026-11-01'),
    }),
  ].map(({ resources }) => resources)
  return sample
}

export type CodeEntry = {
  type: string
  system: string
  code: string
  display: string
  /** Sample patients that have it. */
  patients: number
}

/**
 * Codes of the sample by words: LOINC, SNOMED CT, RxNorm and ICD-10-CM as far as the project ships
 * them.
 */
export async function searchCodes({ words }: { words: string }): Promise<CodeEntry[]> {
  const wanted = words
    .toLowerCase()
    .split(/\s+/)
    .filter((one) => one !== '')
  if (wanted.length === 0) return []
  return codeTable()
    .filter(({ display, code }) => {
      const text = `${display} ${code}`.toLowerCase()
      return wanted.every((one) => text.includes(one))
    })
    .slice(0, 12)
}

let table: CodeEntry[] | undefined

function codeTable(): CodeEntry[] {
  if (table) return table
  const found = new Map<string, CodeEntry & { seen: Set<number> }>()
  samplePatients().forEach((resources, person) => {
    for (const resource of resources) {
      const plain = toPlain(resource)
      const concept = (plain['code'] ?? plain['medicationCodeableConcept']) as
        | { coding?: { system?: string; code?: string; display?: string }[] }
        | undefined
      for (const { system, code, display } of concept?.coding ?? []) {
        if (!system || !code || !display) continue
        const key = `${resource.type} ${system} ${code}`
        const entry = found.get(key) ?? {
          type: resource.type,
          system,
          code,
          display,
          patients: 0,
          seen: new Set<number>(),
        }
        entry.seen.add(person)
        found.set(key, entry)
      }
    }
  })
  for (const { name, icd10, display } of Generator.conditions()) {
    const system = 'http://hl7.org/fhir/sid/icd-10-cm'
    const key = `Condition ${system} ${icd10}`
    if (found.has(key)) continue
    const entry = { type: 'Condition', system, code: icd10, display: `${display} (${name})` }
    found.set(key, { ...entry, patients: 0, seen: new Set() })
  }
  table = [...found.values()]
    .map(({ seen, ...entry }) => ({ ...entry, patients: seen.size }))
    .sort((a, b) => b.patients - a.patients)
  return table
}

/**
 * How many of the sample a draft would take, and why the others fall out.
 * @throws Criteria.*, Predicate.*, Shape.Mismatch
 */
export async function countSample({ draft }: { draft: Draft }) {
  const criteria = toCriteria(draft, {
    issuer: 'did:ambrosia:1:0000000000000000000000000000000000000000',
    consumer: 'did:ambrosia:1:0000000000000000000000000000000000000000',
    purpose: 'DUO:0000042',
  })
  const compiled = criteria.predicates.map(({ expression }) => Predicate.compile(expression))
  const asOf = new Date('2026-11-01')
  let matching = 0
  let resources = 0
  const people = samplePatients()
  for (const person of people) {
    const bundle = Predicate.bundleOf(person)
    if (!compiled.every((one) => Predicate.evaluate(one, bundle, { asOf }))) continue
    const { indexes } = select(person, criteria.resources)
    if (indexes.length === 0) continue
    matching++
    resources += indexes.length
  }
  return { matching, of: people.length, resources }
}

/**
 * How many people's records the draft could take at most, by the counts that the issuer publishes;
 * undefined before there are any. The draft itself is sent nowhere.
 * @throws Criteria.*, Shape.Mismatch, Issuer.*
 */
export async function countPeople({ draft }: { draft: Draft }) {
  const { description, fetch, now } = await network()
  const issuer = createIssuerClient({
    url: description.services.issuer,
    fetch: fetch as never,
    now,
  })
  const [{ did }, published] = await Promise.all([issuer.service(), issuer.counts()])
  if (published.publishedAtSec === 0) return undefined
  const criteria = toCriteria(draft, { issuer: did, consumer: did, purpose: 'DUO:0000042' })
  const { people, most } = mostMatching(criteria, published)
  // A draft asks for something under each of its rules.
  const bounds = criteria.resources.map((rule) => mostOfRule(published, rule))
  const { leastPeople } = published
  return { people, most: Math.min(most, ...bounds), leastPeople }
}

/** The criteria document of a draft. @throws Criteria.*, Shape.Mismatch */
export function toCriteria(
  draft: Draft,
  parties: { issuer: string; consumer: string; purpose: string },
): Criteria.Criteria {
  const rules = draft.rules.map(({ type, system, code, all }) => ({
    type,
    ...(code && system ? { codes: [{ system, code }] } : {}),
    ...(all ? { all: true } : {}),
  }))
  const own = draft.rules.map((rule, index) => ({
    id: `asked-${index + 1}`,
    expression: expressionOf(rule),
  }))
  const written = draft.predicates
    .filter((expression) => expression.trim() !== '')
    .map((expression, index) => ({ id: `predicate-${index + 1}`, expression }))
  return Criteria.parse({
    version: 1,
    title: draft.title,
    form: 'safe-harbor',
    dcql: {
      credentials: [
        {
          id: 'record',
          format: 'ldp_vc',
          meta: { type_values: [['HealthRecordCredential']] },
          claims: [{ path: ['credentialSubject', 'resourceCount'] }],
        },
      ],
    },
    resources: rules,
    predicates: [...own, ...written],
    issuers: [parties.issuer],
    purpose: parties.purpose,
    consumer: parties.consumer,
  })
}

function expressionOf({ type, system, code }: Draft['rules'][number]): string {
  const typed = `Bundle.entry.resource.ofType(${type})`
  if (!code || !system) return `${typed}.exists()`
  const element = type.startsWith('Medication')
    ? 'medication.ofType(CodeableConcept)'
    : type === 'Immunization'
      ? 'vaccineCode'
      : 'code'
  return `${typed}.${element}.coding.where(system = '${system}' and code = '${code}').exists()`
}
