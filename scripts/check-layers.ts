/**
 * Holds the architecture: imports follow the list in `checks/layers.ts`, every import is a declared
 * dependency, nobody reaches into another workspace's files, and packages that are functions of
 * their arguments do no input or output.
 *
 *   node scripts/check-layers.ts
 */
import { globSync, readFileSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { join, posix, resolve } from 'node:path'
import { isShipped, LAYERS, type Layer, rowOf, TEST_IMPORTS, workspaceOf } from './checks/layers.ts'
import type { Problem } from './checks/problem.ts'
import { readSource } from './checks/readSource.ts'
import { workspaceManifests } from './setup/packages.mjs'

const SCOPE = '@ambrosia/'
const SOURCES = '**/*.{ts,tsx,mts,js,mjs}'
const SKIPPED_FOLDERS = new Set([
  'node_modules',
  'generated',
  'artifacts',
  'cache',
  'assembly',
  'coverage',
])
const IMPORT = /\b(?:from|import|import\s*\(|require\s*\(|import\.meta\.resolve\s*\()\s*"(\d+)"/g
const TYPE_IMPORT = /\b(?:import|export)\s+type\b[^"]*$/

const IO_MODULES =
  /^node:(fs|net|http|https|http2|tls|dgram|dns|child_process|cluster|worker_threads|process|os|readline|repl|sqlite|inspector|v8|vm)(\/|$)/
const IO_GLOBALS: readonly [RegExp, string][] = [
  [/(?<![.\w])fetch\s*\(/, 'fetch'],
  [/(?<![.\w])Date\.now\b/, 'Date.now'],
  [/\bnew\s+Date\s*(\(\s*\)|(?!\s*\())/, 'new Date()'],
  [/(?<![.\w])Math\.random\b/, 'Math.random'],
  [/(?<![.\w])process\s*(\.|\?\.|\[)/, 'process'],
  [/\bnew\s+(WebSocket|XMLHttpRequest|EventSource)\b/, 'a network client'],
]
const BROWSER_GLOBALS: readonly [RegExp, string][] = [
  [/(?<![.\w])Buffer\b(?!\s*:)/, 'Buffer'],
  [/(?<![.\w])__dirname\b/, '__dirname'],
]

type Kind = 'dependencies' | 'devDependencies' | 'overrides'
type Manifest = Partial<Record<Kind, Record<string, string>>>
type File = { path: string; workspace: string; layer: Layer; isShipped: boolean }

/** Every breach of the layers in the repository at `root`. */
export function checkLayers(root: string): Problem[] {
  const problems: Problem[] = []
  const manifests = workspaceManifests(root).filter((path) => path !== 'package.json')
  const workspaces = new Set(manifests.map((path) => posix.dirname(path)))
  for (const name of workspaces) {
    if (LAYERS[name] !== undefined) continue
    const fix = 'Give it a place in scripts/checks/layers.ts and say there what it refuses to know.'
    problems.push({ place: name, message: 'a workspace without a layer', fix })
  }
  const { overrides = {} } = readManifest(root, '.')
  for (const [workspace, layer] of Object.entries(LAYERS)) {
    // A package that the root puts in another's place belongs to no workspace.
    const home = workspaceOf(`${workspace}/`)
    const manifest = { ...readManifest(root, workspaces.has(home) ? home : '.'), overrides }
    for (const path of sourcesOf(root, workspace)) {
      if (rowOf(path) !== workspace) continue
      const file = { path, workspace, layer, isShipped: isShipped(path) }
      problems.push(...checkFile(file, readFileSync(join(root, path), 'utf8'), manifest))
    }
  }
  return problems
}

/** Every breach in one file; its text and the package.json that governs it are given. */
export function checkFile(file: File, text: string, manifest: Manifest): Problem[] {
  const { code, strings } = readSource(text)
  const problems: Problem[] = []
  const add = (index: number, message: string, fix: string) => {
    const line = code.slice(0, index).split('\n').length
    problems.push({ place: `${file.path}:${line}`, message, fix })
  }
  for (const match of code.matchAll(IMPORT)) {
    const target = strings[Number(match[1])] as string
    const isType = TYPE_IMPORT.test(code.slice(0, match.index + match[0].indexOf('"')).slice(-2000))
    const breach = breachOf(file, target, manifest, isType)
    if (breach !== null) add(match.index, breach[0], breach[1])
  }
  if (!file.layer.io && file.isShipped) {
    const banned = file.layer.browser ? [...IO_GLOBALS, ...BROWSER_GLOBALS] : IO_GLOBALS
    for (const [pattern, name] of banned) {
      const match = pattern.exec(code)
      if (match === null) continue
      add(
        match.index,
        `${name} in a package that does no I/O`,
        'Take it as an argument (Uint8Array for Buffer).',
      )
    }
  }
  return problems
}

type Breach = [message: string, fix: string] | null

function breachOf(file: File, target: string, manifest: Manifest, isType: boolean): Breach {
  if (target.startsWith('.')) return relativeBreach(file, target)
  if (target.startsWith('node:')) return nodeBreach(file, target)
  if (builtinModules.includes(target)) {
    return [`${target} without the node: prefix`, `Write node:${target}.`]
  }
  const parts = target.split('/')
  const name = target.startsWith('@') ? parts.slice(0, 2).join('/') : (parts[0] as string)
  if (name.startsWith('#')) return null
  if (name.startsWith(SCOPE)) {
    const breach = oursBreach(file, name.slice(SCOPE.length), parts.slice(2))
    if (breach !== null) return breach
    if (name === `${SCOPE}${posix.basename(workspaceOf(`${file.workspace}/`))}`) return null
  }
  return dependencyBreach(file, name, manifest, isType)
}

function relativeBreach(file: File, target: string): Breach {
  const path = posix.normalize(posix.join(posix.dirname(file.path), target))
  const home = workspaceOf(`${file.workspace}/`)
  if (path.startsWith(`${home}/`)) {
    const row = LAYERS[rowOf(path) as string]
    if (row?.io && !file.layer.io && file.isShipped) {
      return [
        `${target} does I/O, ${file.workspace} does not`,
        'Take what it makes as an argument.',
      ]
    }
    return null
  }
  if (!file.isShipped && path.startsWith('vectors/')) return null
  return [`${target} leaves ${home}`, `Import ${SCOPE}NAME instead of a path.`]
}

function nodeBreach(file: File, target: string): Breach {
  if (file.layer.io || !file.isShipped) return null
  if (file.layer.browser) return [`${target} in a package for browsers too`, 'Use what both have.']
  if (!IO_MODULES.test(target)) return null
  return [
    `${target} in a package that does no I/O`,
    'Take the data or the function as an argument.',
  ]
}

function oursBreach(file: File, name: string, rest: readonly string[]): Breach {
  if (rest.includes('internal'))
    return [`${name}/internal is private`, `Import a public noun of ${name}.`]
  if (rest.includes('src')) return [`a path into ${name}/src`, `Import ${SCOPE}${name}/NOUN.`]
  if (rest.includes('testing') && file.isShipped) {
    return [`${name}/testing is for tests`, 'Move what is needed into the package itself.']
  }
  // For tests alone, and for those of every workspace: what it starts stands on most of the
  // packages.
  if (name === 'testing') {
    if (!file.isShipped) return null
    return ['testing is for tests', 'Move what is needed into a package of its own layer.']
  }
  const home = workspaceOf(`${file.workspace}/`)
  const allowed = [...file.layer.imports, posix.basename(home)]
  if (allowed.includes(name)) return null
  // Tests may look at the other side of a pair, but never turn the layers round.
  if (!file.isShipped && TEST_IMPORTS[home]?.includes(name)) return null
  const list = file.layer.imports.join(', ') || 'nothing of ours'
  return [
    `${file.workspace} may not import ${name}`,
    `It may import ${list} (scripts/checks/layers.ts).`,
  ]
}

function dependencyBreach(file: File, name: string, manifest: Manifest, isType: boolean): Breach {
  if (manifest.dependencies?.[name] !== undefined) return null
  const isTool = !file.isShipped || isType || file.workspace === 'contracts'
  if (isTool && manifest.overrides?.[name] !== undefined) return null
  if (isTool && manifest.devDependencies?.[name] !== undefined) return null
  if (isTool && ROOT_TOOLS.has(name)) return null
  const path = `${workspaceOf(`${file.workspace}/`)}/package.json`
  return [
    `${name} is not among the dependencies of ${file.workspace}`,
    `Add its exact version to ${path}.`,
  ]
}

/** Development packages of the root that any test or script may use. */
const ROOT_TOOLS = new Set(['fast-check', 'esbuild', `${SCOPE}testing`])

function sourcesOf(root: string, workspace: string): string[] {
  const exclude = (path: string) => SKIPPED_FOLDERS.has(path.split(/[\\/]/).at(-1) as string)
  return globSync(`${workspace}/${SOURCES}`, { cwd: root, exclude })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => !/\.generated\.|\.d\.ts$/.test(path))
    .sort()
}

function readManifest(root: string, folder: string): Manifest {
  return JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')) as Manifest
}

if (import.meta.main) {
  const problems = checkLayers(resolve(import.meta.dirname, '..'))
  for (const { place, message, fix } of problems) {
    process.stdout.write(`${place}  ${message}\n  ${fix}\n`)
  }
  process.exitCode = problems.length === 0 ? 0 : 1
}
