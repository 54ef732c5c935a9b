/** Codes of statements about an age: LOINC and SNOMED CT. */
export const AGE_CODES: ReadonlySet<string> = new Set([
  '30525-0', // age
  '21612-7', // age, reported
  '21611-9', // age, estimated
  '29553-5', // age, calculated
  '35659-2', // age at specimen collection
  '63900-5', // current age, or age at death
  '39016-1', // age at death
  '397669002', // age
  '397659008', // age
  '424144002', // current chronological age
  '445518008', // age at onset of clinical finding
  '397709008', // age at death
  '105727008', // age AND/OR growth period
])

/** Codes of statements about a year or date of birth. */
export const BIRTH_CODES: ReadonlySet<string> = new Set([
  '80904-6', // birth year
  '21112-8', // birth date
  '184099003', // date of birth
  '399423000', // year of birth
])
