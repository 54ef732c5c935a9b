import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { closure, type Graph } from '../source/Graph.ts'
import { workspaceOf } from './layers.ts'

/** What any generator may read besides the workspaces that it imports. */
const COMMON = ['contracts', 'vectors']
const MEMORY = 'node_modules/.cache/ambrosia/generated.json'

/**
 * A hash over everything that decides what a generator writes, its outputs included: every file of
 * the workspaces that it reaches, the common inputs and the lockfile. Equal hashes mean that a
 * check which held still holds.
 */
export function inputsHash(
  root: string,
  graph: Graph,
  files: readonly string[],
  path: string,
): string {
  const reached = new Set([...closure(graph, [path]).keys()].map(workspaceOf))
  const isWhole = path.startsWith('scripts/docs/')
  const hash = createHash('sha256')
  for (const file of files) {
    const home = workspaceOf(file)
    const isInput =
      isWhole || reached.has(home) || COMMON.includes(home) || file === 'package-lock.json'
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
