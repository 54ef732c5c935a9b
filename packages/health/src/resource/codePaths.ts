/**
 * Where the main code of a resource stands, by type (FHIR R4). The first path that holds a coding decides. A type that is
 * absent from the table has its code in `code`.
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

const DEFAULT_PATHS: readonly (readonly string[])[] = [['code']]

export function codePathsOf(type: string): readonly (readonly string[])[] {
  return Object.hasOwn(CODE_PATHS, type) ? (CODE_PATHS[type] ?? DEFAULT_PATHS) : DEFAULT_PATHS
}
