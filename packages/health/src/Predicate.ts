import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import fhirpath from 'fhirpath'
import r4 from 'fhirpath/fhir-context/r4'
import { ALLOWED_FUNCTIONS, ALLOWED_NODES, ALLOWED_VARIABLES } from './predicate/allowed.ts'
import { type FhirResource, type Resource, toPlain } from './Resource.ts'

/**
 * Predicates over an opened record in FHIRPath (http://hl7.org/fhirpath/N1/), restricted so that every machine gives the same verdict
 * in bounded work: nothing reaches the network, reads the clock or the time zone, or runs a regular expression.
 */
export type Predicate = {
  readonly expression: string
  readonly run: (bundle: unknown, options: Options) => unknown[]
}

export type Options = {
  /** What `now()` and `today()` answer, in UTC. */
  asOf: Date
  /** Bound on work, in items that evaluation steps handle. */
  maximumSteps?: number
}

/** Longest expression, UTF-16 code units. */
export const EXPRESSION_LENGTH = 4096
/** Most nodes of a parsed expression. */
export const NODE_COUNT = 2000
/** Deepest nesting of a parsed expression. */
export const NODE_DEPTH = 200
/** Default bound on evaluation, in items handled by all steps together. */
export const STEP_COUNT = 5_000_000

type Node = {
  type?: string
  text?: string
  delimitedText?: string
  children?: Node[]
}

/** What a caller of this package, never a criteria document, allows on top: functions without arguments' side effects, and variables. */
export type Extra = {
  functions?: Readonly<
    Record<string, { fn: (...items: never[]) => unknown; arity: Record<number, string[]> }>
  >
  variables?: Readonly<Record<string, unknown>>
}

/**
 * A predicate from its text.
 * @throws Predicate.TooLong, Predicate.Syntax, Predicate.TooComplex, Predicate.FunctionNotAllowed, Predicate.NotAllowed
 */
export function compile(expression: string, extra: Extra = {}): Predicate {
  if (expression.length > EXPRESSION_LENGTH) throw new TooLongError(expression.length)
  let tree: Node
  try {
    tree = fhirpath.parse(expression) as Node
  } catch {
    throw new SyntaxFaultError()
  }
  assertAllowed(tree, extra)
  const evaluate = fhirpath.compile(expression, r4, { resolveInternalTypes: false })
  return { expression, run: (bundle, options) => runBounded(evaluate, bundle, options, extra) }
}

/** True when the expression gives the single value true. Anything else, also nothing, is false. @throws Predicate.TooMuchWork, Predicate.Failed */
export function evaluate(predicate: Predicate, bundle: FhirResource, options: Options): boolean {
  const result = predicate.run(bundle, options)
  return result.length === 1 && dataOf(result[0]) === true
}

/** The record as the Bundle that predicates run over. */
export function bundleOf(resources: readonly Resource[]): FhirResource {
  const entry = resources.map((resource) => ({
    ...(resource.fullUrl === undefined ? {} : { fullUrl: resource.fullUrl }),
    resource: toPlain(resource),
  }))
  return { resourceType: 'Bundle', type: 'collection', entry }
}

function dataOf(item: unknown): unknown {
  return item !== null && typeof item === 'object' && 'data' in item ? item.data : item
}

type Evaluate = (
  resource: unknown,
  variables?: { [name: string]: unknown },
  options?: object,
) => unknown[]

function runBounded(
  evaluate: Evaluate,
  bundle: unknown,
  options: Options,
  extra: Extra,
): unknown[] {
  const limit = options.maximumSteps ?? STEP_COUNT
  let steps = 0
  const count = (_context: unknown, focus: unknown, result: unknown): void => {
    steps += 1 + sizeOf(focus) + sizeOf(result)
    if (steps > limit) throw new TooMuchWorkError(limit)
  }
  try {
    return evaluate(
      bundle,
      { resource: bundle, ...extra.variables },
      {
        debugger: count,
        userInvocationTable: { ...clockOf(options.asOf), ...extra.functions },
      },
    )
  } catch (error) {
    if (error instanceof TooMuchWorkError) throw error
    throw new FailedError()
  }
}

function sizeOf(items: unknown): number {
  return Array.isArray(items) ? items.length : 1
}

function clockOf(asOf: Date): object {
  const instant = asOf.toISOString()
  const literal = (text: string): unknown =>
    (fhirpath.evaluate({}, text, {}, r4, { resolveInternalTypes: false }) as unknown[])[0]
  const now = literal(`@${instant}`)
  const today = literal(`@${instant.slice(0, 10)}`)
  return {
    now: { fn: () => [now], arity: { 0: [] } },
    today: { fn: () => [today], arity: { 0: [] } },
  }
}

function assertAllowed(tree: Node, extra: Extra): void {
  let count = 0
  const visit = (node: Node, depth: number): void => {
    if (++count > NODE_COUNT || depth > NODE_DEPTH) throw new TooComplexError()
    const type = node.type ?? ''
    if (!ALLOWED_NODES.has(type)) throw new NotAllowedError(type)
    if (type === 'Functn') assertFunction(node, extra)
    if (type === 'ExternalConstantTerm') assertVariable(node, extra)
    if (type === 'DateTimeLiteral' && !isZoned(node.text ?? '')) {
      throw new NotAllowedError('a date and time without a time zone')
    }
    for (const child of node.children ?? []) visit(child, depth + 1)
  }
  visit(tree, 1)
}

function assertFunction(node: Node, extra: Extra): void {
  const name = node.text ?? ''
  const own = extra.functions
  const arities = Object.hasOwn(ALLOWED_FUNCTIONS, name) ? ALLOWED_FUNCTIONS[name] : undefined
  if (own !== undefined && Object.hasOwn(own, name)) return
  if (!arities) throw new FunctionNotAllowedError(name)
  const parameters = node.children?.find((child) => child.type === 'ParamList')?.children ?? []
  if (!arities.includes(parameters.length)) throw new ArityError(name, parameters.length)
}

function assertVariable(node: Node, extra: Extra): void {
  const name = node.text ?? ''
  if (extra.variables !== undefined && Object.hasOwn(extra.variables, name)) return
  if (!ALLOWED_VARIABLES.has(name)) throw new NotAllowedError('this variable')
}

/** Without a zone the engine would take that of the machine. */
function isZoned(text: string): boolean {
  return !text.includes('T') || text.endsWith('T') || /(?:Z|[+-]\d{2}:\d{2})$/.test(text)
}

export class TooLongError extends AmbrosiaError {
  constructor(length: number) {
    super('Predicate.TooLong', `${length} characters, at most ${EXPRESSION_LENGTH} are allowed`, {
      hint: 'Split the predicate into several; all of them must hold.',
    })
  }
}

export class SyntaxFaultError extends AmbrosiaError {
  constructor() {
    super('Predicate.Syntax', 'the expression is no FHIRPath', {
      hint: 'Check brackets and quotes; texts stand in single quotes.',
    })
  }
}

export class TooComplexError extends AmbrosiaError {
  constructor() {
    super(
      'Predicate.TooComplex',
      `more than ${NODE_COUNT} nodes or nested deeper than ${NODE_DEPTH}`,
      { hint: 'Split the predicate into several; all of them must hold.' },
    )
  }
}

export class FunctionNotAllowedError extends AmbrosiaError {
  constructor(name: string) {
    super('Predicate.FunctionNotAllowed', `${name}() is not allowed in a predicate`, {
      hint: `Allowed are: ${Object.keys(ALLOWED_FUNCTIONS).join(', ')}.`,
    })
  }
}

export class ArityError extends AmbrosiaError {
  constructor(name: string, count: number) {
    super('Predicate.Arity', `${name}() does not take ${count} arguments`)
  }
}

export class NotAllowedError extends AmbrosiaError {
  constructor(what: string) {
    super('Predicate.NotAllowed', `${what} is not allowed in a predicate`, {
      hint: `Variables are: ${[...ALLOWED_VARIABLES].map((name) => `%${name}`).join(', ')}; times need a zone such as Z.`,
    })
  }
}

export class TooMuchWorkError extends AmbrosiaError {
  constructor(limit: number) {
    super('Predicate.TooMuchWork', `evaluation handled more than ${limit} items`, {
      hint: 'Filter by type with ofType() before anything else.',
    })
  }
}

export class FailedError extends AmbrosiaError {
  constructor() {
    super('Predicate.Failed', 'the expression can not be evaluated over this record', {
      hint: 'An operator met several values or a wrong type; use exists(), first() or ofType().',
    })
  }
}
