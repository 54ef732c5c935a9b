/**
 * The rules by their names, each with the place of the law or of FHIR that it comes from. The
 * letters are those of 45 CFR 164.514(b)(2)(i).
 */
export const RULES = {
  name: '(A) names',
  geography: '(B) geographic subdivisions smaller than a State; ZIP codes to three digits',
  date: '(C) elements of dates except the year',
  age: '(C) ages over 89 and what shows them',
  contact: '(D)(E)(F) telephone, fax and e-mail',
  identifier:
    '(G)(H)(I)(J)(K)(L)(M)(R) numbers and codes that are unique to a person, device or document',
  device: '(M) device identifiers and serial numbers',
  url: '(N)(O) web and network addresses',
  image: '(P)(Q) attachments, images, waveforms and biometric data',
  text: '(R) free text, which can hold any of the eighteen',
  display: '(R) display text; the code beside it stays',
  extension: '(R) extensions, but for the listed ones',
  rekeyed: '(c) ids, re-keyed by a keyed function',
  reference: '(R) references to what is not in the record',
  metadata: '(R) version, source, profile and tags of a resource',
  code: '(R) codes outside the listed systems or their syntax',
  system: 'FHIR: a code system named by its OID, written as its URL',
  label: '(R) security labels, but for those of sensitive information, which stay',
  unit: '(R) unit text and annotations; the UCUM code stays',
  number: '(R) numbers too long for what they count',
  time: '(C) times of day',
  element: '(R) elements that no rule keeps',
  modifier: '(R) what an unknown modifier extension changes the meaning of',
  contained: '(R) contained resources that no kept element refers to',
  invariant: 'FHIR: what R4 allows only beside an element that was removed',
  required:
    'FHIR: a required element, or one that changes the meaning, that was removed says so (data-absent-reason, masked)',
  invalid:
    'resources that are not valid R4, or whose meaning a modifier extension or implicit rules change',
  repeated: 'resources that came more than once',
  unclean: 'resources in whose form the checker found something',
  type: '(R) resources of a type that no rule keeps',
} as const

export type Rule = keyof typeof RULES

/**
 * Data types that are removed wherever they stand. A type that is neither here nor in `walk.ts` is
 * removed as `element`.
 */
export const REMOVED_TYPES: ReadonlyMap<string, Rule> = new Map<string, Rule>([
  ['HumanName', 'name'],
  ['ContactPoint', 'contact'],
  ['ContactDetail', 'contact'],
  ['Contributor', 'name'],
  ['Identifier', 'identifier'],
  ['Attachment', 'image'],
  ['SampledData', 'image'],
  ['Signature', 'identifier'],
  ['Annotation', 'text'],
  ['Narrative', 'text'],
  ['string', 'text'],
  ['markdown', 'text'],
  ['xhtml', 'text'],
  ['base64Binary', 'image'],
  ['uri', 'url'],
  ['url', 'url'],
  ['canonical', 'url'],
  ['oid', 'identifier'],
  ['uuid', 'identifier'],
  ['id', 'identifier'],
  ['instant', 'date'],
  ['time', 'time'],
  ['Meta', 'metadata'],
  ['Extension', 'extension'],
])

/** Elements that are removed though their type could stay. */
export const REMOVED_PATHS: ReadonlyMap<string, Rule> = new Map<string, Rule>([
  ['Patient.contact', 'name'],
  ['Patient.link', 'identifier'],
  ['Patient.multipleBirth[x]', 'element'],
  ['Patient.generalPractitioner', 'element'],
  ['Claim.accident', 'element'],
  ['Claim.payee', 'element'],
  ['Claim.related', 'identifier'],
  ['Coverage.class', 'identifier'],
  ['Coverage.order', 'element'],
  ['ExplanationOfBenefit.accident', 'element'],
  ['ExplanationOfBenefit.payee', 'element'],
  ['ExplanationOfBenefit.related', 'identifier'],
  ['ExplanationOfBenefit.processNote', 'text'],
  ['ExplanationOfBenefit.payment', 'identifier'],
  ['ImagingStudy.series.instance', 'identifier'],
  ['Immunization.education', 'url'],
  ['Immunization.expirationDate', 'device'],
  ['Location.position', 'geography'],
  ['Location.hoursOfOperation', 'time'],
  ['Medication.batch', 'device'],
  ['Provenance.location', 'element'],
  ['Provenance.entity', 'element'],
  ['Substance.instance', 'identifier'],
])

/** Shells: a reference to them stays whole, and of their content only these elements do. */
export const SHELLS: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ['Practitioner', new Set(['active'])],
  [
    'PractitionerRole',
    new Set(['active', 'practitioner', 'organization', 'code', 'specialty', 'location']),
  ],
  ['Organization', new Set(['active', 'type', 'name'])],
  ['Location', new Set(['status', 'mode', 'type', 'address', 'physicalType'])],
  ['Device', new Set(['status', 'type', 'patient', 'definition'])],
])

/**
 * Elements that invariants require beside the definitions' minimum (org-1, ait-1, imr-1), where the
 * source has one of the members named.
 */
export const ALSO_REQUIRED: ReadonlyMap<string, readonly [name: string, where: readonly string[]]> =
  new Map([
    ['Organization', ['name', ['name', 'identifier']]],
    ['AllergyIntolerance', ['clinicalStatus', ['clinicalStatus']]],
    [
      'ImmunizationRecommendation.recommendation',
      ['targetDisease', ['targetDisease', 'vaccineCode']],
    ],
  ])

export const DATA_ABSENT = 'http://hl7.org/fhir/StructureDefinition/data-absent-reason'
export const MASKED = 'masked'
/**
 * The class of ages over 89: an extension of `Patient.birthDate`, whose year is removed with it.
 */
export const AGE_CLASS = 'urn:ambrosia:age-90-or-older'

export const RACE = 'http://hl7.org/fhir/us/core/StructureDefinition/us-core-race'
export const ETHNICITY = 'http://hl7.org/fhir/us/core/StructureDefinition/us-core-ethnicity'
export const BIRTH_SEX = 'http://hl7.org/fhir/us/core/StructureDefinition/us-core-birthsex'

/** The text that US Core asks for beside a class of the OMB: ours, by code. */
export const OMB_TEXT: ReadonlyMap<string, string> = new Map([
  ['1002-5', 'American Indian or Alaska Native'],
  ['2028-9', 'Asian'],
  ['2054-5', 'Black or African American'],
  ['2076-8', 'Native Hawaiian or Other Pacific Islander'],
  ['2106-3', 'White'],
  ['2131-1', 'Other Race'],
  ['2135-2', 'Hispanic or Latino'],
  ['2186-5', 'Not Hispanic or Latino'],
])
