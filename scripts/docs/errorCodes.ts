/**
 * Writes docs/error-codes.md from the sources: every code of an error that a user can meet, what it
 * says, what to do and where it is thrown.
 *
 *   node scripts/docs/errorCodes.ts [--check]
 */
import { globSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { isShipped } from '../checks/layers.ts'
import { calledName, isNode, type Node, parse, textOf, walk } from '../source/syntax.ts'
import { writeOrCheck } from './writeOrCheck.ts'

const ROOT = resolve(import.meta.dirname, '../..')
const DOCUMENT = 'docs/error-codes.md'
const PATTERNS = [
  '{packages,apps}/*/src/**/*.ts',
  'guest/**/*.ts',
  'circuits/**/*.ts',
  'scripts/setup/*.mjs',
]
const NAME = /^[A-Z][A-Za-z0-9]*$/
const CODE = /^[A-Z][A-Za-z0-9]*\.[A-Z][A-Za-z0-9]*$/

export type ErrorCode = { code: string; message: string; hint: string; path: string }

/** Classes that put a domain before the name they are made with: `RecordError` to `Record.`. */
export type Prefixes = ReadonlyMap<string, string>

/** The classes of a module whose constructor calls super(`Domain.${name}`, ...). */
export function prefixesIn(path: string, text: string): Prefixes {
  const found = new Map<string, string>()
  for (const [node, ancestors] of walk(parse(path, text))) {
    if (node.type !== 'CallExpression' || calledName(node) !== 'super') continue
    const prefix = /^([A-Z]\w*\.)…$/.exec(textOf((node['arguments'] as Node[])[0]) ?? '')?.[1]
    const name = classAround(ancestors)?.['id'] as Node | undefined
    if (prefix !== undefined && name !== undefined) found.set(name['name'] as string, prefix)
  }
  return found
}

/** The errors that a module makes: every call whose first text is a code. */
export function errorsIn(path: string, text: string, prefixes: Prefixes = new Map()): ErrorCode[] {
  const found: ErrorCode[] = []
  for (const [node, ancestors] of walk(parse(path, text))) {
    const error =
      node.type === 'ObjectExpression'
        ? fromObject(node)
        : fromCall(node, ancestors, text, prefixes)
    if (error !== null) found.push({ ...error, path })
  }
  return found
}

type Found = Omit<ErrorCode, 'path'> | null

/**
 * `super('Domain.Fault', message, { hint })`, `new AmbrosiaError(...)`, and functions that make or
 * throw one.
 */
function fromCall(node: Node, ancestors: readonly Node[], text: string, prefixes: Prefixes): Found {
  if (node.type !== 'CallExpression' && node.type !== 'NewExpression') return null
  const callee = calledName(node)
  if (!/^(super|(\w+\.)?[A-Z]\w*Error|refuse|reject|fail|fault|problem)$/.test(callee)) return null
  const parent = classAround(ancestors)?.['superClass'] as Node | null | undefined
  const maker = callee === 'super' ? (parent?.['name'] as string | undefined) : callee
  const prefix = prefixes.get(maker ?? '')
  const args = node['arguments'] as Node[]
  const isCode = (one: Node) =>
    one.type === 'Literal' && (prefix === undefined ? CODE : NAME).test(String(one['value']))
  const at = args.findIndex(isCode)
  if (at < 0) return null
  const code = `${prefix ?? ''}${args[at]?.['value']}`
  const said = textOf(args[at + 1])
  const options = args.find((one) => one.type === 'ObjectExpression')
  const hint = textOf(options === undefined ? args[at + 2] : property(options, 'hint')) ?? ''
  return { code, message: said ?? documentation(ancestors, text), hint }
}

function classAround(ancestors: readonly Node[]): Node | undefined {
  return ancestors.findLast(({ type }) => type === 'ClassDeclaration')
}

/**
 * What the comment above an error's class says; where its message is a value, that is what there
 * is.
 */
function documentation(ancestors: readonly Node[], text: string): string {
  const at = ancestors.findLastIndex(({ type }) => type === 'ClassDeclaration')
  if (at < 0) return ''
  const outer = ancestors[at - 1]
  const start =
    outer?.type === 'ExportNamedDeclaration' ? outer.start : (ancestors[at] as Node).start
  const comment = /\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*$/.exec(text.slice(0, start))?.[1] ?? ''
  return comment
    .replaceAll(/^\s*\* ?/gm, '')
    .replaceAll(/\s+/g, ' ')
    .trim()
}

/** A row of a table of faults: `{ code: 'Domain.Fault', message, hint }`. */
function fromObject(node: Node): Found {
  const code = textOf(property(node, 'code'))
  const message = textOf(property(node, 'message'))
  if (code === undefined || message === undefined || !CODE.test(code)) return null
  return { code, message, hint: textOf(property(node, 'hint')) ?? '' }
}

function property(node: Node, name: string): unknown {
  const found = (node['properties'] as Node[]).find(
    (one) => isNode(one['key']) && (one['key']['name'] ?? one['key']['value']) === name,
  )
  return found?.['value']
}

/**
 * The page: a table for each domain, a row for each code; one that is thrown in several places
 * names them all.
 */
export function errorPage(errors: readonly ErrorCode[]): string {
  const domains = Map.groupBy(errors, ({ code }) => code.split('.')[0] as string)
  const lines = [
    '# Error codes',
    '',
    '<!-- Generated by: node scripts/docs/errorCodes.ts -->',
    '',
    'Codes are stable: scripts match on them, `--json` prints them as `error.code`, services as `code` of',
    'a problem document (RFC 9457). `…` stands for a value. Reverts of contracts keep their Solidity',
    "names; they stand in the contracts' interfaces and in the [protocol](protocol/exchange.md).",
  ]
  for (const [domain, list] of [...domains].sort(([one], [other]) => compare(one, other))) {
    lines.push(
      '',
      `## ${domain}`,
      '',
      '| code | says | what to do | thrown in |',
      '| --- | --- | --- | --- |',
    )
    const codes = Map.groupBy(list, ({ code }) => code)
    for (const [code, places] of [...codes].sort(([one], [other]) => compare(one, other))) {
      const unique = (values: string[]) => [...new Set(values.filter((value) => value !== ''))]
      const says = unique(places.map(({ message }) => message))
        .map(cell)
        .join('<br>')
      const todo = unique(places.map(({ hint }) => hint))
        .map(cell)
        .join('<br>')
      const files = unique(places.map(({ path }) => path))
        .sort()
        .map((path) => `\`${path}\``)
        .join('<br>')
      lines.push(`| \`${code}\` | ${says} | ${todo} | ${files} |`)
    }
  }
  return `${lines.join('\n')}\n`
}

function cell(text: string): string {
  return text.replaceAll('\n', ' ').replaceAll('|', '\\|').replaceAll('<', '&lt;').trim()
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0
}

if (import.meta.main) {
  const exclude = (path: string) => path.split(/[\\/]/).at(-1) === 'node_modules'
  const paths = globSync(PATTERNS, { cwd: ROOT, exclude }).map((path) => path.replaceAll('\\', '/'))
  const shipped = paths
    .filter((path) => isShipped(path) || path.startsWith('scripts/setup/'))
    .sort()
  const texts = shipped.map((path) => [path, readFileSync(join(ROOT, path), 'utf8')] as const)
  const prefixes = new Map(texts.flatMap(([path, text]) => [...prefixesIn(path, text)]))
  const errors = texts.flatMap(([path, text]) => errorsIn(path, text, prefixes))
  await writeOrCheck(ROOT, DOCUMENT, () => errorPage(errors))
}
