import * as CanonicalJson from '@ambrosia/primitives/CanonicalJson'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import { resolver } from '../Bundle.ts'
import * as Predicate from '../Predicate.ts'
import { type Resource, toPlain } from '../Resource.ts'
import { type EngineNode, tokenOf } from './tokenOf.ts'
import type { Column, Constant, Select, ViewDefinition } from './ViewDefinition.ts'
import { keyFunctions, recordFunctions } from './viewFunctions.ts'

/** A cell: a number stays the token it was in its file. */
export type Cell = null | boolean | string | CanonicalJson.NumberToken | Cell[]
export type Table = { name: string; columns: Column[]; rows: Cell[][] }

type Row = Map<string, Cell>
type Context = {
  resource: Resource
  root: unknown
  asOf: Date
  compile: (path: string) => Predicate.Predicate
}

const KEY = /^[A-Za-z][A-Za-z0-9_]*$/

/**
 * The rows of a view over resources.
 * @throws View.Invalid, View.SeveralValues, and the errors of Predicate.compile for a path
 */
export function runView(
  view: ViewDefinition,
  resources: readonly Resource[],
  options: { asOf: Date },
): Table {
  const columns = columnsOf(view)
  const compile = compiler(view.constant ?? [], {
    ...keyFunctions(resolver(resources)),
    ...recordFunctions,
  })
  const rows: Cell[][] = []
  for (const resource of resources) {
    if (resource.type !== view.resource) continue
    const plain = toPlain(resource)
    const context = { resource, root: plain, asOf: options.asOf, compile }
    if (!(view.where ?? []).every(({ path }) => isTrue(path, plain, context))) continue
    for (const row of rowsOf({ select: view.select }, plain, context)) {
      rows.push(columns.map((column) => row.get(column.name) ?? null))
    }
  }
  return { name: view.name ?? view.resource, columns, rows }
}

/**
 * All columns of a view in order; every branch of a union has the same ones.
 * @throws View.Invalid
 */
export function columnsOf(view: ViewDefinition): Column[] {
  if (typeof view.resource !== 'string') throw new InvalidError('resource')
  if (!Array.isArray(view.select)) throw new InvalidError('select')
  const columns = columnsIn({ select: view.select }, 'select')
  const names = new Set(columns.map((column) => column.name))
  if (columns.length === 0) throw new InvalidError('select: no column')
  if (names.size !== columns.length) throw new InvalidError('select: a column name stands twice')
  return columns
}

function columnsIn(select: Select, at: string): Column[] {
  const own = (select.column ?? []).map((column: Column, i) => {
    if (!KEY.test(column.name)) throw new InvalidError(`${at}.column[${i}].name`)
    if (typeof column.path !== 'string') throw new InvalidError(`${at}.column[${i}].path`)
    return column
  })
  const inner = (select.select ?? []).flatMap((one, i) => columnsIn(one, `${at}.select[${i}]`))
  const branches = (select.unionAll ?? []).map((one, i) => columnsIn(one, `${at}.unionAll[${i}]`))
  const shapes = new Set(branches.map((columns) => columns.map((one) => one.name).join(' ')))
  if (shapes.size > 1) throw new InvalidError(`${at}.unionAll: branches have different columns`)
  return [...own, ...inner, ...(branches[0] ?? [])]
}

function rowsOf(select: Select, node: unknown, context: Context): Row[] {
  return fociOf(select, node, context).flatMap((focus) => {
    let rows: Row[] = [
      new Map((select.column ?? []).map((column) => [column.name, cellOf(column, focus, context)])),
    ]
    for (const one of select.select ?? []) rows = product(rows, rowsOf(one, focus, context))
    if (select.unionAll) {
      const union = select.unionAll.flatMap((one) => rowsOf(one, focus, context))
      rows = product(rows, union)
    }
    return rows
  })
}

function fociOf(select: Select, node: unknown, context: Context): unknown[] {
  if (select.forEach !== undefined) return run(select.forEach, node, context)
  if (select.forEachOrNull === undefined) return [node]
  const foci = run(select.forEachOrNull, node, context)
  return foci.length === 0 ? [[]] : foci
}

function product(left: readonly Row[], right: readonly Row[]): Row[] {
  return left.flatMap((a) => right.map((b) => new Map([...a, ...b])))
}

function cellOf(column: Column, focus: unknown, context: Context): Cell {
  const values = run(column.path, focus, context).map((item) => toCell(item, context.resource))
  if (column.collection === true) return values
  if (values.length > 1) throw new SeveralValuesError(column.name)
  return values[0] ?? null
}

function isTrue(path: string, node: unknown, context: Context): boolean {
  const values = run(path, node, context).map((item) => toCell(item, context.resource))
  if (values.length > 1 || (values.length === 1 && typeof values[0] !== 'boolean')) {
    throw new InvalidError('where: a path that is not a boolean')
  }
  return values[0] === true
}

function run(path: string, node: unknown, context: Context): unknown[] {
  return context.compile(path).run(node, { asOf: context.asOf, root: context.root })
}

function toCell(item: unknown, resource: Resource): Cell {
  const node = item as EngineNode | null
  const value = node !== null && typeof node === 'object' && 'data' in node ? node.data : item
  if (value === null || value === undefined) return null
  if (typeof value === 'boolean' || typeof value === 'string') return value
  if (node !== value) {
    const token = tokenOf(node as EngineNode, resource.value)
    if (token) return token
  }
  if (typeof value === 'number' || typeof value === 'bigint') {
    return new CanonicalJson.NumberToken(String(value))
  }
  const text = (value as { asStr?: unknown }).asStr
  if (typeof text !== 'string') return JSON.stringify(value)
  return typeof (value as { value?: unknown }).value === 'number'
    ? new CanonicalJson.NumberToken(text)
    : text
}

/**
 * Views run over the reader's own data, so texts may be put together and taken apart; the bounds on
 * work stay.
 */
const TEXT_FUNCTIONS = ['highBoundary', 'indexOf', 'join', 'lowBoundary', 'replace', 'split']

/** Dates and times as the engine's own type, which an expression compares them with. */
function constantOf(key: string, value: unknown, at: string): unknown {
  const prefix = { valueDate: '@', valueDateTime: '@', valueInstant: '@', valueTime: '@T' }[key]
  if (prefix === undefined) return value
  if (typeof value !== 'string' || !/^[0-9T:.Z+-]+$/.test(value)) throw new InvalidError(at)
  const isWholeDay = key === 'valueDateTime' && !value.includes('T')
  const literal = `${prefix}${value}${isWholeDay ? 'T' : ''}`
  return Predicate.compile(literal).run({}, { asOf: new Date(0) })[0]
}

function compiler(
  constants: readonly Constant[],
  functions: NonNullable<Predicate.Extra['functions']>,
): Context['compile'] {
  const known = new Map<string, Predicate.Predicate>()
  const variables = Object.fromEntries(
    constants.map((constant, i) => {
      const key = Object.keys(constant).find((name) => name.startsWith('value'))
      if (!KEY.test(constant.name) || key === undefined) throw new InvalidError(`constant[${i}]`)
      return [constant.name, constantOf(key, constant[key], `constant[${i}]`)]
    }),
  )
  return (path) => {
    let predicate = known.get(path)
    if (!predicate) {
      predicate = Predicate.compile(path, { functions, engineFunctions: TEXT_FUNCTIONS, variables })
      known.set(path, predicate)
    }
    return predicate
  }
}

export class InvalidError extends AmbrosiaError {
  constructor(path: string) {
    super('View.Invalid', `the view definition is wrong at ${path}`, { details: { path } })
  }
}

export class SeveralValuesError extends AmbrosiaError {
  constructor(column: string) {
    super('View.SeveralValues', `column ${column} meets several values in one row`, {
      hint: 'Take first(), make the column a collection, or use forEach.',
    })
  }
}
