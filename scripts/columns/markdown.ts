import { COLUMNS, wrap } from './wrap.ts'

const FENCE = /^\s*(```+|~~~+)/
/** Lines that are not prose: headings, tables, HTML, definitions of links, rules. */
const FIXED = /^\s*(#{1,6}\s|\||<|\[[^\]]+\]:\s|(?:[-*_]\s*){3,}$)/
const ITEM = /^(\s*)([-*+]|\d+[.)])(\s+)(?=\S)/
const QUOTE = /^(\s*>\s?)/

/** A document with every paragraph that has a line over COLUMNS broken anew; all others stay as they are. */
export function reflowMarkdown(text: string): string {
  const out: string[] = []
  let paragraph: string[] = []
  let fence: string | null = null
  const flush = () => {
    out.push(...reflowParagraph(paragraph))
    paragraph = []
  }
  for (const line of text.split('\n')) {
    const mark = FENCE.exec(line)?.[1] ?? null
    if (fence !== null) {
      if (mark?.startsWith(fence)) fence = null
      out.push(line)
      continue
    }
    if (mark !== null || line.trim() === '' || FIXED.test(line)) {
      flush()
      fence = mark
      out.push(line)
      continue
    }
    if (ITEM.test(line)) flush()
    paragraph.push(line)
  }
  flush()
  return out.join('\n')
}

function reflowParagraph(lines: readonly string[]): string[] {
  // A line that ends with a break is broken on purpose.
  const isFixed = lines.some((line) => / {2}$|\\$/.test(line))
  const [head] = lines
  if (head === undefined || isFixed || lines.every((line) => line.length <= COLUMNS))
    return [...lines]
  const item = ITEM.exec(head)
  const quote = QUOTE.exec(head)?.[1]
  const first = item?.[0] ?? quote ?? /^\s*/.exec(head)?.[0] ?? ''
  const rest = quote ?? (item === null ? first : ' '.repeat(first.length))
  // Code by indentation is not a paragraph.
  if (item === null && /^( {4}|\t)/.test(head) && lines.length === 1) return [...lines]
  const words = lines.map((line, index) => {
    if (index === 0) return line.slice(first.length)
    return quote === undefined ? line.trim() : line.replace(QUOTE, '').trim()
  })
  return wrap(words.join(' '), first, rest)
}
