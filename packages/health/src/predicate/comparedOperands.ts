import type { Node } from './Node.ts'

/** Functions that compare every item with every other one. */
const PAIRWISE: ReadonlySet<string> = new Set([
  'distinct',
  'exclude',
  'intersect',
  'isDistinct',
  'subsetOf',
  'supersetOf',
  'union',
])

/** What is done with an operand: compared item by item, or each item with each. */
export type Comparison = 'once' | 'pairwise'

/**
 * The operands of comparisons in a parsed expression, by signature: the engine reports each
 * evaluated node before the operator above it runs, so that the work of that operator can be
 * charged, or refused, in time.
 */
export function comparedOperands(tree: Node): ReadonlyMap<string, Comparison> {
  const operands = new Map<string, Comparison>()
  const add = (node: Node | undefined, comparison: Comparison): void => {
    if (node && operands.get(signatureOf(node)) !== 'pairwise') {
      operands.set(signatureOf(node), comparison)
    }
  }
  const visit = (node: Node): void => {
    const [left, right] = node.children ?? []
    if (node.type === 'UnionExpression') {
      add(left, 'pairwise')
      add(right, 'pairwise')
    } else if (node.type === 'EqualityExpression') {
      const comparison = node.text === '~' || node.text === '!~' ? 'pairwise' : 'once'
      add(left, comparison)
      add(right, comparison)
    } else if (node.type === 'MembershipExpression') {
      add(left, 'once')
      add(right, 'once')
    } else if (node.type === 'InvocationExpression') {
      const called = right?.children?.[0]
      if (called?.type === 'Functn' && PAIRWISE.has(called.text ?? '')) {
        add(left, 'pairwise')
        const parameters = called.children?.find((child) => child.type === 'ParamList')
        for (const parameter of parameters?.children ?? []) add(parameter, 'pairwise')
      }
    }
    for (const child of node.children ?? []) visit(child)
  }
  visit(tree)
  return operands
}

/**
 * Type and extent: the same for one place of an expression each time it is parsed. Nodes that share
 * it only wrap one another.
 */
export function signatureOf(node: Node): string {
  return `${node.type} ${edge(node, 0)} ${edge(node, -1)}`
}

function edge(node: Node, side: 0 | -1): string {
  const children = node.children ?? []
  const candidates = side === 0 ? children : children.toReversed()
  for (const child of candidates) {
    const found = edge(child, side)
    if (found !== '') return found
  }
  return node.start ? `${node.start.line}:${node.start.column}` : ''
}
