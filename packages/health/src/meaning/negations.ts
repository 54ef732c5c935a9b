/**
 * Codes that say that something is not there. A code is not a modifier to FHIR; these change what a
 * resource says all the same.
 */

const SNOMED = 'http://snomed.info/sct'
/** Absent and unknown data of the International Patient Summary. */
const ABSENT_UNKNOWN = 'http://hl7.org/fhir/uv/ips/CodeSystem/absent-unknown-uv-ips'

/** SNOMED CT situations with explicit context. */
const ABSENT: ReadonlySet<string> = new Set([
  '716186003', // no known allergy
  '160244002', // no known allergies
  '409137002', // no known drug allergy
  '428607008', // no known environmental allergy
  '429625007', // no known food allergy
  '428197003', // no known insect allergy
  '1003774007', // no known Hevea brasiliensis latex allergy
  '160245001', // no current problems or disability
  '787480003', // no known procedures
  '787481004', // no known medications
  '373572006', // clinical finding absent
])

/**
 * Values of a finding's context (SNOMED CT Editorial Guide): known absent, and not known at all.
 */
const ABSENT_CONTEXT = '410516002'

/** What a code says about there being anything at all. */
export function negationOf(system: string, code: string): 'negated' | 'unclear' | undefined {
  if (system === ABSENT_UNKNOWN) return code.startsWith('no-known-') ? 'negated' : 'unclear'
  if (system !== SNOMED) return undefined
  if (ABSENT.has(code)) return 'negated'
  // An expression that is put together of several concepts can say anything; one kind says
  // "absent".
  if (/^\d+$/.test(code)) return undefined
  return code.includes(ABSENT_CONTEXT) ? 'negated' : 'unclear'
}
