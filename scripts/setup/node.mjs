import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { SetupError } from './errors.mjs'
import { withLock } from './lock.mjs'
import { runNpm } from './npm.mjs'

/** The Node this repository is tested with. */
const NODE_VERSION = '24.21.0'
const NODE_MAJOR = 24

/** Where Node, and what it makes of the sources, are kept between runs. */
export function cacheFolder() {
  return process.env.AMBROSIA_CACHE || join(homedir(), '.cache', 'ambrosia')
}

/**
 * The path of a Node that runs TypeScript as written: the running one if new enough, else one from
 * the cache.
 */
export async function ensureNode(runningVersion = process.versions.node) {
  if (Number(runningVersion.split('.')[0]) >= NODE_MAJOR) return process.execPath
  const cache = cacheFolder()
  const folder = join(cache, `node-${NODE_VERSION}`)
  const file = process.platform === 'win32' ? 'node.exe' : 'node'
  const node = join(folder, 'node_modules', 'node', 'bin', file)
  if (existsSync(node)) return node
  try {
    mkdirSync(cache, { recursive: true })
  } catch (error) {
    throw new SetupError(
      'Setup.NotPermitted',
      `the cache folder ${cache} cannot be made (${error.code})`,
      'Set AMBROSIA_CACHE to a folder you may write to and run the same command again.',
    )
  }
  await withLock(`${folder}.lock`, async () => {
    if (!existsSync(node)) await install(cache, folder)
  })
  return node
}

/**
 * Installs into a folder of its own and renames it, so that an interrupted run leaves nothing half
 * made.
 */
async function install(cache, folder) {
  const fresh = join(cache, `.node-${NODE_VERSION}-${process.pid}`)
  rmSync(fresh, { recursive: true, force: true })
  mkdirSync(fresh)
  try {
    writeFileSync(join(fresh, 'package.json'), '{"private":true}\n')
    const options = ['--no-audit', '--no-fund', '--ignore-scripts=false', '--loglevel=error']
    const args = ['install', '--prefix', fresh, `node@${NODE_VERSION}`, '--save-exact', ...options]
    await runNpm(`Node ${NODE_VERSION} (once, 35 MB)`, process.execPath, args, fresh)
    rmSync(folder, { recursive: true, force: true })
    renameSync(fresh, folder)
  } finally {
    rmSync(fresh, { recursive: true, force: true })
  }
}
