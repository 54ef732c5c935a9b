/**
 * Where the codes of a resource stand, by type (FHIR R4). The first path that holds a coding has
 * the main code. A type that is absent from the table has its code in `code`.
 */
export const CODE_PATHS: Readonly<Record<string, readonly (readonly string[])[]>> = {
  AdverseEvent: [['event']],
  Appointment: [['serviceType'], ['appointmentType']],
  CarePlan: [['category']],
  CareTeam: [['category']],
  Claim: [['type']],
  ClaimResponse: [['type']],
  Communication: [['category']],
  Composition: [['type']],
  Consent: [['scope']],
  Coverage: [['type']],
  Device: [['type']],
  DeviceRequest: [['codeCodeableConcept']],
  DeviceUseStatement: [['reasonCode']],
  DocumentReference: [['type']],
  Encounter: [['type'], ['class']],
  EpisodeOfCare: [['type']],
  ExplanationOfBenefit: [['type']],
  FamilyMemberHistory: [['condition', 'code'], ['relationship']],
  Goal: [['description']],
  ImagingStudy: [['procedureCode'], ['modality']],
  Immunization: [['vaccineCode']],
  ImmunizationRecommendation: [['recommendation', 'vaccineCode']],
  Location: [['type']],
  Media: [['type']],
  MedicationAdministration: [['medicationCodeableConcept']],
  MedicationDispense: [['medicationCodeableConcept']],
  MedicationRequest: [['medicationCodeableConcept']],
  MedicationStatement: [['medicationCodeableConcept']],
  Organization: [['type']],
  Patient: [],
  Practitioner: [],
  Provenance: [['activity']],
  RelatedPerson: [['relationship']],
  Specimen: [['type']],
  SupplyDelivery: [['suppliedItem', 'itemCodeableConcept']],
  SupplyRequest: [['itemCodeableConcept']],
}

/** Elements whose codes a resource has beside its main code's element. */
export const ALSO_PATHS: ReadonlyMap<string, readonly (readonly string[])[]> = new Map([
  ['Observation', [['component', 'code']]],
])

const DEFAULT_PATHS: readonly (readonly string[])[] = [['code']]

export function codePathsOf(type: string): readonly (readonly string[])[] {
  return Object.hasOwn(CODE_PATHS, type) ? (CODE_PATHS[type] ?? DEFAULT_PATHS) : DEFAULT_PATHS
}
