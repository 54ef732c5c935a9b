/** Codes of observations that state an age: LOINC and SNOMED CT. */
export const AGE_CODES: ReadonlySet<string> = new Set([
  '30525-0',
  '21612-7',
  '21611-9',
  '29553-5',
  '35659-2',
  '63900-5',
  '397669002',
  '424144002',
  '445518008',
])
