import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import fhirpath, { type UserInvocationTable } from 'fhirpath'
import r4 from 'fhirpath/fhir-context/r4'
import { assertAllowed } from './predicate/assertAllowed.ts'
import { comparedOperands } from './predicate/comparedOperands.ts'
import { meter, STEP_COUNT, TooMuchWorkError, type Work } from './predicate/meter.ts'
import type { Node } from './predicate/Node.ts'
import { RECORD_FUNCTIONS } from './predicate/recordFunctions.ts'
import { withUtcClock } from './predicate/utcClock.ts'
import { type FhirResource, type Resource, toPlain } from './Resource.ts'

export {
  ArityError,
  FunctionNotAllowedError,
  NODE_COUNT,
  NODE_DEPTH,
  NotAllowedError,
  TooComplexError,
} from './predicate/assertAllowed.ts'
export { PAIRWISE_COUNT, STEP_COUNT, TooMuchWorkError, type Work } from './predicate/meter.ts'

/**
 * Predicates over an opened record in FHIRPath (http://hl7.org/fhirpath/N1/), restricted so that
 * every machine gives the same verdict in bounded work: nothing reaches the network, reads the
 * clock or the time zone, or runs a regular expression.
 */
export type Predicate = {
  readonly expression: string
  /**
   * What the expression selects, as nodes of the engine. Other functions of this package read
   * values and positions from them.
   */
  readonly run: (focus: unknown, options: Options) => unknown[]
}

export type Options = {
  /** What `now()` and `today()` answer, in UTC. */
  asOf: Date
  /** Bound on work, in items that evaluation steps handle; {@link STEP_COUNT} by default. */
  maximumSteps?: number
  /** Counts the work of several evaluations together; by default each is counted alone. */
  work?: Work
  /** What `%resource` is; the focus by default. */
  root?: unknown
}

/** What a caller of this package, never a criteria document, allows on top. */
export type Extra = {
  functions?: UserInvocationTable
  /** Functions of the engine that the list leaves out. */
  engineFunctions?: readonly string[]
  variables?: Readonly<Record<string, unknown>>
}

/** Longest expression, UTF-16 code units; the time to parse grows with its square. */
export const EXPRESSION_LENGTH = 2048
/** Deepest brackets: the parser recurses on them before its result can be looked at. */
const BRACKET_DEPTH = 100

/**
 * A predicate from its text.
 * @throws Predicate.TooLong, Predicate.Syntax, Predicate.TooComplex, Predicate.FunctionNotAllowed,
 * Predicate.Arity, Predicate.NotAllowed
 */
export function compile(expression: string, extra?: Extra): Predicate {
  if (extra !== undefined) return compileNew(expression, extra)
  const known = compiled.get(expression)
  if (known) return known
  const predicate = compileNew(expression, {})
  if (compiled.size >= COMPILED_COUNT) compiled.delete(compiled.keys().next().value as string)
  compiled.set(expression, predicate)
  return predicate
}

/**
 * Predicates compiled before: an oracle meets those of a deal with every record, and parsing takes
 * longer than most evaluations.
 */
const compiled = new Map<string, Predicate>()
const COMPILED_COUNT = 256

function compileNew(expression: string, extra: Extra): Predicate {
  if (expression.length > EXPRESSION_LENGTH) throw new TooLongError(expression.length)
  const tree = parse(expression)
  assertAllowed(tree, extra)
  const operands = comparedOperands(tree)
  const evaluate = fhirpath.compile(expression, r4, { resolveInternalTypes: false })
  const run: Predicate['run'] = (focus, options) => {
    const count = meter(operands, options.maximumSteps ?? STEP_COUNT, options.work)
    try {
      return withUtcClock(options.asOf, () =>
        evaluate(
          focus,
          { resource: options.root ?? focus, ...extra.variables },
          { debugger: count, userInvocationTable: { ...RECORD_FUNCTIONS, ...extra.functions } },
        ),
      )
    } catch (error) {
      if (error instanceof TooMuchWorkError) throw error
      // The engine's own message may quote the record.
      throw new FailedError()
    }
  }
  return { expression, run }
}

function parse(expression: string): Node {
  let depth = 0
  for (const char of expression) {
    if (char === '(' || char === '[' || char === '{') depth++
    if (char === ')' || char === ']' || char === '}') depth--
    if (depth > BRACKET_DEPTH) throw new SyntaxFaultError()
  }
  try {
    return fhirpath.parse(expression) as Node
  } catch {
    throw new SyntaxFaultError()
  }
}

/**
 * True when the expression gives the single value true. Anything else, also nothing, is false.
 * @throws Predicate.TooMuchWork, Predicate.Failed
 */
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

export class TooLongError extends AmbrosiaError {
  constructor(length: number) {
    super('Predicate.TooLong', `${length} characters, at most ${EXPRESSION_LENGTH} are allowed`, {
      hint: 'Split the predicate into several; all of them must hold.',
    })
  }
}

export class SyntaxFaultError extends AmbrosiaError {
  constructor() {
    super('Predicate.Syntax', 'the expression is not FHIRPath', {
      hint: `Check brackets (at most ${BRACKET_DEPTH} deep) and quotes; texts stand in single quotes.`,
    })
  }
}

export class FailedError extends AmbrosiaError {
  constructor() {
    super('Predicate.Failed', 'the expression cannot be evaluated over this record', {
      hint: 'An operator met several values or a wrong type; use exists(), first() or ofType().',
    })
  }
}
