import type { Resource } from './Resource.ts'
import { codingsOf } from './resource/codes.ts'
import { childrenOf, memberOf } from './resource/json.ts'

/**
 * Security labels that a hospital puts on a resource (FHIR R4, security-labels.html): restricted
 * and very restricted confidentiality, and the kinds of information that HL7 calls sensitive, such
 * as substance use, HIV, mental and reproductive health. A labelled resource stays with its person
 * unless a deal names the label and the consent says so.
 */

const CONFIDENTIALITY =
  /^http:\/\/(?:terminology\.hl7\.org\/CodeSystem|hl7\.org\/fhir)\/(?:v3[-/])?Confidentiality$/
const ACT_CODE =
  /^http:\/\/(?:terminology\.hl7\.org\/CodeSystem|hl7\.org\/fhir)\/(?:v3[-/])?ActCode$/

/**
 * Labels in words, by their code: v3-Confidentiality, and v3-ActCode below
 * _InformationSensitivityPolicy.
 */
export const LABELS: ReadonlyMap<string, string> = new Map([
  ['R', 'restricted'],
  ['V', 'very restricted'],
  ['ETH', 'substance abuse'],
  ['GDIS', 'genetic disease'],
  ['HIV', 'HIV or AIDS'],
  ['MST', 'military sexual trauma'],
  ['SCA', 'sickle cell anaemia'],
  ['SICKLE', 'sickle cell'],
  ['SDV', 'sexual assault, abuse or domestic violence'],
  ['SEX', 'sexuality and reproductive health'],
  ['SPI', 'specially protected information'],
  ['BH', 'behavioural health'],
  ['COGN', 'cognitive disability'],
  ['DVD', 'developmental disability'],
  ['EMOTDIS', 'emotional disturbance'],
  ['MH', 'mental health'],
  ['PSY', 'psychiatric disorder'],
  ['PSYTHPN', 'psychotherapy notes'],
  ['SUD', 'substance use disorder'],
  ['ETHUD', 'alcohol use disorder'],
  ['OPIOIDUD', 'opioid use disorder'],
  ['STD', 'sexually transmitted disease'],
  ['TBOO', 'taboo'],
  ['VIO', 'violence'],
  ['DEMO', 'demographic information'],
  ['DOB', 'date of birth'],
  ['GENDER', 'gender and sexual orientation'],
  ['LIVARG', 'living arrangement'],
  ['MARST', 'marital status'],
  ['RACE', 'race'],
  ['REL', 'religion'],
  ['B', 'business information'],
  ['EMPL', 'employer'],
  ['LOCIS', 'location'],
  ['SSP', 'sensitive service provider'],
  ['ADOL', 'adolescent'],
  ['CEL', 'celebrity'],
  ['DIA', 'diagnosis'],
  ['DRGIS', 'drug'],
  ['EMP', 'employee'],
  ['PDS', 'patient default'],
  ['PHY', 'requested by a physician'],
  ['PRS', 'requested by the patient'],
  // Parts of the resource carry labels of their own, which are not read here.
  ['PROCESSINLINELABEL', 'marked in parts'],
])

/**
 * Confidentiality codes that are labels, and the kinds of information that earlier versions had
 * among them.
 */
const RESTRICTED: ReadonlySet<string> = new Set(['R', 'V', 'ETH', 'HIV', 'PSY', 'SDV'])

/** The labels of a resource and of what it contains, sorted, each once; empty for most. */
export function labelsOf({ value }: Resource): readonly string[] {
  const holders = [value, ...childrenOf(value, 'contained')]
  const labels = holders.flatMap((holder) => {
    const meta = memberOf(holder, 'meta')
    return meta === undefined ? [] : childrenOf(meta, 'security').flatMap(codingsOf)
  })
  return [...new Set(labels.flatMap(({ system, code }) => labelOf(system, code) ?? []))].sort()
}

/** The label that a coding of `meta.security` gives, if any. */
export function labelOf(system: string, code: string): string | undefined {
  if (CONFIDENTIALITY.test(system)) return RESTRICTED.has(code) ? code : undefined
  return ACT_CODE.test(system) && LABELS.has(code) && code !== 'R' && code !== 'V'
    ? code
    : undefined
}

/** True for the code of a label. */
export function isLabel(code: string): boolean {
  return LABELS.has(code)
}

/** The code system of a label. */
export function systemOfLabel(code: string): string {
  const name = code === 'R' || code === 'V' ? 'v3-Confidentiality' : 'v3-ActCode'
  return `http://terminology.hl7.org/CodeSystem/${name}`
}

/** True where each label of the resource is among those named. */
export function isOpen(resource: Resource, named: readonly string[] | undefined): boolean {
  return labelsOf(resource).every((label) => named?.includes(label) === true)
}

/**
 * Type and labels as one name, such as `Observation` or `Observation+HIV+R`. Groups and roots of a
 * credential are those of one class, so that nothing of what is not labelled tells of what is.
 */
export function classOf(resource: Resource): string {
  return [resource.type, ...labelsOf(resource)].join('+')
}

/** True for the class of that type whose labels are all named. */
export function isClassOf(
  name: string,
  type: string,
  named: readonly string[] | undefined,
): boolean {
  const [own, ...labels] = name.split('+')
  return own === type && labels.every((label) => named?.includes(label) === true)
}

/** Labels in words, for a sentence. */
export function inWords(labels: readonly string[]): string {
  return labels.map((label) => `${LABELS.get(label) ?? label} (${label})`).join(', ')
}
