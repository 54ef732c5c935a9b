import { LOCKFILE, lockfileProblems } from '../setup/lockfile.mjs'
import { workspaceManifests } from '../setup/packages.mjs'
import type { Problem } from './problem.ts'

/** The lockfile pins every package for every platform and names no registry host. */
export async function checkLockfile(root: string): Promise<Problem[]> {
  const problems: string[] = lockfileProblems(root, workspaceManifests(root))
  return problems.map((message) => ({ place: LOCKFILE, message, fix: 'Run npm run lock.' }))
}
