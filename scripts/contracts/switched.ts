// Many mutants in one compilation: each change stands beside what it changes, behind a switch that
// is a number in the compiled code. Writing another number there is another mutant, for no more
// than a replacement of text; compiling each by itself takes four times as long as its tests.
import type { Sources } from '@ambrosia/chain/compile/readSources'
import type { Mutant } from './mutants.ts'

/** A node of the compiler's syntax tree, as far as it is read here. */
export type Node = {
  nodeType: string
  /** `start:length:file`, in bytes. */
  src: string
  operator?: string
  leftExpression?: Node
  rightExpression?: Node
  leftHandSide?: Node
  rightHandSide?: Node
  condition?: Node
  typeDescriptions?: { typeString?: string }
}

/** A mutant in its file, and the number that switches it on. */
export type Numbered = Mutant & { name: string; id: number }

/** Writes a part of a text with the switches that stand in it. */
type Write = (start: number, end: number) => string
type Edit = { start: number; end: number; depth: number; id: number; write(part: Write): string }

/** What no other code holds: stands where the number goes. */
const MARK = `${'5a17'.repeat(15)}c0de`
const FILE = 'src/Switch.sol'
const SWITCH = `// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.0;
library Switch {
    uint256 private constant MARK = 0x${MARK};
    function on(uint256 id) internal pure returns (bool) { return MARK == id; }
}
`

/**
 * Sources with switches, and the numbers of the mutants that have none: those in assembly, in heads
 * of functions, and where the compiler finds no room on its stack.
 */
export function switched(
  sources: Sources,
  trees: Readonly<Record<string, Node>>,
  mutants: readonly Numbered[],
): { sources: Sources; without: Set<number> } {
  const without = new Set<number>()
  const changed: Record<string, { content: string }> = { ...sources, [FILE]: { content: SWITCH } }
  for (const name of new Set(mutants.map((one) => one.name))) {
    // The tree counts bytes.
    const text = Buffer.from(sources[name]?.content ?? '').toString('latin1')
    const nodes = nodesOf(trees[name] as Node)
    const edits: Edit[] = []
    for (const mutant of mutants.filter((one) => one.name === name)) {
      const edit = editOf(mutant, text, nodes)
      if (edit === undefined) without.add(mutant.id)
      else edits.push(edit)
    }
    const up = '../'.repeat(name.split('/').length - 2)
    const pragma = /^pragma .*$/m
    const content = writeAll(text, edits).replace(
      pragma,
      (line) => `${line}\nimport {Switch} from "${up || './'}Switch.sol";`,
    )
    changed[name] = { content: Buffer.from(content, 'latin1').toString() }
  }
  return { sources: changed, without }
}

/** Compiled code with one mutant switched on; none by the number 0. */
export function switchOn(code: string, id: number): string {
  return code.replaceAll(MARK, id.toString(16).padStart(64, '0'))
}

/**
 * The numbers of the mutants that keep sources from compiling: of those in what an error points at,
 * else in its line, else in its function.
 */
export function blamed(content: string, { start, end }: { start: number; end: number }): number[] {
  const text = Buffer.from(content).toString('latin1')
  const within = (from: number, to: number): number[] =>
    [...text.slice(from, to).matchAll(/Switch\.on\((\d+)\)/g)].map(([, id]) => Number(id))
  const lineEnd = text.indexOf('\n', end)
  const next = text.indexOf('\n    }', end)
  return (
    [
      within(start, end),
      within(text.lastIndexOf('\n', start), lineEnd === -1 ? text.length : lineEnd),
      within(text.lastIndexOf('\n    function', start), next === -1 ? text.length : next),
    ].find((ids) => ids.length > 0) ?? []
  )
}

type Placed = { node: Node; start: number; end: number; depth: number }

function nodesOf(tree: Node): Placed[] {
  const found: Placed[] = []
  const visit = (value: unknown, depth: number): void => {
    if (typeof value !== 'object' || value === null) return
    const node = value as Node
    if (typeof node.nodeType === 'string' && typeof node.src === 'string') {
      if (node.nodeType === 'InlineAssembly') return
      found.push({ node, ...rangeOf(node), depth })
    }
    for (const part of Object.values(value)) visit(part, depth + 1)
  }
  visit(tree, 0)
  return found
}

function rangeOf({ src }: Node): { start: number; end: number } {
  const [start = 0, length = 0] = src.split(':').map(Number)
  return { start, end: start + length }
}

/** The switch of a mutant, or undefined where an expression or a statement can't hold it. */
function editOf(mutant: Numbered, text: string, nodes: readonly Placed[]): Edit | undefined {
  const { id, found, replacement } = mutant
  const before = Buffer.byteLength(mutant.head)
  const at = before + (found.length - found.trimStart().length)
  const [token, other] = [found.trim(), replacement.trim()]
  const of = (types: string, test: (one: Placed) => boolean) =>
    nodes.find((one) => types.split(' ').includes(one.node.nodeType) && test(one))
  const on = `Switch.on(${id})`

  const binary = of('BinaryOperation Assignment', ({ node }) => {
    const [left, right] = sidesOf(node)
    if (node.operator !== token || left === undefined || right === undefined) return false
    return rangeOf(left).end <= at && at < rangeOf(right).start
  })
  if (binary) return editOfBinary(binary, { id, on, token, other })
  const start = of('UnaryOperation Literal FunctionCall', (one) => one.start === at)
  if (start !== undefined && /^(?:!|\+\+|true|false|Math\.\w+\()$/.test(token)) {
    const { end } = start
    if (/^(?:Math|\+\+)/.test(token)) {
      const write = (part: Write): string => {
        const rest = part(at + token.length, end)
        return `(${on} ? ${other}${rest} : ${token}${rest})`
      }
      return { ...start, id, write }
    }
    return { ...start, id, write: (part) => `((${part(at, end)}) != ${on})` }
  }
  if (!/^\s*(?:if |delete |_|\w)/.test(found) || !found.trimEnd().endsWith(';')) return undefined
  const guard = of('IfStatement', (one) => one.start === at)
  if (guard?.node.condition) {
    const condition = rangeOf(guard.node.condition)
    const depth = guard.depth + 0.5
    return {
      ...condition,
      depth,
      id,
      write: (part) => `(${part(condition.start, condition.end)}) && !${on}`,
    }
  }
  const statement = of('ExpressionStatement', (one) => one.start === at)
  if (statement === undefined) return undefined
  const end = text.indexOf(';', statement.end) + 1
  return { ...statement, end, id, write: (part) => `{ if (!${on}) { ${part(at, end)} } }` }
}

function sidesOf(node: Node): [Node | undefined, Node | undefined] {
  return node.nodeType === 'Assignment'
    ? [node.leftHandSide, node.rightHandSide]
    : [node.leftExpression, node.rightExpression]
}

function editOfBinary(
  { node, start, end, depth }: Placed,
  { id, on, token, other }: { id: number; on: string; token: string; other: string },
): Edit | undefined {
  const [left, right] = sidesOf(node).map((side) => rangeOf(side as Node)) as [Range, Range]
  // A constant of numbers alone has no type that both forms share.
  if (node.typeDescriptions?.typeString?.startsWith('int_const')) return undefined
  const place = { start, end, depth, id }
  if (token === '==' || token === '!=')
    return { ...place, write: (part) => `((${part(start, end)}) != ${on})` }
  const write = (part: Write): string => {
    const [one, two] = [part(left.start, left.end), part(right.start, right.end)]
    return `(${on} ? (${one} ${other} ${two}) : (${one} ${token} ${two}))`
  }
  return { ...place, write }
}

type Range = { start: number; end: number }

/** The text with every edit, those inside others with them. */
function writeAll(text: string, edits: readonly Edit[]): string {
  const order = edits.toSorted((one, two) => one.depth - two.depth || one.id - two.id)
  const from = (rest: readonly Edit[], start: number, end: number): string => {
    const inside = rest.filter((one) => one.start >= start && one.end <= end)
    const [first] = inside.toSorted(
      (one, two) =>
        one.start - two.start || two.end - one.end || one.depth - two.depth || one.id - two.id,
    )
    if (first === undefined) return text.slice(start, end)
    const others = rest.filter((one) => one !== first)
    const within: Write = (a, b) => from(others, a, b)
    return text.slice(start, first.start) + first.write(within) + from(others, first.end, end)
  }
  return from(order, 0, text.length)
}
