import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { lineAt } from '../source/readModule.ts'
import { calledName, type Node, parse, textOf, walk } from '../source/syntax.ts'
import { testFiles } from '../testing/select.ts'
import type { Problem } from './problem.ts'

/**
 * One grammar of test names: `describe` names a function or a scenario, `it` goes on as a sentence.
 * And a failure that is expected of a promise is awaited.
 */
export async function checkTestNames(root: string): Promise<Problem[]> {
  return testFiles(root)
    .filter((path) => path.endsWith('.test.ts'))
    .flatMap((path) => testNameProblems(path, readFileSync(join(root, path), 'utf8')))
}

/**
 * Every test of a file whose name breaks the grammar, and every assertion about a promise that
 * nothing waits for.
 */
export function testNameProblems(path: string, text: string): Problem[] {
  const problems: Problem[] = []
  const seen = new Set<string>()
  for (const [node, ancestors] of walk(parse(path, text))) {
    if (node.type !== 'CallExpression') continue
    const add = (message: string, fix: string) =>
      problems.push({ place: `${path}:${lineAt(text, node.start)}`, message, fix })
    const called = calledName(node)
    if (/^(t\.)?assert\.(rejects|doesNotReject)$/.test(called) && !isAwaited(ancestors)) {
      add(`${called} that nothing waits for`, 'Put await before it.')
    }
    if (called === 'test' || called === 'suite') {
      add(`a test by the name of ${called}`, 'Write it(...) and describe(...).')
    }
    if (called !== 'it' && called !== 'describe') continue
    const name = textOf((node['arguments'] as Node[])[0])
    if (name === undefined) continue
    const full = [...ancestors.filter((one) => isSuite(one)).map(nameOf), name].join(' > ')
    const isRepeated = !full.includes('…') && seen.has(full) && !isInLoop(ancestors)
    const fault = isRepeated ? 'is there twice' : faultOf(called, name)
    seen.add(full)
    if (fault !== null)
      add(
        `"${name}" ${fault}`,
        'describe names a function or a scenario, it goes on as a sentence.',
      )
  }
  return problems
}

function faultOf(called: string, name: string): string | null {
  if (name.trim() === '') return 'says nothing'
  if (/[.!]$/.test(name)) return 'ends with a full stop'
  if (called === 'describe') return null
  if (/^(default|behaviou?r|error|edge|test|should)\b:?\s/.test(name)) return 'begins with a label'
  if (/^[A-Z][a-z]+ [a-z]/.test(name) && COMMON.has(name.split(' ')[0] as string))
    return 'begins with a capital'
  return null
}

/** Words that begin a sentence; a name of code or of a standard keeps its capital. */
const COMMON = new Set([
  'A',
  'An',
  'The',
  'It',
  'Is',
  'Has',
  'Does',
  'When',
  'With',
  'Without',
  'Every',
  'Each',
  'No',
  'All',
  'Refuses',
  'Returns',
  'Accepts',
  'Reads',
  'Writes',
  'Keeps',
  'Gives',
  'Finds',
])

function isSuite(node: Node): boolean {
  return node.type === 'CallExpression' && calledName(node) === 'describe'
}

function nameOf(node: Node): string {
  return textOf((node['arguments'] as Node[])[0]) ?? '…'
}

function isInLoop(ancestors: readonly Node[]): boolean {
  return ancestors.some(({ type }) => /^(For|While|Do)/.test(type))
}

/** Awaited, returned, or handed on to something that is. */
function isAwaited(ancestors: readonly Node[]): boolean {
  return ancestors.at(-1)?.type !== 'ExpressionStatement'
}
