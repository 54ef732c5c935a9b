import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { lineAt } from '../source/readModule.ts'
import { type Node, parse, walk } from '../source/syntax.ts'
import { projectFiles } from './files.ts'
import type { Problem } from './problem.ts'

const LIMIT = 70
const SOURCE = /\.(ts|tsx|mts|mjs)$/
/** What a program wrote, and tests: a test is a list of cases that is read from top to bottom. */
const UNMEASURED = /(^|\/)generated\/|\.generated\.|\.test\.ts$/
const FUNCTION = /^(FunctionDeclaration|FunctionExpression|ArrowFunctionExpression)$/

/** A function fits on a screen: 70 lines of its own. */
export async function checkFunctionLength(root: string): Promise<Problem[]> {
  return projectFiles(root)
    .filter((path) => SOURCE.test(path) && !UNMEASURED.test(path))
    .flatMap((path) => longFunctions(path, readFileSync(join(root, path), 'utf8')))
}

/**
 * The functions of a file with more lines than the limit. Lines of a function that stands inside
 * another count for the inner one alone, but for the line on which it begins: so the methods of an
 * object that a factory returns are measured one by one, as those of a class would be.
 */
export function longFunctions(path: string, text: string, limit = LIMIT): Problem[] {
  const found = [...walk(parse(path, text))].filter(([node]) => FUNCTION.test(node.type))
  const all = found.map(([node]) => ({
    node,
    first: lineAt(text, node.start),
    last: lineAt(text, node.end),
  }))
  const problems: Problem[] = []
  for (const [index, one] of all.entries()) {
    if (one.last - one.first + 1 <= limit) continue
    const own = new Set(Array.from({ length: one.last - one.first + 1 }, (_, at) => one.first + at))
    for (const { node, first, last } of all) {
      const isInner = node !== one.node && node.start >= one.node.start && node.end <= one.node.end
      for (let line = first + 1; isInner && line <= last; line++) own.delete(line)
    }
    if (own.size <= limit) continue
    problems.push({
      place: `${path}:${one.first}`,
      message: `${nameOf(one.node, found[index]?.[1] ?? [])} has ${own.size} lines, the limit is ${limit}`,
      fix: 'Give each of its steps a name and a function.',
    })
  }
  return problems
}

function nameOf(node: Node, ancestors: readonly Node[]): string {
  const parent = ancestors.at(-1)
  const named = [node['id'], parent?.['id'], parent?.['key']].find(
    (one) => (one as { name?: unknown } | null | undefined)?.name !== undefined,
  )
  return (named as { name: string } | undefined)?.name ?? 'a function without a name'
}
