import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

export const LOCKFILE = 'package-lock.json'
const KINDS = ['dependencies', 'devDependencies', 'optionalDependencies', 'peerDependencies']

/**
 * What keeps the lockfile from being the whole truth, one sentence each: a manifest that asks for
 * something else, a platform's package that is not pinned, the address of a registry. Empty when it
 * is complete.
 */
export function lockfileProblems(root, manifests) {
  const path = join(root, LOCKFILE)
  if (!existsSync(path)) return [`${LOCKFILE} is missing`]
  const packages = JSON.parse(readFileSync(path, 'utf8')).packages ?? {}
  return [
    ...manifests.flatMap((manifest) => staleProblems(root, packages, manifest)),
    ...missingOptional(packages).map(
      ({ by, name }) => `${name}, optional for ${by}, is not pinned`,
    ),
    ...Object.entries(packages)
      .filter(([, { resolved }]) => /^https?:/.test(resolved ?? ''))
      .map(([name]) => `${name} names the host it came from`),
  ]
}

/** Whether the lockfile knows the manifests as they are. */
export function isLockCurrent(root, manifests) {
  const path = join(root, LOCKFILE)
  if (!existsSync(path)) return false
  const packages = JSON.parse(readFileSync(path, 'utf8')).packages ?? {}
  return manifests.every((manifest) => staleProblems(root, packages, manifest).length === 0)
}

/** A manifest and its copy in the lockfile must ask for the same. */
function staleProblems(root, packages, path) {
  const folder = path === 'package.json' ? '' : path.slice(0, -'/package.json'.length)
  const manifest = JSON.parse(readFileSync(join(root, path), 'utf8'))
  const locked = packages[folder]
  if (locked === undefined) return [`${path} is not in ${LOCKFILE}`]
  return KINDS.filter((kind) => !isSame(manifest[kind], locked[kind])).map(
    (kind) => `${path} and ${LOCKFILE} differ in ${kind}`,
  )
}

function isSame(a = {}, b = {}) {
  const lines = (list) => Object.entries(list).map(([name, version]) => `${name} ${version}`)
  return lines(a).sort().join() === lines(b).sort().join()
}

/**
 * Optional packages that a locked package names and the lockfile lacks: those of other platforms,
 * as a rule.
 */
export function missingOptional(packages) {
  const locked = new Set(
    Object.keys(packages).map((path) => path.slice(path.lastIndexOf('node_modules/') + 13)),
  )
  return Object.entries(packages).flatMap(([path, { optionalDependencies }]) =>
    Object.keys(optionalDependencies ?? {})
      .filter((name) => !locked.has(name))
      .map((name) => ({ by: path, name })),
  )
}
