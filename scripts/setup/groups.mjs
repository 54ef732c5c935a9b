import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { SetupError } from './errors.mjs'

/** What every run of the network needs; a workspace that declares no group belongs to it. */
export const MAIN = 'main'
/** Tools of tests and checks: the devDependencies of the root and of every installed workspace. */
export const DEV = 'dev'

/**
 * Packages are installed in groups, each on its first use. A workspace declares its group in its
 * package.json, `"ambrosia": { "group": "circuits" }`; the groups that exist are those that are
 * declared, `main` and `dev`.
 */
export function groupOf(root, manifestPath) {
  const manifest = JSON.parse(readFileSync(join(root, manifestPath), 'utf8'))
  return manifest.ambrosia?.group ?? MAIN
}

/** The workspaces of each group, as folders from the root, from the paths of all manifests. */
export function workspacesByGroup(root, manifestPaths) {
  const groups = new Map([
    [MAIN, []],
    [DEV, []],
  ])
  for (const path of manifestPaths) {
    if (path === 'package.json') continue
    const group = groupOf(root, path)
    groups.set(group, [...(groups.get(group) ?? []), path.slice(0, -'/package.json'.length)])
  }
  return groups
}

/** What npm is told so that it installs these groups and nothing else. */
export function npmSelection(groups, wanted) {
  for (const name of wanted) {
    if (groups.has(name)) continue
    throw new SetupError(
      'Setup.UnknownGroup',
      `there is no group of packages "${name}"`,
      `There are: ${[...groups.keys()].join(', ')}.`,
    )
  }
  const workspaces = wanted.flatMap((name) => groups.get(name))
  const development = wanted.includes(DEV)
    ? ['--include=dev', '--include-workspace-root']
    : ['--omit=dev']
  return [...development, ...workspaces.map((folder) => `--workspace=${folder}`)]
}
