import type { Value } from '@ambrosia/primitives/CanonicalJson'
import { isObject, type JsonObject } from '../Resource.ts'
import type { Tally } from './report.ts'
import { BIRTH_SEX, ETHNICITY, OMB_TEXT, RACE } from './rules.ts'

const OMB_SYSTEM = 'urn:oid:2.16.840.1.113883.6.238'
const SEXES = new Set(['F', 'M', 'UNK'])

/**
 * The extensions of a Patient that stay, written anew from their codes: race and ethnicity by the
 * classes of the OMB and sex at birth (US Core 3 to 7). None of them is among the eighteen
 * identifiers.
 */
export function cleanPatientExtensions(patient: JsonObject, tally: Tally): Value[] {
  const source = patient['extension']
  if (!Array.isArray(source)) return []
  const out: Value[] = []
  for (const extension of source) {
    const kept = isObject(extension) ? cleanOne(extension) : undefined
    if (kept === undefined) continue
    if (out.some((one) => (one as JsonObject)['url'] === kept['url'])) continue
    out.push(kept)
    tally.note('extension', 'Patient.extension (race, ethnicity, sex at birth: written anew)')
  }
  return out
}

function cleanOne(extension: JsonObject): JsonObject | undefined {
  const url = extension['url']
  if (url === BIRTH_SEX) {
    const sex = extension['valueCode']
    return typeof sex === 'string' && SEXES.has(sex) ? { url, valueCode: sex } : undefined
  }
  if (url !== RACE && url !== ETHNICITY) return undefined
  const codes = ombCodes(extension)
  const first = codes[0]
  if (first === undefined) return undefined
  const categories: Value[] = codes.map((code) => ({
    url: 'ombCategory',
    valueCoding: { system: OMB_SYSTEM, code, display: OMB_TEXT.get(code) as string },
  }))
  const text = codes.map((code) => OMB_TEXT.get(code)).join(', ')
  return { url, extension: [...categories, { url: 'text', valueString: text }] }
}

function ombCodes(extension: JsonObject): string[] {
  const parts = Array.isArray(extension['extension']) ? extension['extension'] : []
  const codes = parts.flatMap((part) => {
    const coding = isObject(part) && part['url'] === 'ombCategory' ? part['valueCoding'] : undefined
    const code = isObject(coding) && coding['system'] === OMB_SYSTEM ? coding['code'] : undefined
    return typeof code === 'string' && OMB_TEXT.has(code) ? [code] : []
  })
  return [...new Set(codes)].slice(0, 5)
}
