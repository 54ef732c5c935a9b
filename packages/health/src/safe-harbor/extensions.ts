import { NumberToken, type Value } from '@ambrosia/primitives/CanonicalJson'
import { isObject } from '../Resource.ts'
import { asText } from '../resource/json.ts'
import { SYSTEM as UCUM } from '../Ucum.ts'
import { AGE_CLASS, BIRTH_SEX, DATA_ABSENT, ETHNICITY, MASKED, OMB_TEXT, RACE } from './rules.ts'

/**
 * `{"extension":[data-absent-reason masked]}`, on a birth date with the class of ages over 89
 * beside it.
 */
export function isMask(value: Value, birthDate: boolean): boolean {
  if (!isObject(value) || value['extension'] === undefined) return false
  if (Object.keys(value).length !== 1) return false
  const list = value['extension']
  if (!Array.isArray(list) || !isAbsent(list[0])) return false
  return list.length === 1 || (birthDate && list.length === 2 && isAgeClass(list[1]))
}

function isAbsent(value: Value | undefined): boolean {
  return isExactly(value, { url: DATA_ABSENT, valueCode: MASKED })
}

function isAgeClass(value: Value | undefined): boolean {
  if (!isObject(value) || value['url'] !== AGE_CLASS || Object.keys(value).length !== 2)
    return false
  const quantity = value['valueQuantity']
  if (!isObject(quantity)) return false
  const { value: number, ...rest } = quantity
  return (
    number instanceof NumberToken &&
    number.text === '90' &&
    isExactly(rest, { comparator: '>=', unit: 'a', system: UCUM, code: 'a' })
  )
}

function isExactly(value: Value | undefined, expected: Record<string, string>): boolean {
  if (!isObject(value)) return false
  const keys = Object.keys(value)
  return (
    keys.length === Object.keys(expected).length &&
    keys.every((key) => value[key] === expected[key])
  )
}

/**
 * The extensions of an element: the mask of a removed one, or race, ethnicity and sex at birth of a
 * Patient in their one form.
 */
export function isAllowedExtension(value: Value, owner: string): boolean {
  if (!Array.isArray(value)) return false
  if (owner !== 'Patient') return value.length === 1 && isAbsent(value[0])
  return value.every((extension) => {
    if (!isObject(extension)) return false
    const url = extension['url']
    if (url === BIRTH_SEX) {
      return (
        /^(?:F|M|UNK)$/.test(asText(extension['valueCode'])) && Object.keys(extension).length === 2
      )
    }
    if ((url !== RACE && url !== ETHNICITY) || Object.keys(extension).length !== 2) return false
    const parts = extension['extension']
    return Array.isArray(parts) && parts.every(isOmbPart)
  })
}

function isOmbPart(part: Value): boolean {
  if (!isObject(part) || Object.keys(part).length !== 2) return false
  const texts = [...OMB_TEXT.values()]
  if (part['url'] === 'text') {
    return asText(part['valueString'])
      .split(', ')
      .every((text) => texts.includes(text))
  }
  const coding = part['valueCoding']
  if (part['url'] !== 'ombCategory' || !isObject(coding)) return false
  const code = asText(coding['code'])
  const display = OMB_TEXT.get(code)
  return (
    display !== undefined &&
    isExactly(coding, { system: 'urn:oid:2.16.840.1.113883.6.238', code, display })
  )
}
