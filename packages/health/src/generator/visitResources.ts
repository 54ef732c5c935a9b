import type { Value } from '@ambrosia/primitives/CanonicalJson'
import type { JsonObject } from '../Resource.ts'
import { DAYS_PER_YEAR, type Day, toDate, toDateTime, yearOfDay } from './calendar.ts'
import type { Acute, Chronic } from './data/conditions.ts'
import { MEASUREMENTS, type Measurement, PANELS } from './data/measurements.ts'
import { MEDICATIONS, PROCEDURES } from './data/treatments.ts'
import {
  CVX,
  coding,
  concept,
  hl7,
  hl7Coding,
  ICD10CM,
  LOINC,
  number,
  quantity,
  RXNORM,
  reference,
  resource,
  SNOMED,
} from './fhir.ts'
import type { Visit } from './history.ts'
import { createSheet, type Sheet } from './measure.ts'
import { has, type Person } from './person.ts'
import type { Random } from './random.ts'

/** The ids that resources of one record refer to. */
export type Frame = {
  readonly person: Person
  readonly patientId: string
  readonly organizationId: string
  readonly practitionerId: string
  /** The Condition of each chronic condition. */
  readonly conditionIds: ReadonlyMap<string, string>
}

/**
 * The resources of one visit: the encounter with what can't be missing, then groups that can each
 * stay or go.
 */
export type VisitResources = {
  readonly visit: Visit
  readonly essential: readonly JsonObject[]
  readonly optional: readonly (readonly JsonObject[])[]
}

type Scene = {
  readonly frame: Frame
  readonly visit: Visit
  readonly random: Random
  readonly minute: number
  readonly encounterId: string
  readonly sheet: Sheet
}

export function createVisitResources(frame: Frame, visit: Visit, random: Random): VisitResources {
  const signs = visit.acute === undefined ? [] : [visit.acute.key, ...visit.acute.signs]
  const minute = random.integer(8 * 60, 17 * 60)
  const sheet = createSheet(frame.person, visit.day, random.fork('sheet'), signs)
  const scene: Scene = { frame, visit, random, minute, encounterId: random.uuid(), sheet }
  const essential: JsonObject[] = []
  const acuteId = visit.acute === undefined ? undefined : random.uuid()
  const cause = acuteId ?? (visit.chronic && frame.conditionIds.get(visit.chronic.key))
  essential.push(encounter(scene, cause))
  if (visit.acute !== undefined && acuteId !== undefined) {
    essential.push(acuteCondition(scene, visit.acute, acuteId))
  }
  if (visit.kind === 'diagnosis' && visit.chronic !== undefined)
    essential.push(chronicCondition(scene, visit.chronic))
  for (const key of visit.measurements) essential.push(observation(scene, key))
  const optional: JsonObject[][] = []
  for (const key of visit.panels) optional.push(panel(scene, key))
  for (const key of visit.medications) {
    if ((MEDICATIONS[key]?.since ?? 0) <= yearOfDay(visit.day))
      optional.push([medicationRequest(scene, key, cause)])
  }
  for (const key of visit.procedures) optional.push([procedure(scene, key, cause)])
  for (const vaccine of visit.vaccines) optional.push([immunization(scene, vaccine)])
  if (visit.vitals) optional.push(...vitalKeys(scene).map((key) => [observation(scene, key)]))
  if (visit.vitals) optional.push([bloodPressure(scene)])
  if (visit.smoking) optional.push([smokingStatus(scene)])
  return { visit, essential, optional }
}

/** A value that the patient measured at home, without an encounter. */
export function createHomeReading(
  frame: Frame,
  day: Day,
  minute: number,
  random: Random,
): JsonObject {
  const visit: Visit = {
    day,
    kind: 'nurse',
    vitals: false,
    measurements: [],
    panels: [],
    medications: [],
    procedures: [],
    vaccines: [],
    smoking: false,
  }
  const scene: Scene = {
    frame,
    visit,
    random,
    minute,
    encounterId: '',
    sheet: createSheet(frame.person, day, random, []),
  }
  if (has(frame.person, 'diabetes', day) && random.chance(0.7))
    return observation(scene, 'glucoseHome')
  if (has(frame.person, 'hypertension', day) && random.chance(0.7)) return bloodPressure(scene)
  return observation(scene, random.pick(['weight', 'heartRate', 'temperature']))
}

function vitalKeys({ visit, frame }: Scene): string[] {
  const keys = ['height', 'weight', 'bmi', 'heartRate', 'respiration']
  if (visit.acute !== undefined)
    return ['weight', 'heartRate', 'respiration', 'temperature', 'oxygen']
  const infant = visit.day - frame.person.birth < 2 * DAYS_PER_YEAR
  return infant ? keys.filter((key) => key !== 'bmi') : keys
}

function at(scene: Scene, minutes = 0): string {
  return toDateTime(scene.visit.day, scene.minute + minutes)
}

function issued(scene: Scene): string {
  return at(scene, 30).replace('Z', '.000Z')
}

const CLASSES = {
  wellness: ['AMB', 'ambulatory', '162673000', 'General examination of patient', 30],
  diagnosis: ['AMB', 'ambulatory', '185347001', 'Encounter for problem', 30],
  followUp: ['AMB', 'ambulatory', '390906007', 'Follow-up encounter', 20],
  acute: ['AMB', 'ambulatory', '185345009', 'Encounter for symptom', 20],
  emergency: ['EMER', 'emergency', '50849002', 'Emergency room admission', 120],
  nurse: ['AMB', 'ambulatory', '185349003', 'Encounter for check up', 15],
} as const

function encounter(scene: Scene, cause: string | undefined): JsonObject {
  const { frame, visit } = scene
  const [classCode, classDisplay, type, typeDisplay, minutes] = CLASSES[visit.kind]
  return resource('Encounter', scene.encounterId, {
    status: 'finished',
    class: hl7Coding('v3-ActCode', classCode, classDisplay),
    type: [concept(coding(SNOMED, type, typeDisplay))],
    subject: reference(frame.patientId),
    participant: [{ individual: reference(frame.practitionerId) }],
    period: { start: at(scene), end: at(scene, minutes) },
    diagnosis: cause === undefined ? undefined : [{ condition: reference(cause) }],
    serviceProvider: reference(frame.organizationId),
  })
}

function codes(condition: Chronic | Acute): JsonObject {
  return concept(
    coding(SNOMED, condition.snomed, condition.display),
    coding(ICD10CM, condition.icd10, condition.icdDisplay),
  )
}

function chronicCondition(scene: Scene, condition: Chronic): JsonObject {
  const { frame, visit } = scene
  const onset = frame.person.onsets.get(condition.key) ?? visit.day
  return resource('Condition', frame.conditionIds.get(condition.key) as string, {
    clinicalStatus: hl7('condition-clinical', 'active', 'Active'),
    verificationStatus: hl7('condition-ver-status', 'confirmed', 'Confirmed'),
    category: [hl7('condition-category', 'problem-list-item', 'Problem List Item')],
    code: codes(condition),
    subject: reference(frame.patientId),
    encounter: reference(scene.encounterId),
    onsetDateTime: toDate(onset),
    recordedDate: at(scene, 10),
    recorder: reference(frame.practitionerId),
  })
}

function acuteCondition(scene: Scene, acute: Acute, id: string): JsonObject {
  const { frame, visit, random } = scene
  const over = visit.day + random.integer(acute.days[0], acute.days[1])
  const resolved = over <= frame.person.end
  return resource('Condition', id, {
    clinicalStatus: resolved
      ? hl7('condition-clinical', 'resolved', 'Resolved')
      : hl7('condition-clinical', 'active', 'Active'),
    verificationStatus: hl7('condition-ver-status', 'confirmed', 'Confirmed'),
    category: [hl7('condition-category', 'encounter-diagnosis', 'Encounter Diagnosis')],
    code: codes(acute),
    subject: reference(frame.patientId),
    encounter: reference(scene.encounterId),
    onsetDateTime: toDate(visit.day),
    abatementDateTime: resolved ? toDate(over) : undefined,
    recordedDate: at(scene, 10),
  })
}

const VITAL = ['vital-signs', 'Vital Signs'] as const
const CATEGORIES: Readonly<Record<string, readonly [code: string, display: string]>> = {
  height: VITAL,
  weight: VITAL,
  bmi: VITAL,
  heartRate: VITAL,
  respiration: VITAL,
  temperature: VITAL,
  oxygen: VITAL,
  pain: ['survey', 'Survey'],
  phq9: ['survey', 'Survey'],
  fev1: ['procedure', 'Procedure'],
}

/** What every observation of a scene has; one without an encounter was made by the patient. */
function common(scene: Scene, key: string): Record<string, Value | undefined> {
  const { frame, encounterId } = scene
  const [code, display] = CATEGORIES[key] ?? ['laboratory', 'Laboratory']
  return {
    status: 'final',
    category: [hl7('observation-category', code, display)],
    code: undefined,
    subject: reference(frame.patientId),
    encounter: encounterId === '' ? undefined : reference(encounterId),
    effectiveDateTime: at(scene, 5),
    issued: issued(scene),
    performer: [reference(encounterId === '' ? frame.patientId : frame.practitionerId)],
  }
}

function observation(scene: Scene, key: string): JsonObject {
  const spec = MEASUREMENTS[key] as Measurement
  const value = scene.sheet.read(key)
  return resource('Observation', scene.random.uuid(), {
    ...common(scene, key),
    code: concept(coding(LOINC, spec.loinc, spec.display)),
    valueQuantity: quantity(value, spec.unit, spec.unitText),
    interpretation: interpretation(spec, Number(value)),
    referenceRange: range(spec),
  })
}

function interpretation(spec: Measurement, value: number): Value | undefined {
  if (spec.reference === undefined) return undefined
  const [low, high] = spec.reference
  const name = 'v3-ObservationInterpretation'
  if (low !== null && value < low) return [hl7(name, 'L', 'Low')]
  if (high !== null && value > high) return [hl7(name, 'H', 'High')]
  return [hl7(name, 'N', 'Normal')]
}

function range(spec: Measurement): Value | undefined {
  if (spec.reference === undefined) return undefined
  const [low, high] = spec.reference
  const out: JsonObject = {}
  if (low !== null) out['low'] = quantity(low, spec.unit, spec.unitText)
  if (high !== null) out['high'] = quantity(high, spec.unit, spec.unitText)
  return [out]
}

function bloodPressure(scene: Scene): JsonObject {
  const component = (key: string): JsonObject => {
    const spec = MEASUREMENTS[key] as Measurement
    return {
      code: concept(coding(LOINC, spec.loinc, spec.display)),
      valueQuantity: quantity(scene.sheet.read(key), spec.unit, spec.unitText),
    }
  }
  return resource('Observation', scene.random.uuid(), {
    ...common(scene, 'weight'),
    code: concept(coding(LOINC, '85354-9', 'Blood pressure panel with all children optional')),
    component: [component('systolic'), component('diastolic')],
  })
}

const SMOKING = {
  never: ['266919005', 'Never smoked tobacco'],
  former: ['8517006', 'Ex-smoker'],
  daily: ['449868002', 'Smokes tobacco daily'],
} as const

function smokingStatus(scene: Scene): JsonObject {
  const [code, display] = SMOKING[scene.frame.person.smoker]
  return resource('Observation', scene.random.uuid(), {
    ...common(scene, 'smoking'),
    category: [hl7('observation-category', 'social-history', 'Social History')],
    code: concept(coding(LOINC, '72166-2', 'Tobacco smoking status')),
    valueCodeableConcept: concept(coding(SNOMED, code, display)),
  })
}

/** A report and its observations: they stay or go together. */
function panel(scene: Scene, key: string): JsonObject[] {
  const spec = PANELS[key]
  if (spec === undefined) return []
  const members = spec.members.map((member) => observation(scene, member))
  const report = resource('DiagnosticReport', scene.random.uuid(), {
    status: 'final',
    category: [hl7('v2-0074', 'LAB', 'Laboratory')],
    code: concept(coding(LOINC, spec.loinc, spec.display)),
    subject: reference(scene.frame.patientId),
    encounter: reference(scene.encounterId),
    effectiveDateTime: at(scene, 5),
    issued: issued(scene),
    performer: [reference(scene.frame.organizationId)],
    result: members.map((member) => reference(member['id'] as string)),
  })
  return [report, ...members]
}

function medicationRequest(scene: Scene, key: string, cause: string | undefined): JsonObject {
  const { frame, visit } = scene
  const spec = MEDICATIONS[key]
  if (spec === undefined) throw new RangeError(`no medication ${key}`)
  const active =
    visit.acute === undefined &&
    visit.day > frame.person.end - 400 &&
    frame.person.death === undefined
  const dosage: JsonObject = {
    sequence: number(1),
    timing: { repeat: { frequency: number(spec.perDay), period: number(1), periodUnit: 'd' } },
    asNeededBoolean: spec.asNeeded ?? false,
    doseAndRate: [
      {
        type: hl7('dose-rate-type', 'ordered', 'Ordered'),
        doseQuantity: quantity(spec.dose, spec.unit),
      },
    ],
  }
  return resource('MedicationRequest', scene.random.uuid(), {
    status: active ? 'active' : 'completed',
    intent: 'order',
    medicationCodeableConcept: concept(coding(RXNORM, spec.rxnorm, spec.display)),
    subject: reference(frame.patientId),
    encounter: reference(scene.encounterId),
    authoredOn: at(scene, 12),
    requester: reference(frame.practitionerId),
    reasonReference: cause === undefined ? undefined : [reference(cause)],
    dosageInstruction: [dosage],
  })
}

function procedure(scene: Scene, key: string, cause: string | undefined): JsonObject {
  const { frame } = scene
  const spec = PROCEDURES[key]
  if (spec === undefined) throw new RangeError(`no procedure ${key}`)
  return resource('Procedure', scene.random.uuid(), {
    status: 'completed',
    code: concept(coding(SNOMED, spec.snomed, spec.display)),
    subject: reference(frame.patientId),
    encounter: reference(scene.encounterId),
    performedPeriod: { start: at(scene, 6), end: at(scene, 6 + spec.minutes) },
    performer: [{ actor: reference(frame.practitionerId) }],
    reasonReference: cause === undefined ? undefined : [reference(cause)],
  })
}

function immunization(scene: Scene, vaccine: { cvx: string; display: string }): JsonObject {
  const { frame } = scene
  return resource('Immunization', scene.random.uuid(), {
    status: 'completed',
    vaccineCode: concept(coding(CVX, vaccine.cvx, vaccine.display)),
    patient: reference(frame.patientId),
    encounter: reference(scene.encounterId),
    occurrenceDateTime: at(scene, 12),
    primarySource: true,
    performer: [{ actor: reference(frame.practitionerId) }],
  })
}
