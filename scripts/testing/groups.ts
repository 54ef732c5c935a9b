import { posix } from 'node:path'
import { workspaceOf } from '../checks/layers.ts'
import { DEV, groupOf } from '../setup/groups.mjs'
import { workspaceManifests } from '../setup/packages.mjs'

/**
 * The groups of packages that these test files need: the tools of tests, and the group of each
 * file's workspace.
 */
export function groupsOf(root: string, files: readonly string[]): string[] {
  const homes = new Set(files.map(workspaceOf))
  const groups = workspaceManifests(root)
    .filter((path) => homes.has(posix.dirname(path)))
    .map((path): string => groupOf(root, path))
  return [...new Set([DEV, ...groups])]
}
