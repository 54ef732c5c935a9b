import { fromUtf8 } from '@ambrosia/primitives/Bytes'
import * as CanonicalJson from '@ambrosia/primitives/CanonicalJson'
import { parquetWriteBuffer } from 'hyparquet-writer'
import { DEFAULT_VIEWS } from './export/defaultViews.ts'
import { type Cell, runView, type Table } from './export/runView.ts'
import type { Column, ViewDefinition } from './export/ViewDefinition.ts'
import type { Resource } from './Resource.ts'

export { write as toBundle, writeNdjson as toNdjson } from './Bundle.ts'
export { DEFAULT_VIEWS } from './export/defaultViews.ts'
export { type Cell, columnsOf, runView, type Table } from './export/runView.ts'
export type { Column, Select, ViewDefinition } from './export/ViewDefinition.ts'

/**
 * A table for each view, in the order of the views, with the rows of each person's record: a
 * reference never leads into another one.
 * @throws View.Invalid, View.SeveralValues, Predicate.*
 */
export function tables(
  records: readonly (readonly Resource[])[],
  options: { asOf: Date; views?: readonly ViewDefinition[] },
): Table[] {
  return (options.views ?? DEFAULT_VIEWS).map((view) => {
    const [first = runView(view, [], options), ...rest] = records.map((resources) =>
      runView(view, resources, options),
    )
    return { ...first, rows: [first, ...rest].flatMap(({ rows }) => rows) }
  })
}

/**
 * CSV (RFC 4180) in UTF-8 with a header line. Decimals have the digits of their file; a list is
 * written as JSON; nothing is empty. A text that a spreadsheet would run as a formula has an
 * apostrophe before it, as has one that begins so itself: taking one away gives the text.
 */
export function toCsv(table: Table): Uint8Array {
  const header = table.columns.map((column) => column.name)
  const lines = [header, ...table.rows.map((row) => row.map(toCsvText))].map((fields) =>
    fields.map(quote).join(','),
  )
  return fromUtf8(`${lines.join('\r\n')}\r\n`)
}

/** How many cells of the CSV have an apostrophe before them. */
export function neutralisedCount(table: Table): number {
  return table.rows.flat().filter((cell) => toCsvText(cell) !== toText(cell)).length
}

/**
 * Signs with which spreadsheets take a text for a formula or a command, behind apostrophes or white
 * space too.
 */
const FORMULA = /^[\s']*[=+\-@\uff1d\uff0b\uff0d\uff20]|^'*[\t\r\n]/

/** Numbers keep their sign: a spreadsheet reads `-5` as a number. */
function toCsvText(cell: Cell): string {
  const text = toText(cell)
  return typeof cell === 'string' && FORMULA.test(text) ? `'${text}` : text
}

function toText(cell: Cell): string {
  if (cell === null) return ''
  if (cell instanceof CanonicalJson.NumberToken) return cell.text
  if (typeof cell === 'boolean') return String(cell)
  return typeof cell === 'string' ? cell : CanonicalJson.stringify(cell)
}

function quote(field: string): string {
  return /[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field
}

/**
 * Parquet. Integers and booleans have their own types, a `decimal` column is a double and stands
 * beside `<name>_text`, which has the digits of its file; everything else is text, lists as JSON.
 */
export function toParquet(table: Table): Uint8Array {
  const columnData = table.columns.flatMap((column, at) =>
    parquetColumns(
      column,
      table.rows.map((row) => row[at] ?? null),
    ),
  )
  return new Uint8Array(parquetWriteBuffer({ columnData, createdBy: 'ambrosia' }))
}

type ParquetColumn = {
  name: string
  data: (string | number | boolean | null)[]
  type: 'STRING' | 'DOUBLE' | 'INT32' | 'BOOLEAN'
  nullable: true
}

const INTEGERS: ReadonlySet<string> = new Set(['integer', 'positiveInt', 'unsignedInt'])

function parquetColumns(column: Column, cells: readonly Cell[]): ParquetColumn[] {
  const { name, type = 'string', collection } = column
  const text = (as: string): ParquetColumn => ({
    name: as,
    data: cells.map((cell) => (cell === null ? null : toText(cell))),
    type: 'STRING',
    nullable: true,
  })
  if (collection === true) return [text(name)]
  const numbers = (): (number | null)[] =>
    cells.map((cell) => (cell instanceof CanonicalJson.NumberToken ? Number(cell.text) : null))
  if (type === 'boolean') {
    const data = cells.map((cell) => (typeof cell === 'boolean' ? cell : null))
    return [{ name, data, type: 'BOOLEAN', nullable: true }]
  }
  if (INTEGERS.has(type)) return [{ name, data: numbers(), type: 'INT32', nullable: true }]
  if (type === 'decimal') {
    return [{ name, data: numbers(), type: 'DOUBLE', nullable: true }, text(`${name}_text`)]
  }
  return [text(name)]
}
