import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { SetupError } from './errors.mjs'
import { withLock } from './lock.mjs'
import { isLockCurrent, LOCKFILE } from './lockfile.mjs'
import { runNpm } from './npm.mjs'

const STAMP = 'node_modules/.ambrosia-setup'

/** Installs the packages when what they depend on has changed since the last time. Returns whether npm ran. */
export async function ensurePackages(root, node) {
  if (isCurrent(root)) return false
  mkdirSync(join(root, 'node_modules'), { recursive: true })
  return await withLock(join(root, `${STAMP}.lock`), async () => {
    if (isCurrent(root)) return false
    // What is locked is installed and never rewritten: a clone stays clean. Only a changed package.json changes the lock.
    const isLocked = isLockCurrent(root, workspaceManifests(root))
    const options = [
      ...(isLocked ? ['--no-save'] : []),
      '--ignore-scripts',
      '--no-audit',
      '--no-fund',
      '--include=dev',
      '--include=optional',
      '--loglevel=error',
    ]
    // Never `npm ci`: it refuses a lock in which npm left out the optional packages of other platforms.
    await runNpm('packages (once)', node, ['install', ...options], root)
    if (!isLocked) {
      process.stderr.write(
        `set up    ${LOCKFILE} changed with a package.json; run "npm run lock" and commit both together\n`,
      )
    }
    writeFileSync(join(root, STAMP), hashOfInputs(root))
    return true
  })
}

function isCurrent(root) {
  return readIfThere(join(root, STAMP)) === hashOfInputs(root)
}

/** Hash over everything that decides what npm installs: the lockfile and the dependencies of every workspace. */
export function hashOfInputs(root) {
  const hash = createHash('sha256')
  const add = (text) => hash.update(`${text.length}\n${text}\n`)
  add(`${process.platform} ${process.arch}`)
  add(readIfThere(join(root, LOCKFILE)))
  for (const path of [...workspaceManifests(root), ...replacements(root)]) {
    add(path)
    add(dependenciesOf(root, path))
  }
  return hash.digest('hex')
}

/** The manifests that the lockfile follows: the root's and that of every workspace, as paths from the root. */
export function workspaceManifests(root) {
  const found = ['package.json']
  for (const pattern of parse(root, 'package.json').workspaces ?? []) {
    const folders = pattern.endsWith('/*')
      ? namesIn(join(root, pattern.slice(0, -2))).map((name) => `${pattern.slice(0, -1)}${name}`)
      : [pattern]
    for (const folder of folders) found.push(`${folder}/package.json`)
  }
  return found.filter((path) => existsSync(join(root, path)))
}

/** Packages of ours that stand in the place of others. */
function replacements(root) {
  return Object.values(parse(root, 'package.json').overrides ?? {})
    .filter((target) => String(target).startsWith('file:./'))
    .map((target) => `${target.slice(7)}/package.json`)
    .filter((path) => existsSync(join(root, path)))
}

function dependenciesOf(root, path) {
  const manifest = parse(root, path)
  const { name, version, workspaces, overrides, dependencies, devDependencies } = manifest
  const { optionalDependencies, peerDependencies } = manifest
  const whole = { name, version, workspaces, overrides, dependencies, devDependencies }
  return JSON.stringify({ ...whole, optionalDependencies, peerDependencies })
}

function parse(root, path) {
  try {
    return JSON.parse(readFileSync(join(root, path), 'utf8'))
  } catch (error) {
    throw new SetupError('Setup.BadManifest', `${path}: ${error.message}`, 'Mend the file as JSON.')
  }
}

function namesIn(folder) {
  return existsSync(folder) ? readdirSync(folder).sort() : []
}

function readIfThere(path) {
  return existsSync(path) ? readFileSync(path, 'utf8') : ''
}
