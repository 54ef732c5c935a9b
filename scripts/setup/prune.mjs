import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

const HIDDEN_LOCKFILE = 'node_modules/.package-lock.json'

/**
 * Removes what npm installs besides the chosen workspaces: a package that only their tests and an
 * unchosen group share is in neither's way for npm, which brings it.
 */
export function prune(root, workspaces, hasDevelopment) {
  const path = join(root, HIDDEN_LOCKFILE)
  if (!existsSync(path)) return
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages
  const needed = reachable(lock, hasDevelopment ? ['', ...workspaces] : workspaces, hasDevelopment)
  const hidden = JSON.parse(readFileSync(path, 'utf8'))
  const spare = Object.entries(hidden.packages)
    .filter(([at, { link }]) => !link && at.includes('node_modules/') && !needed.has(at))
    .map(([at]) => at)
  if (spare.length === 0) return
  for (const at of spare) {
    rmSync(join(root, at), { recursive: true, force: true })
    delete hidden.packages[at]
  }
  writeFileSync(`${path}.new`, `${JSON.stringify(hidden, null, 2)}\n`)
  renameSync(`${path}.new`, path)
}

/**
 * The paths in a lockfile that the given ones need; development dependencies count for ours only.
 */
export function reachable(lock, from, hasDevelopment) {
  const reached = new Set(from)
  for (const path of reached) {
    const entry = lock[path] ?? {}
    if (entry.link) {
      reached.add(entry.resolved)
      continue
    }
    const isOurs = !path.includes('node_modules/')
    const names = Object.keys({
      ...entry.dependencies,
      ...entry.optionalDependencies,
      ...entry.peerDependencies,
      ...(isOurs && hasDevelopment ? entry.devDependencies : {}),
    })
    for (const name of names) {
      const found = resolve(lock, path, name)
      if (found !== undefined) reached.add(found)
    }
  }
  return reached
}

/** Where Node finds a package from a path: its own node_modules, then those above. */
function resolve(lock, from, name) {
  for (let at = from; ; at = at.includes('/') ? dirname(at) : '') {
    const path = at === '' ? `node_modules/${name}` : `${at}/node_modules/${name}`
    if (lock[path] !== undefined) return path
    if (at === '') return undefined
  }
}
