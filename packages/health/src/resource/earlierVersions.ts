/**
 * What FHIR STU3 (3.0.2) has and R4 does not, to say so where R4 is expected. Source: the "R3 Diff"
 * of each resource's page in R4 (hl7.org/fhir/R4), for what clinical exports hold.
 */

const TYPES: ReadonlySet<string> = new Set([
  'BodySite',
  'DataElement',
  'DeviceComponent',
  'EligibilityRequest',
  'EligibilityResponse',
  'ExpansionProfile',
  'ImagingManifest',
  'ProcedureRequest',
  'ProcessRequest',
  'ProcessResponse',
  'ReferralRequest',
  'Sequence',
  'ServiceDefinition',
])

const ELEMENTS: Readonly<Record<string, readonly string[]>> = {
  AllergyIntolerance: ['assertedDate'],
  CarePlan: ['context', 'definition'],
  CareTeam: ['context'],
  Composition: ['class'],
  Condition: ['assertedDate', 'context'],
  DiagnosticReport: ['codedDiagnosis', 'context'],
  DocumentReference: ['class', 'created', 'indexed'],
  Encounter: ['incomingReferral'],
  FamilyMemberHistory: ['definition', 'notDone'],
  Goal: ['status'],
  ImagingStudy: ['accession', 'uid'],
  Immunization: ['date', 'explanation', 'notGiven', 'vaccinationProtocol'],
  MedicationAdministration: ['notGiven', 'prescription', 'reasonNotGiven'],
  MedicationDispense: ['notDone'],
  MedicationRequest: ['context', 'definition'],
  MedicationStatement: ['notTaken', 'reasonNotTaken', 'taken'],
  Observation: ['comment', 'context', 'related'],
  Patient: ['animal'],
  Procedure: ['context', 'definition', 'notDone', 'notDoneReason'],
}

/** Elements that are a code in STU3 and a concept in R4. */
const CODES: Readonly<Record<string, readonly string[]>> = {
  AllergyIntolerance: ['clinicalStatus', 'verificationStatus'],
  Condition: ['clinicalStatus', 'verificationStatus'],
}

/** True for a resource type that STU3 has and R4 does not. */
export function isStu3Type(type: string): boolean {
  return TYPES.has(type)
}

/** True for an element, with its value, that a resource type has in STU3 and not in R4. */
export function isStu3Element(type: string, key: string, value: unknown): boolean {
  const named = Object.hasOwn(ELEMENTS, type) && ELEMENTS[type]?.includes(key) === true
  const coded = Object.hasOwn(CODES, type) && CODES[type]?.includes(key) === true
  return named || (coded && typeof value === 'string')
}
