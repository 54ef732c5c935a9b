/** What to do at the source of a record about a finding, by its rule or the rule's family. */
const ADVICE: Readonly<Record<string, string>> = {
  'schema.additionalProperties':
    'Leave the element out, or carry it as an extension; check that the export is FHIR R4.',
  'schema.required':
    'Export the element, or say why it is absent by a data-absent-reason extension.',
  'schema.type': 'Write it as the JSON type that FHIR R4 has for it.',
  'schema.enum': 'Use a code of the value set that FHIR R4 requires there.',
  'schema.pattern': 'Write it in the form of its data type, such as 2024-05-01 for a date.',
  'schema.const': 'Write the resource type that the element holds.',
  'schema.resourceType': 'Leave the resource out, or export it as a type of FHIR R4.',
  'cardinality.required': 'Export the element; FHIR R4 requires it.',
  'cardinality.single': 'Keep one value; FHIR R4 has no list there.',
  'choice.single': 'Keep one of the two value[x] elements.',
  'element.empty': 'Leave empty elements out.',
  binding: 'Use a code of the value set that FHIR R4 requires there.',
  invariant: 'Look the constraint up in the definition of its type: hl7.org/fhir/R4.',
}

const OTHERWISE = 'Compare the element with its definition in FHIR R4 (hl7.org/fhir/R4).'

/** What to do about a finding of this rule, one sentence. */
export function adviceOf(rule: string): string {
  return ADVICE[rule] ?? ADVICE[rule.split('.')[0] ?? ''] ?? OTHERWISE
}
