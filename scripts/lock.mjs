/**
 * Brings package-lock.json in line with every package.json, for all platforms: npm leaves out the
 * packages of other platforms where it has installed already, and never asks for them again.
 *
 *   npm run lock
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { LOCKFILE, lockfileProblems, missingOptional } from './setup/lockfile.mjs'
import { runNpm } from './setup/npm.mjs'
import { workspaceManifests } from './setup/packages.mjs'

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '..')
const ARGUMENTS = ['install', '--package-lock-only', '--ignore-scripts', '--prefer-online']

try {
  forgetIncomplete()
  await runNpm('lockfile', process.execPath, ARGUMENTS, ROOT)
  const problems = lockfileProblems(ROOT, workspaceManifests(ROOT))
  for (const problem of problems) process.stderr.write(`${problem}\n`)
  process.exitCode = problems.length === 0 ? 0 : 1
} catch (error) {
  process.stderr.write(`${error.message}\n${error.output ?? ''}\n`)
  process.exitCode = 1
}

/** npm asks for optional packages only when it meets their parent anew. */
function forgetIncomplete() {
  const path = join(ROOT, LOCKFILE)
  const lock = JSON.parse(readFileSync(path, 'utf8'))
  const incomplete = missingOptional(lock.packages)
  for (const { by } of incomplete) delete lock.packages[by]
  if (incomplete.length > 0) writeFileSync(path, `${JSON.stringify(lock, null, 2)}\n`)
}
