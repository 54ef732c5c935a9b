/**
 * Code systems that clinical data is exchanged in (FHIR R4, terminologies-systems.html). A resource counts as coded with a code of one of
 * them, and its main code is of the first of them that it has: a local code beside a LOINC code must not move a laboratory result
 * out of the group in which a consumer asks for all.
 */
export const CODE_SYSTEMS: ReadonlySet<string> = new Set([
  'http://loinc.org',
  'http://snomed.info/sct',
  'http://www.nlm.nih.gov/research/umls/rxnorm',
  'http://hl7.org/fhir/sid/icd-10',
  'http://hl7.org/fhir/sid/icd-10-cm',
  'http://hl7.org/fhir/sid/icd-9-cm',
  'http://www.cms.gov/Medicare/Coding/ICD10',
  'http://hl7.org/fhir/sid/cvx',
  'http://hl7.org/fhir/sid/ndc',
  'http://hl7.org/fhir/sid/atc',
  'http://www.whocc.no/atc',
  'http://www.ama-assn.org/go/cpt',
  'http://unitsofmeasure.org',
  'http://dicom.nema.org/resources/ontology/DCM',
  'urn:iso:std:iso:11073:10101',
  'http://www.orpha.net',
  'http://varnomen.hgvs.org',
  'http://www.genenames.org',
])
