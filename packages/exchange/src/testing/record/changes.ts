import { NumberToken, type Value } from '@ambrosia/primitives/CanonicalJson'
import type { Chance } from './Chance.ts'
import { PLANTED } from './planted.ts'

/** A JSON object as it is read, whose members may be anything. */
export type Json = { [key: string]: Value }

/** One change of a resource; it does nothing where it finds no place. */
export type Change = (resource: Json, chance: Chance) => void

const LOINC = 'http://loinc.org'
const SNOMED = 'http://snomed.info/sct'
const UCUM = 'http://unitsofmeasure.org'
const HL7 = 'http://terminology.hl7.org/CodeSystem'
const token = (text: string): NumberToken => new NumberToken(text)

/** Every change by its name. */
export const CHANGES: Readonly<Record<string, Change>> = {
  status: (resource, chance) => {
    resource['status'] = chance.pick(STATUSES)
  },
  verification: (resource, chance) => {
    const name = chance.pick(['condition-ver-status', 'allergyintolerance-verification'])
    const code = chance.pick(['refuted', 'entered-in-error', 'unconfirmed', 'confirmed', 'maybe'])
    resource['verificationStatus'] = concept(`${HL7}/${name}`, code)
  },
  clinical: (resource, chance) => {
    const name = chance.pick(['condition-clinical', 'allergyintolerance-clinical'])
    const code = chance.pick(['active', 'inactive', 'remission', 'resolved', 'recurrence', 'odd'])
    resource['clinicalStatus'] = concept(`${HL7}/${name}`, code)
  },
  notDone: (resource, chance) => {
    const name = chance.pick(['doNotPerform', 'refuted', 'wasNotGiven', 'active', 'inactive'])
    resource[name] = !chance.oneIn(3)
  },
  intent: (resource, chance) => {
    resource['intent'] = chance.pick(['plan', 'proposal', 'order', 'option', 'x'])
  },
  comparator: (resource, chance) => {
    const one = quantityIn(resource, chance)
    if (one !== undefined) one['comparator'] = chance.pick(['<', '<=', '>=', '>', '~'])
  },
  unit: (resource, chance) => {
    const one = quantityIn(resource, chance)
    if (one === undefined) return
    const code = chance.pick(UNITS)
    delete one['system']
    delete one['code']
    one['unit'] = code
    if (chance.oneIn(3)) return
    one['system'] = chance.oneIn(5) ? `${HL7}/units-of-a-house` : UCUM
    one['code'] = code
  },
  noUnit: (resource, chance) => {
    const one = quantityIn(resource, chance)
    if (one !== undefined) for (const name of ['unit', 'system', 'code']) delete one[name]
  },
  digits: (resource, chance) => {
    const holders = objectsIn(resource).filter((one) =>
      Object.values(one).some((member) => member instanceof NumberToken),
    )
    if (holders.length === 0) return
    const one = chance.pick(holders)
    const names = Object.keys(one).filter((name) => one[name] instanceof NumberToken)
    one[chance.pick(names)] = token(chance.pick(DIGITS))
  },
  code: (resource, chance) => {
    const coding = chance.pick(CODINGS)
    const list = codingsIn(resource, chance)
    if (list === undefined) resource['code'] = { coding: [{ ...coding }] }
    else if (chance.oneIn(2)) list.push({ ...coding })
    else list.unshift({ ...coding })
  },
  oid: (resource, chance) => {
    const list = codingsIn(resource, chance)
    for (const coding of list ?? []) {
      if (!isJson(coding)) continue
      if (coding['system'] === LOINC) coding['system'] = 'urn:oid:2.16.840.1.113883.6.1'
      if (coding['system'] === SNOMED) coding['system'] = 'urn:oid:2.16.840.1.113883.6.96'
    }
  },
  subject: (resource, chance) => {
    const names = ['subject', 'patient'].filter((one) => one in resource)
    const name = chance.pick(
      resource['resourceType'] === 'Observation' ? ['focus', ...names] : names,
    )
    if (name === undefined) return
    const value = { ...chance.pick(SUBJECTS) }
    resource[name] = name === 'focus' ? [value] : value
  },
  date: (resource, chance) => {
    const places = textsIn(resource).filter(({ text }) => /^\d{4}(-\d{2})?/.test(text))
    if (places.length > 0) set(chance.pick(places), chance.pick(DATES))
  },
  extension: (resource, chance) => {
    const extension = { url: PLANTED.url, valueString: PLANTED.words }
    chance.pick(objectsIn(resource))['extension'] = [extension]
  },
  modifierExtension: (resource, chance) => {
    const extension = { url: PLANTED.url, valueBoolean: true }
    const place = chance.oneIn(2) ? resource : chance.pick(objectsIn(resource))
    place['modifierExtension'] = [extension]
  },
  primitiveExtension: (resource, chance) => {
    const places = textsIn(resource).filter(({ key }) => typeof key === 'string')
    if (places.length === 0) return
    const { holder, key } = chance.pick(places)
    const name = String(key)
    if (name.startsWith('_')) return
    const isMasked = chance.oneIn(2)
    const url = isMasked
      ? 'http://hl7.org/fhir/StructureDefinition/data-absent-reason'
      : PLANTED.url
    const own = isMasked ? { valueCode: 'masked' } : { valueString: PLANTED.words }
    ;(holder as Json)[`_${name}`] = { extension: [{ url, ...own }] }
    if (isMasked && name !== 'resourceType' && chance.oneIn(2)) delete (holder as Json)[name]
  },
  absent: (resource, chance) => {
    resource['dataAbsentReason'] = concept(`${HL7}/data-absent-reason`, chance.pick(['error', 'x']))
    if (chance.oneIn(2)) delete resource['valueQuantity']
  },
  label: (resource, chance) => {
    const code = chance.pick(['R', 'V', 'N', 'HIV', 'ETH', 'PSY', 'SDV', 'MH'])
    const name = 'RVN'.includes(code) ? 'v3-Confidentiality' : 'v3-ActCode'
    const meta = isJson(resource['meta']) ? resource['meta'] : {}
    resource['meta'] = { ...meta, security: [{ system: `${HL7}/${name}`, code }] }
  },
  tag: (resource) => {
    const meta = isJson(resource['meta']) ? resource['meta'] : {}
    const tag = [{ system: PLANTED.url, code: PLANTED.id, display: PLANTED.words }]
    resource['meta'] = { ...meta, tag, source: PLANTED.url, versionId: '7' }
  },
  remove: (resource, chance) => {
    const one = chance.pick(objectsIn(resource))
    const names = Object.keys(one).filter((name) => name !== 'resourceType')
    if (names.length > 0) delete one[chance.pick(names)]
  },
  repeat: (resource, chance) => {
    const lists = listsIn(resource).filter((list) => list.length > 0)
    if (lists.length === 0) return
    const list = chance.pick(lists)
    list.push(structuredCloneOf(chance.pick(list)))
  },
  wrongKind: (resource, chance) => {
    const one = chance.pick(objectsIn(resource))
    const names = Object.keys(one).filter((name) => name !== 'resourceType')
    if (names.length === 0) return
    one[chance.pick(names)] = chance.pick<Value>([true, [], {}, null, '', 'x', [null], token('5')])
  },
  words: (resource, chance) => {
    const places = textsIn(resource).filter(({ key }) => key !== 'resourceType')
    if (places.length === 0) return
    const place = chance.pick(places)
    const added = `${place.text} ${PLANTED.words}`
    set(place, chance.pick([PLANTED.words, PLANTED.phone, PLANTED.id, PLANTED.url, added]))
  },
  narrative: (resource) => {
    const div = `<div xmlns="http://www.w3.org/1999/xhtml">${PLANTED.words}</div>`
    resource['text'] = { status: 'generated', div }
  },
  note: (resource) => {
    resource['note'] = [{ authorString: PLANTED.words, text: PLANTED.words }]
  },
  contained: (resource, chance) => {
    const name = [{ family: PLANTED.words, text: PLANTED.words }]
    const type = chance.pick(['Practitioner', 'Patient', 'RelatedPerson'])
    const patient = type === 'RelatedPerson' ? { patient: { display: PLANTED.words } } : {}
    resource['contained'] = [{ resourceType: type, id: 'inner', name, ...patient }]
    const member = chance.pick(['performer', 'subject', 'asserter', 'recorder', 'author'])
    const reference = { reference: '#inner', display: PLANTED.words }
    resource[member] = member === 'performer' || member === 'author' ? [reference] : reference
  },
  age: (resource, chance) => {
    const { number, unit, code } = chance.pick(PLANTED.ages)
    const age = { value: token(number), unit, system: UCUM, code }
    const name = chance.pick(['onsetAge', 'abatementAge', 'performedAge', 'ageAge', 'deceasedAge'])
    if (chance.oneIn(2)) {
      resource[name] = age
      return
    }
    resource['code'] = { coding: [{ system: LOINC, code: chance.pick(['30525-0', '29553-5']) }] }
    resource['valueQuantity'] = age
  },
  ageInWords: (resource, chance) => {
    const name = chance.pick(['onsetString', 'performedString', 'ageString', 'valueString'])
    resource[name] = `at 93 years, said ${PLANTED.words}`
  },
  id: (resource, chance) => {
    if (chance.oneIn(3)) delete resource['id']
    else resource['id'] = PLANTED.id
  },
  identifier: (resource) => {
    resource['identifier'] = [{ system: PLANTED.url, value: PLANTED.id, use: 'official' }]
  },
  unknownElement: (resource, chance) => {
    chance.pick(objectsIn(resource))[chance.pick(['quolzhexName', 'mrn', '__proto', 'ссн'])] =
      PLANTED.words
  },
  component: (resource, chance) => {
    const code = { coding: [{ ...chance.pick(CODINGS) }] }
    const unit = chance.pick(UNITS)
    const valueQuantity = { value: token(chance.pick(DIGITS)), unit, system: UCUM, code: unit }
    const before = Array.isArray(resource['component']) ? resource['component'] : []
    resource['component'] = [...before, { code, valueQuantity }]
  },
  values: (resource, chance) => {
    for (const name of Object.keys(resource)) if (/^value[A-Z]/.test(name)) delete resource[name]
    const [name, value] = chance.pick<[string, Value]>([
      ['valueString', '95 years'],
      ['valueInteger', token('94')],
      ['valueBoolean', false],
      ['valueDateTime', PLANTED.date],
      ['valueCodeableConcept', concept(SNOMED, '260415000')],
      ['valueRange', { low: { value: token('1.50') }, high: { value: token('1.5') } }],
    ])
    resource[name] = value
  },
  language: (resource) => {
    resource['language'] = 'x-quolzhex'
  },
  rules: (resource) => {
    resource['implicitRules'] = PLANTED.url
  },
}

const STATUSES = [
  'registered',
  'preliminary',
  'final',
  'amended',
  'corrected',
  'cancelled',
  'entered-in-error',
  'unknown',
  'not-done',
  'completed',
  'active',
  'draft',
  'planned',
  'in-progress',
  'stopped',
  'on-hold',
  'FINAL',
]
const UNITS = [
  '%',
  'mmol/mol',
  'mg/dL',
  'g/L',
  'mg/L',
  'ug/dL',
  'mmol/L',
  'kg/m2',
  'mm[Hg]',
].concat([
  'kPa',
  'g/dL',
  'kg',
  '[lb_av]',
  '/min',
  '1',
  '{score}',
  'mL/min/{1.73_m2}',
  'mL/s',
  'mg%',
  'zz',
])
const DIGITS = [
  '0',
  '-1',
  '6.40',
  '6.5',
  '1e2',
  '0.10',
  '7.00000000000000000001',
  '1E-3',
  '1140',
].concat(['100000000000000000000', '-0.0', '53', '8.25', '120'])
const CODINGS: readonly Json[] = [
  { system: LOINC, code: '4548-4' },
  { system: LOINC, code: '2345-7' },
  { system: LOINC, code: '2160-0', display: PLANTED.words },
  { system: LOINC, code: '8480-6' },
  { system: SNOMED, code: '44054006' },
  { system: SNOMED, code: '38341003', userSelected: true },
  { system: SNOMED, code: '160245001' },
  { system: 'http://hl7.org/fhir/sid/icd-10-cm', code: 'E11.9' },
  { system: PLANTED.url, code: PLANTED.id },
  { code: '4548-4' },
  { system: LOINC },
]
const SUBJECTS: readonly Json[] = [
  { reference: 'Patient/somebody-else' },
  { reference: 'Group/1' },
  { reference: 'RelatedPerson/quolzhex' },
  { reference: 'http://quolzhex.example/fhir/Patient/1/_history/3' },
  { reference: 'urn:uuid:00000000-0000-4000-8000-00000000beef' },
  { display: PLANTED.words },
  { identifier: { system: PLANTED.url, value: PLANTED.id } },
  { type: 'Device' },
]
const DATES = ['2999-01-01', '1930', '1930-05-06', '2024-02-30', '2019-03', PLANTED.date].concat([
  '2019-03-17T10:11:12+02:00',
  '2026-05-31T23:59:59.123Z',
  'soon',
  '0000',
  '12019-01-01',
])

function concept(system: string, code: string): Json {
  return { coding: [{ system, code }] }
}

export function isJson(value: Value | undefined): value is Json {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof NumberToken)
  )
}

/** The value and all objects in it. */
function objectsIn(value: Value): Json[] {
  if (Array.isArray(value)) return value.flatMap(objectsIn)
  return isJson(value) ? [value, ...Object.values(value).flatMap(objectsIn)] : []
}

function listsIn(value: Value): Value[][] {
  if (Array.isArray(value)) return [value, ...value.flatMap(listsIn)]
  return isJson(value) ? Object.values(value).flatMap(listsIn) : []
}

type Place = { holder: Json | Value[]; key: string | number; text: string }

function textsIn(value: Value): Place[] {
  if (typeof value !== 'object' || value === null || value instanceof NumberToken) return []
  const keys = Array.isArray(value) ? value.keys() : Object.keys(value)
  const holder = value as Json
  return [...keys].flatMap((key): Place[] => {
    const member = holder[key as string] as Value
    return typeof member === 'string' ? [{ holder, key, text: member }] : textsIn(member)
  })
}

function set({ holder, key }: Place, text: string): void {
  ;(holder as Json)[key as string] = text
}

function quantityIn(resource: Json, chance: Chance): Json | undefined {
  const found = objectsIn(resource).filter((one) => one['value'] instanceof NumberToken)
  return found.length === 0 ? undefined : chance.pick(found)
}

function codingsIn(resource: Json, chance: Chance): Value[] | undefined {
  const lists = objectsIn(resource).flatMap(({ coding }) => (Array.isArray(coding) ? [coding] : []))
  return lists.length === 0 ? undefined : chance.pick(lists)
}

/** A copy in which numbers stay tokens. */
export function structuredCloneOf(value: Value): Value {
  if (Array.isArray(value)) return value.map(structuredCloneOf)
  if (!isJson(value)) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => [key, structuredCloneOf(one)]),
  )
}
