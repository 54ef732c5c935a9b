/** The longest line of a document or a comment. */
export const COLUMNS = 100

/** Words that must not be parted: code in backticks, links, and what only has no space in it. */
const TOKEN =
  /!?\[(?:[^\]\\]|\\.)*\]\([^)\s]*(?:\s+"[^"]*")?\)\S*|`[^`]*`\S*|\S*`[^`]+`\S*|\{@link [^}]*\}\S*|\S+/g
/** What would begin a list, a heading, a quote or a table at the start of a line. */
const MARKER = /^([-+*>|]|#+|\d+[.)]|=+|-+)$/

/**
 * A paragraph in lines of at most COLUMNS with the given beginnings; a word that is longer stands
 * alone.
 */
export function wrap(text: string, first: string, rest: string): string[] {
  const words = text.match(TOKEN) ?? []
  const lines: string[] = []
  let line: string[] = []
  const width = (more: string) =>
    (lines.length === 0 ? first : rest).length + [...line, more].join(' ').length
  for (const word of words) {
    if (line.length > 0 && width(word) > COLUMNS) {
      // A word that would be read as a mark takes the one before it along.
      const taken = MARKER.test(word) && line.length > 1 ? [line.pop() as string] : []
      lines.push(line.join(' '))
      line = taken
    }
    line.push(word)
  }
  if (line.length > 0) lines.push(line.join(' '))
  return lines.map((one, index) => `${index === 0 ? first : rest}${one}`.trimEnd())
}
