import { atomOf } from './atoms.ts'

/**
 * The grammar of the Unified Code for Units of Measure, section 2 (https://ucum.org/ucum), case
 * sensitive.
 */

/** A product of parts; a divisor stands behind a `/`. */
export type Term = readonly Part[]
export type Part = { readonly isDivisor: boolean } & (
  | { readonly kind: 'unit'; readonly symbol: string; readonly exponent: number }
  | { readonly kind: 'number'; readonly value: string }
  | { readonly kind: 'group'; readonly term: Term }
  | { readonly kind: 'annotation' }
)

/** Longest unit, characters; the longest common one of HL7 has 34. */
const UNIT_LENGTH = 128
const GROUP_DEPTH = 8
/** Exponents and factors beyond these are of no unit in use. */
const EXPONENT = 99
const FACTOR_DIGITS = 9

/**
 * The term of a unit code, undefined for what the grammar does not allow. Inside annotations spaces
 * are read too, since ten of HL7's common codes hold them.
 */
export function parse(text: string): Term | undefined {
  if (text === '' || text.length > UNIT_LENGTH || /[^ -~]/.test(text)) return undefined
  const reader = { text, at: 0 }
  const term = readTerm(reader, 0)
  return reader.at === text.length ? term : undefined
}

type Reader = { readonly text: string; at: number }

function readTerm(reader: Reader, depth: number): Term | undefined {
  const parts: Part[] = []
  let isDivisor = reader.text[reader.at] === '/'
  if (isDivisor) reader.at++
  for (;;) {
    const part = readPart(reader, isDivisor, depth)
    if (part === undefined) return undefined
    parts.push(part)
    const operator = reader.text[reader.at]
    if (operator !== '.' && operator !== '/') return parts
    isDivisor = operator === '/'
    reader.at++
  }
}

function readPart(reader: Reader, isDivisor: boolean, depth: number): Part | undefined {
  const { text, at } = reader
  if (text[at] === '{')
    return skipAnnotation(reader) ? { kind: 'annotation', isDivisor } : undefined
  if (text[at] === '(') {
    if (depth >= GROUP_DEPTH) return undefined
    reader.at++
    const term = readTerm(reader, depth + 1)
    if (term === undefined || text[reader.at] !== ')') return undefined
    reader.at++
    return isAnnotated(reader) ? { kind: 'group', isDivisor, term } : undefined
  }
  const part = readUnit(reader, isDivisor) ?? readNumber(reader, isDivisor)
  return part !== undefined && isAnnotated(reader) ? part : undefined
}

/** Reads the annotation that may stand here; false for one that does not end. */
function isAnnotated(reader: Reader): boolean {
  return reader.text[reader.at] !== '{' || skipAnnotation(reader)
}

/** Letters and signs of a symbol, and whatever stands in square brackets. */
const SYMBOL = /(?:10[*^]|\[[^\][ ]+\]|[^0-9+\-./(){}[\]= ])+/y
const EXPONENT_TEXT = /[+-]?\d+/y

function readUnit(reader: Reader, isDivisor: boolean): Part | undefined {
  SYMBOL.lastIndex = reader.at
  const symbol = SYMBOL.exec(reader.text)?.[0]
  if (symbol === undefined || atomOf(symbol) === undefined) return undefined
  EXPONENT_TEXT.lastIndex = reader.at + symbol.length
  const text = EXPONENT_TEXT.exec(reader.text)?.[0] ?? ''
  const exponent = text === '' ? 1 : Number(text)
  if (Math.abs(exponent) > EXPONENT) return undefined
  reader.at += symbol.length + text.length
  return { kind: 'unit', isDivisor, symbol, exponent }
}

const NUMBER_TEXT = /\d+/y

function readNumber(reader: Reader, isDivisor: boolean): Part | undefined {
  NUMBER_TEXT.lastIndex = reader.at
  const value = NUMBER_TEXT.exec(reader.text)?.[0]
  if (value === undefined || value.length > FACTOR_DIGITS || Number(value) === 0) return undefined
  reader.at += value.length
  return { kind: 'number', isDivisor, value }
}

function skipAnnotation(reader: Reader): boolean {
  const end = reader.text.indexOf('}', reader.at)
  if (end < 0 || reader.text.slice(reader.at + 1, end).includes('{')) return false
  reader.at = end + 1
  return true
}

/**
 * The term as text without its annotations, which have no meaning (section 2.4); `1` where nothing
 * is left.
 */
export function write(term: Term): string {
  return writeTerm(term) ?? '1'
}

function writeTerm(term: Term): string | undefined {
  let text = ''
  for (const part of term) {
    const own = writePart(part)
    if (own === undefined) continue
    if (part.isDivisor) text += `/${own}`
    else text += text === '' ? own : `.${own}`
  }
  return text === '' ? undefined : text
}

function writePart(part: Part): string | undefined {
  if (part.kind === 'annotation') return undefined
  if (part.kind === 'number') return part.value
  if (part.kind === 'unit') return part.exponent === 1 ? part.symbol : part.symbol + part.exponent
  const inner = writeTerm(part.term)
  return inner === undefined ? undefined : `(${inner})`
}
