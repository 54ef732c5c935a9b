import { asText } from '../resource/json.ts'
import { unitOf } from '../Ucum.ts'

type Json = null | boolean | number | string | Json[] | { [key: string]: Json }
export type Members = { [key: string]: Json }

/** A constraint by its key in the definitions; `holds` is false where it is broken for certain. */
type Invariant = { key: string; holds: (value: Members) => boolean }

const UCUM = 'http://unitsofmeasure.org'
const VERIFICATION = {
  allergy: 'http://terminology.hl7.org/CodeSystem/allergyintolerance-verification',
  condition: 'http://terminology.hl7.org/CodeSystem/condition-ver-status',
} as const
const CONDITION_CLINICAL = 'http://terminology.hl7.org/CodeSystem/condition-clinical'

const has = (value: Members, name: string): boolean => name in value || `_${name}` in value
const implies = (a: string, b: string) => (value: Members) => !has(value, a) || has(value, b)
const excludes = (a: string, b: string) => (value: Members) => !has(value, a) || !has(value, b)
const needsOne =
  (...names: string[]) =>
  (value: Members) =>
    names.some((name) => has(value, name))
const hasChoice = (value: Members, base: string): boolean =>
  Object.keys(value).some((key) => {
    const name = key.startsWith('_') ? key.slice(1) : key
    return name.startsWith(base) && /^[A-Z]/.test(name.slice(base.length))
  })
const listOf = (value: Json | undefined): Members[] =>
  (Array.isArray(value) ? value : [value]).filter(
    (item): item is Members => typeof item === 'object' && item !== null && !Array.isArray(item),
  )
const isCoded = (value: Json | undefined, system: string, codes: readonly string[]): boolean =>
  listOf(value).some((concept) =>
    listOf(concept['coding']).some(
      (coding) => coding['system'] === system && codes.includes(asText(coding['code'])),
    ),
  )
const isNotNegative = (name: string) => (value: Members) =>
  typeof value[name] !== 'number' || value[name] >= 0
const isNotHome = (value: Members): boolean => value['use'] !== 'home'
const quantity: Invariant[] = [
  { key: 'qty-3', holds: implies('code', 'system') },
  {
    key: 'ucum',
    holds: ({ system, code }) =>
      system !== UCUM || typeof code !== 'string' || unitOf(code) !== undefined,
  },
]

/**
 * Constraints of the R4 definitions with severity error, by data type or element, for what clinical
 * records are made of. They are written out here because an engine takes longer for them than for
 * all other checks together. Not among them are those of every element (ele-1 is checked as
 * "nothing is empty") and those that follow references.
 */
export const INVARIANTS: ReadonlyMap<string, readonly Invariant[]> = new Map<string, Invariant[]>([
  ['Quantity', quantity],
  ['SimpleQuantity', quantity],
  ['Age', quantity],
  ['Count', quantity],
  ['Distance', quantity],
  ['Duration', quantity],
  [
    'Extension',
    [{ key: 'ext-1', holds: (value) => hasChoice(value, 'value') !== has(value, 'extension') }],
  ],
  ['Period', [{ key: 'per-1', holds: ({ start, end }) => !isAfter(start, end) }]],
  ['Range', [{ key: 'rng-2', holds: isOrdered }]],
  [
    'Ratio',
    [{ key: 'rat-1', holds: (value) => has(value, 'numerator') === has(value, 'denominator') }],
  ],
  ['ContactPoint', [{ key: 'cpt-2', holds: implies('value', 'system') }]],
  ['Attachment', [{ key: 'att-1', holds: implies('data', 'contentType') }]],
  [
    'Timing.repeat',
    [
      { key: 'tim-1', holds: implies('duration', 'durationUnit') },
      { key: 'tim-2', holds: implies('period', 'periodUnit') },
      { key: 'tim-4', holds: isNotNegative('duration') },
      { key: 'tim-5', holds: isNotNegative('period') },
      { key: 'tim-6', holds: implies('periodMax', 'period') },
      { key: 'tim-7', holds: implies('durationMax', 'duration') },
      { key: 'tim-8', holds: implies('countMax', 'count') },
      { key: 'tim-10', holds: excludes('timeOfDay', 'when') },
    ],
  ],
  [
    'AllergyIntolerance',
    [
      {
        key: 'ait-1',
        holds: (value) => isInError(value, VERIFICATION.allergy) || has(value, 'clinicalStatus'),
      },
      {
        key: 'ait-2',
        holds: (value) => !isInError(value, VERIFICATION.allergy) || !has(value, 'clinicalStatus'),
      },
    ],
  ],
  [
    'Condition',
    [
      {
        key: 'con-4',
        holds: (value) =>
          !hasChoice(value, 'abatement') ||
          isCoded(value['clinicalStatus'], CONDITION_CLINICAL, [
            'resolved',
            'remission',
            'inactive',
          ]),
      },
      {
        key: 'con-5',
        holds: (value) =>
          !isInError(value, VERIFICATION.condition) || !has(value, 'clinicalStatus'),
      },
    ],
  ],
  ['Condition.stage', [{ key: 'con-1', holds: needsOne('summary', 'assessment') }]],
  ['Condition.evidence', [{ key: 'con-2', holds: needsOne('code', 'detail') }]],
  [
    'Observation',
    [
      {
        key: 'obs-6',
        holds: (value) => !has(value, 'dataAbsentReason') || !hasChoice(value, 'value'),
      },
      { key: 'obs-7', holds: (value) => !hasChoice(value, 'value') || !isOwnComponent(value) },
    ],
  ],
  ['Observation.referenceRange', [{ key: 'obs-3', holds: needsOne('low', 'high', 'text') }]],
  [
    'Patient.contact',
    [{ key: 'pat-1', holds: needsOne('name', 'telecom', 'address', 'organization') }],
  ],
  [
    'Organization',
    [
      { key: 'org-1', holds: needsOne('identifier', 'name') },
      { key: 'org-2', holds: ({ address }) => listOf(address).every(isNotHome) },
      { key: 'org-3', holds: ({ telecom }) => listOf(telecom).every(isNotHome) },
    ],
  ],
  ['Immunization.education', [{ key: 'imm-1', holds: needsOne('documentType', 'reference') }]],
  [
    'Composition.section',
    [
      { key: 'cmp-1', holds: needsOne('text', 'entry', 'section') },
      { key: 'cmp-2', holds: excludes('emptyReason', 'entry') },
    ],
  ],
  ['CarePlan.activity', [{ key: 'cpl-3', holds: excludes('detail', 'reference') }]],
  ['Consent', [{ key: 'ppc-1', holds: needsOne('policy', 'policyRule') }]],
  ['List', [{ key: 'lst-1', holds: excludes('emptyReason', 'entry') }]],
  ['ServiceRequest', [{ key: 'prr-1', holds: implies('orderDetail', 'code') }]],
  ['QuestionnaireResponse.item', [{ key: 'qrs-1', holds: excludes('answer', 'item') }]],
  [
    'MedicationAdministration.dosage',
    [{ key: 'mad-1', holds: (value) => has(value, 'dose') || hasChoice(value, 'rate') }],
  ],
])

function isInError(value: Members, system: string): boolean {
  return isCoded(value['verificationStatus'], system, ['entered-in-error'])
}

/** A value beside a component with the Observation's own code would be two values. */
function isOwnComponent(value: Members): boolean {
  const codingsOf = (concept: Json | undefined): string[] =>
    listOf(concept).flatMap((one) => listOf(one['coding']).map((coding) => JSON.stringify(coding)))
  const own = new Set(codingsOf(value['code']))
  return listOf(value['component']).some(({ code }) =>
    codingsOf(code).some((coding) => own.has(coding)),
  )
}

function isOrdered({ low, high }: Members): boolean {
  const [from, to] = [listOf(low)[0], listOf(high)[0]]
  if (from === undefined || to === undefined || from['code'] !== to['code']) return true
  const [first, last] = [from['value'], to['value']]
  return typeof first !== 'number' || typeof last !== 'number' || first <= last
}

/**
 * True where the first is later for certain: times compare as instants, dates at the precision that
 * both have.
 */
function isAfter(first: Json | undefined, second: Json | undefined): boolean {
  if (typeof first !== 'string' || typeof second !== 'string') return false
  const [hasTime, otherHasTime] = [first.includes('T'), second.includes('T')]
  if (hasTime && otherHasTime) return Date.parse(first) > Date.parse(second)
  // A day with a zone beside one without may be the day before or after: the month decides.
  const most = hasTime || otherHasTime ? 7 : 10
  const size = Math.min(first.length, second.length, most)
  return first.slice(0, size) > second.slice(0, size)
}
