import { createHash } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { SetupError } from './errors.mjs'
import { DEV, MAIN, npmSelection, workspacesByGroup } from './groups.mjs'
import { withLock } from './lock.mjs'
import { isLockCurrent, LOCKFILE } from './lockfile.mjs'
import { runNpm } from './npm.mjs'
import { prune } from './prune.mjs'

const STAMP = 'node_modules/.ambrosia-setup'

/**
 * Installs the packages of the groups when one of them is missing or what they depend on has
 * changed. Groups that were installed before stay. Returns whether npm ran.
 */
export async function ensurePackages(root, node, groups = [MAIN]) {
  const wanted = [...new Set([MAIN, ...groups])]
  if (missing(root, wanted).length === 0) return false
  mkdirSync(join(root, 'node_modules'), { recursive: true })
  return await withLock(join(root, `${STAMP}.lock`), async () => {
    const fresh = missing(root, wanted)
    if (fresh.length === 0) return false
    const all = workspacesByGroup(root, workspaceManifests(root))
    const kept = readStamp(root).groups.filter((name) => all.has(name))
    const installed = [...new Set([...kept, ...wanted])].sort()
    await install(root, node, npmSelection(all, installed), fresh)
    const workspaces = installed.flatMap((name) => all.get(name))
    prune(root, workspaces, installed.includes(DEV))
    const stamp = { inputs: hashOfInputs(root), groups: installed }
    // A new file in its place: copies of this folder by hard links must not share the stamp.
    writeFileSync(join(root, `${STAMP}.new`), `${JSON.stringify(stamp)}\n`)
    renameSync(join(root, `${STAMP}.new`), join(root, STAMP))
    return true
  })
}

async function install(root, node, selection, fresh) {
  // What is locked is installed and never rewritten: a clone stays clean. Only a changed
  // package.json changes the lock.
  const isLocked = isLockCurrent(root, workspaceManifests(root))
  const options = [
    ...(isLocked ? ['--no-save'] : []),
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    '--include=optional',
    '--loglevel=error',
  ]
  // Never `npm ci`: it installs everything, and refuses a lock in which a registry lacked some
  // platform's package.
  const step = `packages: ${fresh.join(', ')} (once)`
  await runNpm(step, node, ['install', ...options, ...selection], root)
  if (isLocked) return
  process.stderr.write(
    `set up    ${LOCKFILE} changed with a package.json; run "npm run lock" and commit both together\n`,
  )
}

/**
 * The groups among those wanted that are not installed as the manifests and the lockfile say now.
 */
function missing(root, wanted) {
  const { inputs, groups } = readStamp(root)
  return inputs === hashOfInputs(root) ? wanted.filter((name) => !groups.includes(name)) : wanted
}

function readStamp(root) {
  try {
    const { inputs, groups } = JSON.parse(readIfThere(join(root, STAMP)))
    return { inputs, groups }
  } catch {
    return { inputs: '', groups: [] }
  }
}

/**
 * Hash over everything that decides what npm installs: the lockfile and the dependencies of every
 * workspace.
 */
function hashOfInputs(root) {
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

/**
 * The manifests that the lockfile follows: the root's and that of every workspace, as paths from
 * the root.
 */
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
  const { optionalDependencies, peerDependencies, ambrosia } = manifest
  const whole = { name, version, workspaces, overrides, dependencies, devDependencies }
  return JSON.stringify({ ...whole, optionalDependencies, peerDependencies, ambrosia })
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
