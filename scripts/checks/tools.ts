import { spawn } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import type { Problem } from './problem.ts'

const OUTPUT_LIMIT = 20_000

/** Runs Node on a script of the repository; one problem with what it printed when it fails. */
export async function runNode(
  root: string,
  args: readonly string[],
  fix: string,
): Promise<Problem[]> {
  const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] })
  let text = ''
  const keep = (chunk: string) => {
    if (text.length < OUTPUT_LIMIT) text += chunk
  }
  child.stdout.setEncoding('utf8').on('data', keep)
  child.stderr.setEncoding('utf8').on('data', keep)
  const code = await new Promise<number>((done, failed) => {
    child.once('error', failed)
    child.once('close', (exitCode) => done(exitCode ?? 1))
  })
  if (code === 0) return []
  return [{ place: args[0] as string, message: text.trimEnd() || `ended with ${code}`, fix }]
}

/** Format, lint and the order of imports, by Biome. */
export function checkStyle(root: string): Promise<Problem[]> {
  const biome = join('node_modules', '@biomejs', 'biome', 'bin', 'biome')
  return runNode(
    root,
    [biome, 'check', '--max-diagnostics=50'],
    'Run node_modules/.bin/biome check --write.',
  )
}

/**
 * Types of the whole repository, by the TypeScript compiler. Each of its checkers works out the
 * shared types anew: more than there are processors cost half as much again, and 700 MB.
 */
export function checkTypes(root: string): Promise<Problem[]> {
  const tsc = join('node_modules', 'tsc', 'bin', 'tsc')
  const checkers = String(Math.min(4, availableParallelism()))
  return runNode(root, [tsc, '-p', '.', '--checkers', checkers], 'Mend the types named above.')
}
