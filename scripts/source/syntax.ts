import { parseSync } from 'oxc-parser'

/**
 * A node of a syntax tree (ESTree), read by its `type`; `start` and `end` are places in the text.
 */
export type Node = { type: string; start: number; end: number; [key: string]: unknown }

/**
 * The tree of a TypeScript or JavaScript module. A text that cannot be parsed gives an empty one;
 * the compiler says why.
 */
export function parse(path: string, text: string): Node {
  return parseSync(path, text).program as unknown as Node
}

/** Every node below one, parents before children, with its ancestors from the root on. */
export function* walk(
  node: Node,
  ancestors: readonly Node[] = [],
): Generator<[Node, readonly Node[]]> {
  yield [node, ancestors]
  const inner = [...ancestors, node]
  for (const child of childrenOf(node)) yield* walk(child, inner)
}

/** The nodes directly below one, in the order of the text. */
function childrenOf(node: Node): Node[] {
  const found: Node[] = []
  for (const [key, value] of Object.entries(node)) {
    if (key === 'parent') continue
    for (const one of Array.isArray(value) ? value : [value]) if (isNode(one)) found.push(one)
  }
  return found.sort((one, other) => one.start - other.start)
}

export function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && typeof (value as Node).type === 'string'
}

/** The name a call goes by: `assert.equal`, `it`, `t.assert.ok`; empty for computed ones. */
export function calledName(call: Node): string {
  return dotted(call['callee'])
}

function dotted(node: unknown): string {
  if (!isNode(node)) return ''
  if (node.type === 'Identifier') return node['name'] as string
  if (node.type === 'ThisExpression') return 'this'
  if (node.type === 'Super') return 'super'
  if (node.type === 'ChainExpression') return dotted(node['expression'])
  if (node.type !== 'MemberExpression' || node['computed'] === true) return ''
  const object = dotted(node['object'])
  const property = dotted(node['property'])
  return object === '' ? '' : `${object}.${property}`
}

/**
 * The value of a string literal or of a template, whose inner expressions become `hole`; undefined
 * for anything else.
 */
export function textOf(node: unknown, hole = '…'): string | undefined {
  if (!isNode(node)) return undefined
  if (node.type === 'Literal') return typeof node['value'] === 'string' ? node['value'] : undefined
  if (node.type === 'ConditionalExpression') {
    const both = [textOf(node['consequent'], hole), textOf(node['alternate'], hole)]
    return both.every((one) => one !== undefined) ? both.join(' / ') : undefined
  }
  if (node.type === 'BinaryExpression' && node['operator'] === '+') {
    return `${textOf(node['left'], hole) ?? hole}${textOf(node['right'], hole) ?? hole}`
  }
  if (node.type !== 'TemplateLiteral') return undefined
  const quasis = node['quasis'] as Node[]
  return quasis.map((part) => (part['value'] as { cooked: string }).cooked).join(hole)
}
