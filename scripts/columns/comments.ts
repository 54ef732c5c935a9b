import { COLUMNS, wrap } from './wrap.ts'

/** Told to tools, not to readers. */
const DIRECTIVE =
  /^\s*\/\/\s?(@ts-|biome-|#region|#endregion|go:|\+build|SPDX|eslint|c8 |solhint|\/)/
const LINE = /^(\s*)\/\/ (?=\S)/
/** Inside a comment these begin a paragraph of their own. */
const STARTS = /^(?:[-*+@#]|\d+[.)]\s)/

/**
 * A source with every comment that has a line over COLUMNS broken anew. Comments behind code stay
 * as they are.
 */
export function reflowComments(text: string): string {
  const lines = text.split('\n')
  const out: string[] = []
  let isInTemplate = false
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] as string
    const isComment =
      !isInTemplate && (/^\s*\/\*/.test(line) || (LINE.test(line) && !DIRECTIVE.test(line)))
    if (!isComment) {
      if (unescapedTicks(line) % 2 === 1) isInTemplate = !isInTemplate
      out.push(line)
      continue
    }
    const end = /^\s*\/\*/.test(line) ? blockEnd(lines, at) : lineEnd(lines, at)
    const comment = lines.slice(at, end + 1)
    const isLong = comment.some((one) => one.length > COLUMNS)
    out.push(
      ...(isLong
        ? line.trim().startsWith('//')
          ? reflowLines(comment)
          : reflowBlock(comment)
        : comment),
    )
    at = end
  }
  return out.join('\n')
}

function unescapedTicks(line: string): number {
  const code = line
    .replace(/\\./g, '')
    .replace(/'[^'`]*'|"[^"`]*"/g, '')
    .replace(/\/\/ .*$/, '')
  return code.match(/`/g)?.length ?? 0
}

function blockEnd(lines: readonly string[], at: number): number {
  const end = lines.findIndex((line, index) => index >= at && line.includes('*/'))
  return end < 0 ? lines.length - 1 : end
}

/** The last line of a run of `//` lines with the same indentation. */
function lineEnd(lines: readonly string[], at: number): number {
  const indent = LINE.exec(lines[at] as string)?.[1]
  let end = at
  while (
    LINE.exec(lines[end + 1] ?? '')?.[1] === indent &&
    !DIRECTIVE.test(lines[end + 1] as string)
  )
    end++
  return end
}

function reflowLines(lines: readonly string[]): string[] {
  const prefix = `${LINE.exec(lines[0] as string)?.[1]}// `
  return paragraphs(lines.map((line) => line.slice(prefix.length))).flatMap((paragraph) =>
    reflowParagraph(paragraph, prefix),
  )
}

function reflowBlock(lines: readonly string[]): string[] {
  const head = lines[0] as string
  const last = lines.at(-1) as string
  const indent = /^\s*/.exec(head)?.[0] ?? ''
  const open = /^\s*\/\*\*?/.exec(head)?.[0] ?? ''
  const isDoc =
    lines.length === 1 ? open.endsWith('**') : lines.slice(1).every((line) => /^\s*\*/.test(line))
  // Code behind the comment, or a comment without a star on each line, is left alone.
  if (!isDoc || !last.trimEnd().endsWith('*/')) return [...lines]
  const inner = lines
    .map((line, index) =>
      index === 0 ? line.slice(open.length) : line.replace(/^\s*\*(?!\/)/, ''),
    )
    .map((line, index) => (index === lines.length - 1 ? line.replace(/\s*\*\/\s*$/, '') : line))
    .map((line) => line.replace(/^ /, ''))
  while (inner[0]?.trim() === '') inner.shift()
  while (inner.at(-1)?.trim() === '') inner.pop()
  // A tag in the middle of a line begins one of its own.
  const tagged = inner.flatMap((line) => line.split(/ (?=@(?:throws|returns|param)\b)/))
  const body = paragraphs(tagged).flatMap((one) => reflowParagraph(one, `${indent} * `))
  return [open, ...body, `${indent} */`]
}

type Paragraph = { lines: string[]; isFixed: boolean }

/**
 * Runs of lines that are one paragraph. Code, tables and indented text are fixed; a list item goes
 * on where it is not.
 */
function paragraphs(lines: readonly string[]): Paragraph[] {
  const found: Paragraph[] = []
  let isInCode = false
  for (const line of lines) {
    const isFence = line.trimStart().startsWith('```')
    const isFixed = isInCode || isFence || line.trim() === '' || /^(?:\s{2,}|\|)/.test(line)
    const last = found.at(-1)
    if (!isFixed && !STARTS.test(line) && last !== undefined && !last.isFixed) last.lines.push(line)
    else found.push({ lines: [line], isFixed })
    if (isFence) isInCode = !isInCode
  }
  return found
}

function reflowParagraph({ lines, isFixed }: Paragraph, prefix: string): string[] {
  const asIs = lines.map((line) => `${prefix}${line}`.trimEnd())
  if (isFixed || asIs.every((line) => line.length <= COLUMNS)) return asIs
  const item = /^(?:[-*+]|\d+[.)])\s+/.exec(lines[0] ?? '')?.[0] ?? ''
  const text = lines.map((line) => line.trim()).join(' ')
  return wrap(text.slice(item.length), `${prefix}${item}`, `${prefix}${' '.repeat(item.length)}`)
}
