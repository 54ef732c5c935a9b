import { fromUtf8, toUtf8 } from './Bytes.ts'
import { AmbrosiaError } from './Errors.ts'
import { JSON_DEPTH, JSON_NODE_COUNT } from './Limits.ts'

/**
 * Canonical JSON. Objects are written with keys in the order of RFC 8785, section 3.2.3 (UTF-16
 * code units) and without white space. Unlike RFC 8785 a number token is copied as it was written:
 * `6.40` stays `6.40`, since FHIR decimals carry precision (FHIR R4, datatypes, decimal) and a
 * double would lose it. Duplicate keys and lone surrogates are refused.
 */

/** A JSON number as its token, so that its digits survive. */
export class NumberToken {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

/** A parsed JSON value whose numbers are tokens. */
export type Value = null | boolean | string | NumberToken | Value[] | { [key: string]: Value }

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
// biome-ignore lint/suspicious/noControlCharactersInRegex: RFC 8259, section 7: control characters must be escaped
const PLAIN_STRING = /[^"\\\u0000-\u001f]*/y
const WHITESPACE = /[ \t\n\r]*/y
const ESCAPES: Record<string, string> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
}

/** How many values may still be read; several texts of one document share it. */
export type NodeBudget = { nodes: number }

/**
 * Parses JSON text or bytes (a leading byte order mark is dropped), numbers as tokens.
 * @throws CanonicalJson.Invalid
 */
export function parse(
  input: string | Uint8Array,
  maximumDepth: number = JSON_DEPTH,
  budget: NodeBudget = { nodes: JSON_NODE_COUNT },
): Value {
  let text = typeof input === 'string' ? input : toUtf8(input)
  if (text.charCodeAt(0) === 0xfeff) text = text.slice(1)
  const reader = new Reader(text, maximumDepth, budget)
  const value = reader.value(1)
  reader.end()
  return value
}

class Reader {
  private readonly text: string
  private readonly maximumDepth: number
  private readonly budget: NodeBudget
  private at = 0

  constructor(text: string, maximumDepth: number, budget: NodeBudget) {
    this.text = text
    this.budget = budget
    this.maximumDepth = maximumDepth
  }

  end(): void {
    this.space()
    if (this.at !== this.text.length) this.fail('text after the value')
  }

  value(depth: number): Value {
    if (--this.budget.nodes < 0) this.fail('too many values')
    this.space()
    const char = this.text[this.at]
    if (char === '{' || char === '[') {
      if (depth > this.maximumDepth) this.fail(`nested deeper than ${this.maximumDepth}`)
      return char === '{' ? this.object(depth) : this.array(depth)
    }
    if (char === '"') return this.string()
    if (char === 't') return this.word('true', true)
    if (char === 'f') return this.word('false', false)
    if (char === 'n') return this.word('null', null)
    return this.number()
  }

  private object(depth: number): Value {
    const object: { [key: string]: Value } = Object.create(null)
    this.at++
    this.space()
    if (this.take('}')) return object
    for (;;) {
      this.space()
      if (this.text[this.at] !== '"') this.fail('expected a key')
      const key = this.string()
      if (key in object) this.fail('a key stands twice')
      this.space()
      if (!this.take(':')) this.fail('expected a colon')
      object[key] = this.value(depth + 1)
      this.space()
      if (this.take('}')) return object
      if (!this.take(',')) this.fail('expected a comma')
    }
  }

  private array(depth: number): Value {
    const array: Value[] = []
    this.at++
    this.space()
    if (this.take(']')) return array
    for (;;) {
      array.push(this.value(depth + 1))
      this.space()
      if (this.take(']')) return array
      if (!this.take(',')) this.fail('expected a comma')
    }
  }

  private string(): string {
    let value = ''
    this.at++
    for (;;) {
      PLAIN_STRING.lastIndex = this.at
      value += PLAIN_STRING.exec(this.text)?.[0] ?? ''
      this.at = PLAIN_STRING.lastIndex
      const char = this.text[this.at++]
      if (char === '"') break
      if (char !== '\\') this.fail('a string does not end')
      value += this.escape()
    }
    if (!value.isWellFormed()) this.fail('a lone surrogate')
    return value
  }

  private escape(): string {
    const char = this.text[this.at++] ?? ''
    const plain = ESCAPES[char]
    if (plain !== undefined) return plain
    const digits = this.text.slice(this.at, this.at + 4)
    if (char !== 'u' || !/^[0-9a-fA-F]{4}$/.test(digits)) this.fail('an unknown escape')
    this.at += 4
    return String.fromCharCode(Number.parseInt(digits, 16))
  }

  private number(): NumberToken {
    NUMBER.lastIndex = this.at
    const match = NUMBER.exec(this.text)
    if (!match) this.fail('expected a value')
    this.at = NUMBER.lastIndex
    return new NumberToken((match as RegExpExecArray)[0])
  }

  private word<T extends Value>(word: string, value: T): T {
    if (!this.text.startsWith(word, this.at)) this.fail('expected a value')
    this.at += word.length
    return value
  }

  private take(char: string): boolean {
    if (this.text[this.at] !== char) return false
    this.at++
    return true
  }

  private space(): void {
    WHITESPACE.lastIndex = this.at
    WHITESPACE.exec(this.text)
    this.at = WHITESPACE.lastIndex
  }

  private fail(what: string): never {
    throw new InvalidError(what, this.at)
  }
}

/** Deeper plain data is taken for a cycle. */
const DEEPEST_DATA = 1000

/**
 * Canonical text of a parsed value, or of plain JavaScript data whose numbers are safe integers.
 * @throws CanonicalJson.Invalid
 */
export function stringify(value: unknown): string {
  return write(value, 1)
}

function write(value: unknown, depth: number): string {
  if (value === null || typeof value === 'boolean') return String(value)
  if (typeof value === 'string') return quote(value)
  if (value instanceof NumberToken) return value.text
  if (typeof value === 'number') {
    if (!Number.isSafeInteger(value))
      throw new InvalidError('a number that is not a safe integer', 0)
    return String(value === 0 ? 0 : value)
  }
  if (typeof value !== 'object') throw new InvalidError(`a ${typeof value}`, 0)
  if (depth > DEEPEST_DATA) throw new InvalidError(`nested deeper than ${DEEPEST_DATA}`, 0)
  if (Array.isArray(value))
    return `[${Array.from(value, (item) => write(item, depth + 1)).join(',')}]`
  const prototype = Object.getPrototypeOf(value)
  // Bytes, dates and maps would be written as something that nobody meant.
  if (prototype !== null && prototype !== Object.prototype) {
    throw new InvalidError('an object that is not plain data', 0)
  }
  const object = value as Record<string, unknown>
  const parts: string[] = []
  for (const key of Object.keys(object).sort()) {
    const member = object[key]
    if (member !== undefined) parts.push(`${quote(key)}:${write(member, depth + 1)}`)
  }
  return `{${parts.join(',')}}`
}

function quote(text: string): string {
  if (!text.isWellFormed()) throw new InvalidError('a lone surrogate', 0)
  return JSON.stringify(text)
}

/** Canonical UTF-8 bytes: what a digest is made of. */
export function encode(value: unknown): Uint8Array {
  return fromUtf8(stringify(value))
}

/**
 * The same data with plain JavaScript numbers, for reading only: what is hashed comes from the
 * tokens.
 */
export function toPlain(value: Value): unknown {
  if (value instanceof NumberToken) return Number(value.text)
  if (Array.isArray(value)) return value.map(toPlain)
  if (value !== null && typeof value === 'object') {
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, toPlain(member)]))
  }
  return value
}

export class InvalidError extends AmbrosiaError {
  constructor(what: string, at: number) {
    super('CanonicalJson.Invalid', `not canonical JSON at character ${at}: ${what}`, {
      details: { at },
      hint: 'Check that the file is JSON in UTF-8 without duplicate keys.',
    })
  }
}
