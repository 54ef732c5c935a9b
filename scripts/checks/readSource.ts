/**
 * A source text with comments removed and every string moved aside, so that a word in either is not
 * taken for code.
 */
export type Source = {
  /** The code; comments are spaces, the n-th string is `"n"`, line breaks stay where they were. */
  code: string
  strings: string[]
}

/** After one of these a slash begins a regular expression, not a division. */
const BEFORE_REGEXP =
  /(?:^|[=(,:;!&|?{}[+\-*%<>~^]|\b(?:return|typeof|case|in|of|void|throw|await))\s*$/

/** Splits TypeScript or JavaScript into code and strings; templates keep the code inside `${}`. */
export function readSource(text: string): Source {
  const reader = { text, at: 0, code: '', strings: [] as string[] }
  readCode(reader, false)
  return { code: reader.code, strings: reader.strings }
}

type Reader = { text: string; at: number; code: string; strings: string[] }

function readCode(reader: Reader, isInTemplate: boolean): void {
  let depth = 0
  while (reader.at < reader.text.length) {
    const two = reader.text.slice(reader.at, reader.at + 2)
    const char = two[0] as string
    if (two === '//') skipTo(reader, '\n', false)
    else if (two === '/*') skipTo(reader, '*/', true)
    else if (char === "'" || char === '"') readString(reader, char)
    else if (char === '`') readTemplate(reader)
    else if (char === '/' && BEFORE_REGEXP.test(reader.code.slice(-40))) readRegExp(reader)
    else {
      if (char === '{') depth++
      if (char === '}' && depth-- === 0 && isInTemplate) return
      reader.code += char
      reader.at++
    }
  }
}

function skipTo(reader: Reader, end: string, including: boolean): void {
  const found = reader.text.indexOf(end, reader.at + 2)
  const stop = found < 0 ? reader.text.length : found + (including ? end.length : 0)
  reader.code += reader.text.slice(reader.at, stop).replace(/[^\n]/g, ' ')
  reader.at = stop
}

function readString(reader: Reader, quote: string): void {
  let value = ''
  reader.at++
  while (reader.at < reader.text.length) {
    const char = reader.text[reader.at++] as string
    if (char === quote || char === '\n') break
    value += char
    if (char === '\\') value += reader.text[reader.at++] ?? ''
  }
  put(reader, value)
}

function readTemplate(reader: Reader): void {
  let value = ''
  reader.at++
  while (reader.at < reader.text.length) {
    if (reader.text.startsWith('${', reader.at)) {
      reader.at += 2
      reader.code += ' '
      readCode(reader, true)
      reader.at++
      reader.code += ' '
      continue
    }
    const char = reader.text[reader.at++] as string
    if (char === '`') break
    if (char === '\n') reader.code += '\n'
    value += char
    if (char === '\\') value += reader.text[reader.at++] ?? ''
  }
  put(reader, value)
}

function readRegExp(reader: Reader): void {
  let isInClass = false
  reader.at++
  while (reader.at < reader.text.length) {
    const char = reader.text[reader.at++] as string
    if (char === '\\') reader.at++
    else if (char === '[') isInClass = true
    else if (char === ']') isInClass = false
    else if (char === '\n' || (char === '/' && !isInClass)) break
  }
  reader.code += '/r/'
}

function put(reader: Reader, value: string): void {
  reader.code += `"${reader.strings.length}"`
  reader.strings.push(value)
}
