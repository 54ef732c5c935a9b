import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Problem } from './problem.ts'

const LINE_LIMIT = 400
const TEST_LINE_LIMIT = 700
const TEST_SOURCE = /\.test\.ts$|\.t\.sol$|_test\.go$/
const SOURCE = /\.(ts|tsx|mts|mjs|js|sol|go|circom|s|S)$/
/** Tables of constants and what a program wrote have no length. */
const TABLE =
  /(^|\/)(generated|tables|data|vectors|snapshots|abi)\/|\.generated\.|Table\.ts$|go\.sum$/
const TEXT =
  /\.(ts|tsx|mts|mjs|js|sol|go|circom|s|S|md|json|sh|yml|yaml)$|^(ambrosia|LICENSE|\.ci\/run)$/

/** Files git knows or would add, from the root. */
export function projectFiles(root: string): string[] {
  const list = execFileSync(
    'git',
    ['ls-files', '-z', '--cached', '--others', '--exclude-standard'],
    {
      cwd: root,
      encoding: 'utf8',
      maxBuffer: 64 * 1024 * 1024,
    },
  )
  const paths = list.split('\0').filter((path) => path !== '' && existsSync(join(root, path)))
  return [...new Set(paths)].sort()
}

/** Source files stay readable: 400 lines at most, a file of tests 700. */
export async function checkFileSize(root: string): Promise<Problem[]> {
  const problems: Problem[] = []
  for (const path of projectFiles(root)) {
    if (!SOURCE.test(path) || TABLE.test(path)) continue
    const count = readFileSync(join(root, path), 'utf8').split('\n').length - 1
    const limit = TEST_SOURCE.test(path) ? TEST_LINE_LIMIT : LINE_LIMIT
    if (count <= limit) continue
    const fix = 'Split it by what it does; a table belongs in data/, tables/ or a *Table.ts file.'
    problems.push({ place: path, message: `${count} lines, the limit is ${limit}`, fix })
  }
  return problems
}

type Rule = { pattern: RegExp; files: RegExp; message: string; fix: string }

const TEST_FILE = /\.(test|fuzz)\.ts$/
// The words are joined here so that this file does not hold them.
const UNFINISHED = ['TO' + 'DO', 'FIX' + 'ME', 'X' + 'XX'].join('|')
const RULES: readonly Rule[] = [
  {
    pattern: /\b(?:test|it|describe|suite)\.(?:only|skip|todo)\b|\b(?:only|skip|todo):\s*true\b/,
    files: TEST_FILE,
    message: 'a test that is switched off, or switches the others off',
    fix: "Mend the test or delete it; what needs samples calls t.skip('reason').",
  },
  {
    pattern: /(?<![.\w])assert\(|\bt\.assert\.ok\(/,
    files: TEST_FILE,
    message: 'an assertion that the runner cannot count',
    fix: 'Write assert.ok(...): a test that reaches no assertion fails.',
  },
  {
    pattern: new RegExp(`\\b(?:${UNFINISHED})\\b`),
    files: SOURCE,
    message: 'a note about unfinished work',
    fix: 'Do it, or open an issue and leave the note there.',
  },
  {
    pattern: /(?<![\w.:-])\/(?:work|root|Users)\/[\w.]|(?<![\w.:-])\/home\/\w/,
    files: TEXT,
    message: 'a path of one machine',
    fix: 'Write it relative to the repository, or take it from the environment.',
  },
  {
    pattern: /^(?:<{7}|>{7}|={7})(?: |$)/,
    files: TEXT,
    message: 'a mark of an unresolved merge',
    fix: 'Resolve it.',
  },
]

/** No switched-off test, unfinished note, machine path or merge mark. */
export async function checkForbidden(root: string): Promise<Problem[]> {
  const problems: Problem[] = []
  for (const path of projectFiles(root)) {
    if (!TEXT.test(path) || path === 'package-lock.json') continue
    problems.push(...forbiddenIn(path, readFileSync(join(root, path), 'utf8')))
  }
  return problems
}

/** Every forbidden word of one file. */
export function forbiddenIn(path: string, text: string): Problem[] {
  const rules = RULES.filter(({ files }) => files.test(path))
  return text
    .split('\n')
    .flatMap((line, index) =>
      rules
        .filter(({ pattern }) => pattern.test(line))
        .map(({ message, fix }) => ({ place: `${path}:${index + 1}`, message, fix })),
    )
}
