/**
 * Elements that make a resource of a type useful, each as a list of alternatives of which one
 * suffices. They follow the elements that the International Patient Summary (hl7.fhir.uv.ips 2.0.0)
 * marks as must support. Other types are expected to have a `code`.
 */
export const COMPLETENESS_ELEMENTS: Readonly<Record<string, readonly (readonly string[])[]>> = {
  AllergyIntolerance: [
    ['code'],
    ['patient'],
    ['clinicalStatus'],
    ['onsetDateTime', 'recordedDate'],
  ],
  CarePlan: [['category'], ['subject'], ['status'], ['period', 'created']],
  Condition: [
    ['code'],
    ['subject'],
    ['clinicalStatus'],
    ['onsetDateTime', 'onsetPeriod', 'onsetAge', 'recordedDate'],
  ],
  DiagnosticReport: [
    ['code'],
    ['subject'],
    ['status'],
    ['effectiveDateTime', 'effectivePeriod', 'issued'],
    ['result', 'conclusionCode'],
  ],
  Encounter: [['class'], ['status'], ['subject'], ['period']],
  Immunization: [['vaccineCode'], ['patient'], ['status'], ['occurrenceDateTime']],
  MedicationAdministration: [
    ['medicationCodeableConcept', 'medicationReference'],
    ['subject'],
    ['status'],
    ['effectiveDateTime', 'effectivePeriod'],
  ],
  MedicationRequest: [
    ['medicationCodeableConcept', 'medicationReference'],
    ['subject'],
    ['status'],
    ['authoredOn'],
  ],
  MedicationStatement: [
    ['medicationCodeableConcept', 'medicationReference'],
    ['subject'],
    ['status'],
    ['effectiveDateTime', 'effectivePeriod', 'dateAsserted'],
  ],
  Observation: [
    ['code'],
    ['subject'],
    ['status'],
    ['effectiveDateTime', 'effectivePeriod', 'effectiveInstant'],
    [
      'valueQuantity',
      'valueCodeableConcept',
      'valueString',
      'valueBoolean',
      'valueInteger',
      'valueRange',
      'valueRatio',
      'valueSampledData',
      'valueTime',
      'valueDateTime',
      'valuePeriod',
      'component',
      'hasMember',
      'dataAbsentReason',
    ],
  ],
  Procedure: [['code'], ['subject'], ['status'], ['performedDateTime', 'performedPeriod']],
  Provenance: [['target'], ['recorded'], ['agent']],
}
