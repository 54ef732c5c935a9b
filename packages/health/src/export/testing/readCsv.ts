/**
 * The rows of a CSV as the export writes it (RFC 4180), by column name; an apostrophe before a
 * formula is taken away.
 */
export function readCsv(bytes: Uint8Array): Map<string, string>[] {
  const [header = [], ...rows] = fieldsOf(new TextDecoder().decode(bytes))
  return rows.map(
    (row) => new Map(header.map((name, i) => [name, withoutApostrophe(row[i] ?? '')])),
  )
}

function withoutApostrophe(field: string): string {
  return /^'(?:[\s']*[=+\-@\uff1d\uff0b\uff0d\uff20]|'*[\t\r\n])/.test(field)
    ? field.slice(1)
    : field
}

function fieldsOf(text: string): string[][] {
  const rows: string[][] = []
  let row: string[] = []
  const field = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/y
  while (field.lastIndex < text.length) {
    const match = field.exec(text)
    if (match === null) throw new Error('not a CSV of RFC 4180')
    row.push(match[1] === undefined ? (match[2] ?? '') : match[1].replaceAll('""', '"'))
    if (match[3] !== '\r\n') continue
    rows.push(row)
    row = []
  }
  return rows
}
