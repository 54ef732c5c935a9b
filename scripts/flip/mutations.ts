import { lineAt } from '../source/readModule.ts'
import { calledName, isNode, type Node, parse, textOf, walk } from '../source/syntax.ts'

/** One change of one assertion that must turn its test red. */
export type Mutation = {
  line: number
  /** The assertion as it stands, and what takes its place. */
  before: string
  after: string
  /** Where in the file the change goes. */
  start: number
  end: number
  /**
   * The name of the test around it, null where it is not a plain text or the assertion stands in a
   * function of the file.
   */
  test: string | null
}

const OPPOSITES: Readonly<Record<string, string>> = {
  equal: 'notEqual',
  strictEqual: 'notStrictEqual',
  deepEqual: 'notDeepEqual',
  deepStrictEqual: 'notDeepStrictEqual',
  match: 'doesNotMatch',
  throws: 'doesNotThrow',
  rejects: 'doesNotReject',
}
const BY_NAME = new Map([
  ...Object.entries(OPPOSITES),
  ...Object.entries(OPPOSITES).map(([one, other]): [string, string] => [other, one]),
])

/**
 * Every assertion of a test file, flipped: the opposite function, and for a failure expected by its
 * code another code.
 */
export function mutationsOf(path: string, text: string): Mutation[] {
  const found: Mutation[] = []
  for (const [node, ancestors] of walk(parse(path, text))) {
    if (node.type !== 'CallExpression') continue
    const name = /^(?:assert|t\.assert)\.(\w+)$/.exec(calledName(node))?.[1]
    if (name === undefined) continue
    const change = flipped(node, name, text)
    if (change !== null) found.push({ ...describe(node, ancestors, text), ...change })
    const code = expectedCode(node, name)
    if (code !== null) {
      const place = { start: code.start, end: code.end }
      found.push({ ...describe(node, ancestors, text), ...place, after: "'Another.Code'" })
    }
  }
  return found
}

function describe(node: Node, ancestors: readonly Node[], text: string) {
  const before = text.slice(node.start, node.end)
  return { line: lineAt(text, node.start), before, test: testAround(ancestors) }
}

/** The opposite of an assertion; `ok` asks for the opposite of its value. */
function flipped(node: Node, name: string, text: string) {
  const callee = node['callee'] as Node
  const property = callee['property'] as Node
  const opposite = BY_NAME.get(name)
  if (opposite !== undefined) return { start: property.start, end: property.end, after: opposite }
  const [value] = node['arguments'] as Node[]
  if (name !== 'ok' || value === undefined) return null
  const after = `!(${text.slice(value.start, value.end)})`
  return { start: value.start, end: value.end, after }
}

/** The literal of `{ code: 'Domain.Fault' }` in what a failure is expected to be. */
function expectedCode(node: Node, name: string): Node | null {
  if (name !== 'throws' && name !== 'rejects') return null
  const [, expected] = node['arguments'] as Node[]
  if (expected?.type !== 'ObjectExpression') return null
  for (const one of expected['properties'] as Node[]) {
    const key = isNode(one['key']) ? one['key']['name'] : undefined
    if (key === 'code' && textOf(one['value']) !== undefined) return one['value'] as Node
  }
  return null
}

function testAround(ancestors: readonly Node[]): string | null {
  const calls = ancestors.filter(({ type }) => type === 'CallExpression')
  const test = calls.find((call) => /^(it|test)$/.test(calledName(call)))
  return test === undefined ? null : (plainText((test['arguments'] as Node[])[0]) ?? null)
}

function plainText(node: Node | undefined): string | undefined {
  return node?.type === 'Literal' ? textOf(node) : undefined
}

/** The file with the change made. */
export function applied(text: string, { start, end, after }: Mutation): string {
  return text.slice(0, start) + after + text.slice(end)
}

/** A sample of a list that the same seed draws again. */
export function sample<T>(list: readonly T[], count: number, seed: number): T[] {
  const rest = [...list]
  let state = seed >>> 0
  const next = () => {
    // xorshift32 over a state that is never zero.
    state ||= 1
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) / 2 ** 32
  }
  const drawn: T[] = []
  while (drawn.length < count && rest.length > 0) {
    drawn.push(rest.splice(Math.floor(next() * rest.length), 1)[0] as T)
  }
  return drawn
}
