import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import { ALLOWED_FUNCTIONS, ALLOWED_NODES, ALLOWED_VARIABLES } from './allowed.ts'
import type { Node } from './Node.ts'

/** Most nodes of a parsed expression. */
export const NODE_COUNT = 2000
/** Deepest nesting of a parsed expression. */
export const NODE_DEPTH = 200

/** Names that are allowed besides those of the list. */
export type Allowed = {
  functions?: object
  engineFunctions?: readonly string[]
  variables?: object
}

/**
 * Refuses whatever the list does not name.
 * @throws Predicate.TooComplex, Predicate.NotAllowed, Predicate.FunctionNotAllowed, Predicate.Arity
 */
export function assertAllowed(tree: Node, extra: Allowed): void {
  let count = 0
  const visit = (node: Node, depth: number): void => {
    if (++count > NODE_COUNT || depth > NODE_DEPTH) throw new TooComplexError()
    const type = node.type ?? ''
    if (!ALLOWED_NODES.has(type)) throw new NotAllowedError(type)
    if (type === 'Functn') assertFunction(node, extra)
    if (type === 'ExternalConstantTerm') assertVariable(node, extra)
    for (const child of node.children ?? []) visit(child, depth + 1)
  }
  visit(tree, 1)
}

function assertFunction(node: Node, extra: Allowed): void {
  const name = node.text ?? ''
  if (extra.functions !== undefined && Object.hasOwn(extra.functions, name)) return
  if (extra.engineFunctions?.includes(name) === true) return
  const arities = Object.hasOwn(ALLOWED_FUNCTIONS, name) ? ALLOWED_FUNCTIONS[name] : undefined
  if (!arities) throw new FunctionNotAllowedError(name)
  const parameters = node.children?.find((child) => child.type === 'ParamList')?.children ?? []
  // The engine answers a wrong number of arguments with an empty result, which would pass for a
  // verdict.
  if (!arities.includes(parameters.length)) throw new ArityError(name, parameters.length)
}

function assertVariable(node: Node, extra: Allowed): void {
  const name = node.text ?? ''
  if (extra.variables !== undefined && Object.hasOwn(extra.variables, name)) return
  if (!ALLOWED_VARIABLES.has(name)) throw new NotAllowedError('this variable')
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
      hint: `Variables are: ${[...ALLOWED_VARIABLES].map((name) => `%${name}`).join(', ')}.`,
    })
  }
}
