import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { closure, type Graph } from '../source/Graph.ts'
import { workspaceOf } from './layers.ts'

/** What a generator reads besides the workspaces that it imports, where a source of it says so. */
const COMMON = ['contracts', 'vectors']
/** What no generator of a workspace reads. */
const NOT_READ = /\.(test|sim|bench|fuzz)\.ts$|\.md$/
const MEMORY = 'node_modules/.cache/ambrosia/generated.json'

/**
 * A hash over everything that decides what a generator writes, its outputs included: every file of
 * the workspaces that it reaches, but for tests and documents; the contracts and vectors where it
 * names them; the lockfile. Documents are made from everything. Equal hashes mean that a
 * check which held still holds.
 */
export function inputsHash(
  root: string,
  graph: Graph,
  files: readonly string[],
  path: string,
): string {
  const sources = [...closure(graph, [path]).keys()]
  const isNamed = (folder: string) => {
    const name = new RegExp(`['"\`/]${folder}['"\`/]`)
    return sources.some((source) => name.test(readFileSync(join(root, source), 'utf8')))
  }
  const homes = new Set([...sources.map(workspaceOf), ...COMMON.filter(isNamed)])
  const isWhole = path.startsWith('scripts/docs/')
  const hash = createHash('sha256')
  for (const file of files) {
    const isRead = homes.has(workspaceOf(file)) && !NOT_READ.test(file)
    const isInput = isWhole || isRead || file === 'package-lock.json'
    if (!isInput) continue
    hash
      .update(`${file}\0`)
      .update(readFileSync(join(root, file)))
      .update('\0')
  }
  return `${process.version} ${hash.digest('hex')}`
}

/** What held at the last run, by name; nothing under CI, where every check runs. */
export function readMemory(root: string): Map<string, string> {
  const path = join(root, MEMORY)
  if (process.env['CI'] !== undefined || !existsSync(path)) return new Map()
  try {
    return new Map(Object.entries(JSON.parse(readFileSync(path, 'utf8'))))
  } catch {
    return new Map()
  }
}

export function writeMemory(root: string, memory: ReadonlyMap<string, string>): void {
  const path = join(root, MEMORY)
  mkdirSync(dirname(path), { recursive: true })
  // A new file in its place: copies of node_modules by hard links must not share it.
  writeFileSync(`${path}.new`, JSON.stringify(Object.fromEntries(memory)))
  renameSync(`${path}.new`, path)
}
