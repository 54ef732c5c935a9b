import { listedCodes } from './tables.ts'
import { isUnit } from './units.ts'

/**
 * The code systems whose codes may stay. A system that HL7 publishes whole with R4 is checked by
 * its list; for the others the code must follow the system's syntax, with its check digit where it
 * has one. Any other system, and so any hospital's own, is dropped.
 */

type Test = (code: string) => boolean
const syntax =
  (pattern: RegExp): Test =>
  (code) =>
    pattern.test(code)

const SYSTEMS: ReadonlyMap<string, Test> = new Map<string, Test>([
  ['http://loinc.org', isLoinc],
  ['http://snomed.info/sct', isSnomed],
  // RxNorm concept ids are numbers without a check digit; the highest issued are below three
  // million.
  [
    'http://www.nlm.nih.gov/research/umls/rxnorm',
    (code) => /^[1-9]\d{1,6}$/.test(code) && Number(code) < 3_000_000,
  ],
  ['http://hl7.org/fhir/sid/icd-10-cm', isIcd10],
  ['http://hl7.org/fhir/sid/icd-10', isIcd10],
  ['http://www.cms.gov/Medicare/Coding/ICD10', isIcd10Pcs],
  [
    'http://hl7.org/fhir/sid/icd-9-cm',
    syntax(/^(?:\d{3}(?:\.\d{1,2})?|V\d{2}(?:\.\d{1,2})?|E\d{3}(?:\.\d)?)$/),
  ],
  ['http://hl7.org/fhir/sid/cvx', syntax(/^\d{2,3}$/)],
  // With hyphens only: eleven bare digits could be a telephone number.
  [
    'http://hl7.org/fhir/sid/ndc',
    syntax(/^(?:\d{4}-\d{4}-\d{2}|\d{5}-\d{3}-\d{2}|\d{5}-\d{4}-\d{1,2})$/),
  ],
  ['http://www.ama-assn.org/go/cpt', syntax(/^(?:0\d{4}|[1-9]\d{4}|\d{4}[FTU])$/)],
  ['https://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets', syntax(/^[A-EGHJ-MP-V]\d{4}$/)],
  ['http://www.whocc.no/atc', syntax(/^[A-DGHJLMNPRSV](?:\d{2}(?:[A-Z](?:[A-Z](?:\d{2})?)?)?)?$/)],
  ['http://fdasis.nlm.nih.gov', syntax(/^(?=.*\d.*\d)(?=.*[A-Z].*[A-Z])[0-9A-Z]{10}$/)],
  ['http://nucc.org/provider-taxonomy', syntax(/^\d{3}[0-9A-Z][0-9A-Z]\d{4}X$/)],
  ['urn:oid:2.16.840.1.113883.6.238', isCdcRace],
  ['http://unitsofmeasure.org', isUnit],
])

/**
 * True when the system is one of those above or of HL7's and the code one of its codes, or of its
 * syntax.
 */
export function isKnownCode(system: string, code: string): boolean {
  const test = SYSTEMS.get(system)
  if (test !== undefined) return test(code)
  return listedCodes(system)?.has(code) ?? false
}

/** True when codes of the system may stay at all. */
export function isKnownSystem(system: string): boolean {
  return SYSTEMS.has(system) || listedCodes(system) !== undefined
}

/**
 * LOINC Users' Guide: up to six digits, hyphen, mod 10 check digit (Luhn). Parts and answers begin
 * with LP, LA; their digit counts otherwise.
 */
function isLoinc(code: string): boolean {
  if (/^L[AP]\d{1,6}-\d$/.test(code)) return true
  const match = /^(\d{1,6})-(\d)$/.exec(code)
  if (!match) return false
  const digits = match[1] as string
  let sum = 0
  for (let i = 0; i < digits.length; i++) {
    const digit = Number(digits[digits.length - 1 - i])
    const twice = i % 2 === 0 ? digit * 2 : digit
    sum += twice > 9 ? twice - 9 : twice
  }
  return (10 - (sum % 10)) % 10 === Number(match[2])
}

const VERHOEFF_MULTIPLY = [
  '0123456789',
  '1234067895',
  '2340178956',
  '3401289567',
  '4012395678',
  '5987604321',
  '6598710432',
  '7659821043',
  '8765932104',
  '9876543210',
]
const VERHOEFF_PERMUTE = [
  '0123456789',
  '1576283094',
  '5803796142',
  '8916043527',
  '9453126870',
  '4286573901',
  '2793806415',
  '7046913258',
]

/**
 * SNOMED CT Release File Specification, 6: 6 to 18 digits, partition 00 or 10 of a concept,
 * Verhoeff check digit.
 */
function isSnomed(code: string): boolean {
  if (!/^[1-9]\d{5,17}$/.test(code) || !/(?:00|10)\d$/.test(code)) return false
  let check = 0
  for (let i = 0; i < code.length; i++) {
    const digit = Number(code[code.length - 1 - i])
    const permuted = Number((VERHOEFF_PERMUTE[i % 8] as string)[digit])
    check = Number((VERHOEFF_MULTIPLY[check] as string)[permuted])
  }
  return check === 0
}

/**
 * ICD-10-CM Official Guidelines, I.A.2: letter, two characters, point, up to four; a digit stands
 * among them, or one letter alone.
 */
function isIcd10(code: string): boolean {
  const match = /^[A-Z]\d[0-9AB](?:\.?([0-9A-Z]{1,4}))?$/.exec(code)
  if (!match) return false
  const rest = match[1] ?? ''
  return rest.length < 2 || /\d/.test(rest)
}

/**
 * ICD-10-PCS Reference Manual: seven characters without I and O; a letter and a digit among them
 * rule out names and numbers.
 */
function isIcd10Pcs(code: string): boolean {
  return /^[0-9BCDFGHX][0-9A-HJ-NP-Z]{6}$/.test(code) && /\d/.test(code) && /[A-Z]/.test(code)
}

/**
 * The race and ethnicity classes of the OMB (1997); CDC's finer codes name small communities and
 * are dropped.
 */
const OMB = new Set([
  '1002-5',
  '2028-9',
  '2054-5',
  '2076-8',
  '2106-3',
  '2131-1',
  '2135-2',
  '2186-5',
])

function isCdcRace(code: string): boolean {
  return OMB.has(code)
}
