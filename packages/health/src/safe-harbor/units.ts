import * as Ucum from '../Ucum.ts'
import type { Part, Term } from '../ucum/parse.ts'
import { toNumber } from '../ucum/Ratio.ts'
import { UNIT_TEXTS } from '../ucum/unitTexts.ts'

/**
 * Longest unit that stays, and bounds on its parts and the numbers among them: more could hold a
 * telephone number.
 */
const UNIT_LENGTH = 40
const PART_COUNT = 7
const GROUP_DEPTH = 2
const NUMBER_COUNT = 2
const NUMBER_DIGITS = 3

/**
 * The UCUM code that may stay of a unit code: without annotations, which can hold any text and have
 * no meaning. Undefined for what is not a unit, or one long enough to hide a number of something
 * else.
 */
export function plainUnit(code: string): string | undefined {
  const unit = Ucum.unitOf(code)
  if (unit === undefined || unit.code.length > UNIT_LENGTH) return undefined
  const parts = partsOf(unit.term, 0)
  if (parts === undefined || parts.length > PART_COUNT) return undefined
  const numbers = parts.flatMap((part) => (part.kind === 'number' ? [part.value] : []))
  const isShort =
    numbers.length <= NUMBER_COUNT && numbers.every((one) => one.length <= NUMBER_DIGITS)
  return isShort ? unit.code : undefined
}

/** True for a UCUM code that may stay as it is. */
export function isUnit(code: string): boolean {
  return plainUnit(code) === code
}

/** The parts of a term with those of its groups, undefined where groups nest too deeply. */
function partsOf(term: Term, depth: number): Part[] | undefined {
  if (depth > GROUP_DEPTH) return undefined
  const parts: Part[] = []
  for (const part of term) {
    const own = part.kind === 'group' ? partsOf(part.term, depth + 1) : [part]
    if (own === undefined) return undefined
    parts.push(...own)
  }
  return parts
}

/**
 * Counts in a volume, such as copies of a virus in a millilitre, need more digits than other
 * measurements.
 */
export function isPerVolume(code: unknown): boolean {
  return (
    typeof code === 'string' && /^(?:\[IU\]|\[iU\])?\/[um]?L$/.test(Ucum.unitOf(code)?.code ?? '')
  )
}

const yearsPerCode = new Map<string, number | undefined>()

/**
 * Years in one of the unit, a UCUM code or a usual unit text; undefined for what is not a unit of
 * time.
 */
export function yearsPerUnit(text: string): number | undefined {
  const code = UNIT_TEXTS.get(text) ?? text
  if (!yearsPerCode.has(code) && yearsPerCode.size < 10_000) {
    const years = Ucum.convert('1', code, 'a')
    yearsPerCode.set(code, years === undefined ? undefined : toNumber(years))
  }
  return yearsPerCode.get(code)
}
