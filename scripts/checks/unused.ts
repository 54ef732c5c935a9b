import { spawn } from 'node:child_process'
import { join, posix } from 'node:path'
import type { Problem } from './problem.ts'

const KNIP = join('node_modules', 'knip', 'bin', 'knip.js')
const ARGUMENTS = ['--no-progress', '--no-config-hints', '--no-exit-code', '--reporter', 'json']

/**
 * Folders in the middle of being written; each fails the check when nothing is found in it any
 * more.
 */
const OWED: readonly string[] = []

type Item = { name: string; line?: number }
/** What knip tells about one file; the parts that are read here. */
type Issue = {
  file: string
  files?: Item[]
  dependencies?: Item[]
  devDependencies?: Item[]
  unlisted?: Item[]
  unresolved?: Item[]
  exports?: Item[]
}

const MESSAGES = {
  files: [
    'nothing uses this file',
    'Delete it, or name it in knip.jsonc when something starts it by its path.',
  ],
  dependencies: ['is a dependency that nothing uses', 'Delete it and run npm run lock.'],
  devDependencies: ['is a dependency that nothing uses', 'Delete it and run npm run lock.'],
  unlisted: [
    'is used and is not a dependency',
    'Add its exact version to the package.json of the workspace.',
  ],
  unresolved: ['is imported and does not exist', 'Name the file that is meant.'],
  exports: ['is exported and used nowhere else', 'Take the export away, or delete it.'],
} as const

/**
 * No file, export or dependency that nothing uses. Exports are judged in `camelCase.ts`; a public
 * noun is whole.
 */
export async function checkUnused(root: string): Promise<Problem[]> {
  const { code, text } = await runKnip(root)
  if (code !== 0) {
    return [{ place: 'knip.jsonc', message: text, fix: 'Mend the configuration of knip.' }]
  }
  return unusedProblems((JSON.parse(text) as { issues: Issue[] }).issues, OWED)
}

export function unusedProblems(issues: readonly Issue[], owed: readonly string[]): Problem[] {
  const problems: Problem[] = []
  const met = new Set<string>()
  for (const issue of issues) {
    for (const [kind, [message, fix]] of Object.entries(MESSAGES)) {
      for (const { name, line } of issue[kind as keyof typeof MESSAGES] ?? []) {
        if (kind === 'exports' && !isJudged(issue.file, name)) continue
        const debt = owed.find((folder) => issue.file.startsWith(folder))
        if (debt !== undefined) {
          met.add(debt)
          continue
        }
        const place = line === undefined ? issue.file : `${issue.file}:${line}`
        problems.push({ place, message: kind === 'files' ? message : `${name} ${message}`, fix })
      }
    }
  }
  for (const folder of owed.filter((one) => !met.has(one))) {
    const place = 'scripts/checks/unused.ts'
    const message = `nothing is unused in ${folder} any more`
    problems.push({ place, message, fix: 'Take it off the list of what is owed.' })
  }
  return problems
}

/** Errors are named in docs and caught by users; generated files and public nouns are whole. */
function isJudged(file: string, name: string): boolean {
  const base = posix.basename(file)
  return (
    /^[a-z]/.test(base) &&
    base !== 'index.ts' &&
    !/Error$/.test(name) &&
    !/\.(generated|bench|sim)\./.test(base)
  )
}

async function runKnip(root: string): Promise<{ code: number; text: string }> {
  const child = spawn(process.execPath, [KNIP, ...ARGUMENTS], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let text = ''
  let errors = ''
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk
  })
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    errors += chunk
  })
  const code = await new Promise<number>((done, failed) => {
    child.once('error', failed)
    child.once('close', (exitCode) => done(exitCode ?? 1))
  })
  return { code, text: code === 0 ? text : errors }
}
