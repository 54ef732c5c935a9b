/**
 * Which file of the repository imports which: the ground of the layer check, of
 * `npm test -- --changed` and of every other question of the form "what does this reach".
 */
import { globSync, readFileSync, statSync } from 'node:fs'
import { join, posix } from 'node:path'
import { workspaceManifests } from '../setup/packages.mjs'
import { type Import, readImports } from './readModule.ts'

const SCOPE = '@ambrosia/'
const SOURCES =
  '{apps,circuits,contracts,e2e,examples,guest,packages,scripts}/**/*.{ts,tsx,mts,js,mjs}'
const SKIPPED = new Set(['node_modules', 'artifacts', 'cache', 'assembly', 'coverage', 'dist'])

export type Edge = Import & {
  /**
   * The file of ours it leads to, from the root; null for packages of others, folders and what does
   * not exist.
   */
  target: string | null
}
export type Graph = ReadonlyMap<string, readonly Edge[]>

type Exports = Readonly<Record<string, string>>

/** Reads every source file of the repository. */
export function readGraph(root: string): Graph {
  const exclude = (path: string) => SKIPPED.has(path.split(/[\\/]/).at(-1) as string)
  const paths = globSync(SOURCES, { cwd: root, exclude }).map((path) => path.replaceAll('\\', '/'))
  const workspaces = readWorkspaces(root)
  const graph = new Map<string, Edge[]>()
  for (const path of paths.sort()) {
    const imports = readImports(path, readFileSync(join(root, path), 'utf8'))
    graph.set(
      path,
      imports.map((one) => ({ ...one, target: resolve(root, workspaces, path, one.specifier) })),
    )
  }
  return graph
}

/**
 * Every file that the given ones reach through edges that pass the filter, with the file it was
 * first reached from.
 */
export function closure(
  graph: Graph,
  from: Iterable<string>,
  passes: (edge: Edge, file: string) => boolean = () => true,
): Map<string, string | null> {
  const reached = new Map<string, string | null>()
  for (const path of from) reached.set(path, null)
  for (const path of reached.keys()) {
    for (const edge of graph.get(path) ?? []) {
      if (edge.target === null || reached.has(edge.target) || !passes(edge, path)) continue
      reached.set(edge.target, path)
    }
  }
  return reached
}

/** The way on which a closure first reached a file, from its beginning. */
export function wayTo(reached: ReadonlyMap<string, string | null>, path: string): string[] {
  const way: string[] = []
  for (let at: string | null | undefined = path; at != null; at = reached.get(at)) way.unshift(at)
  return way
}

/** Groups of files that import each other in a circle, through edges that pass the filter. */
export function circles(graph: Graph, passes: (edge: Edge) => boolean): string[][] {
  const found: string[][] = []
  const order = new Map<string, { index: number; low: number; isOpen: boolean }>()
  const open: string[] = []
  const visit = (path: string): number => {
    const state = { index: order.size, low: order.size, isOpen: true }
    order.set(path, state)
    open.push(path)
    for (const edge of graph.get(path) ?? []) {
      if (edge.target === null || !passes(edge)) continue
      const next = order.get(edge.target)
      if (next === undefined) state.low = Math.min(state.low, visit(edge.target))
      else if (next.isOpen) state.low = Math.min(state.low, next.index)
    }
    if (state.low === state.index) {
      const group = open.splice(open.indexOf(path))
      for (const member of group) (order.get(member) as { isOpen: boolean }).isOpen = false
      if (group.length > 1) found.push(group.sort())
    }
    return state.low
  }
  for (const path of graph.keys()) if (!order.has(path)) visit(path)
  return found
}

function readWorkspaces(root: string): Map<string, { folder: string; exports: Exports }> {
  const found = new Map<string, { folder: string; exports: Exports }>()
  for (const path of workspaceManifests(root)) {
    const { name, exports = {} } = JSON.parse(readFileSync(join(root, path), 'utf8'))
    found.set(name, { folder: posix.dirname(path), exports })
  }
  return found
}

function resolve(
  root: string,
  workspaces: ReturnType<typeof readWorkspaces>,
  from: string,
  specifier: string,
): string | null {
  const existing = (path: string) =>
    statSync(join(root, path), { throwIfNoEntry: false })?.isFile() ? path : null
  if (specifier.startsWith('.')) {
    return existing(posix.normalize(posix.join(posix.dirname(from), specifier)))
  }
  if (!specifier.startsWith(SCOPE)) return null
  const [scope, name, ...rest] = specifier.split('/')
  const workspace = workspaces.get(`${scope}/${name}`)
  if (workspace === undefined) return null
  const file = exported(workspace.exports, rest.length === 0 ? '.' : `./${rest.join('/')}`)
  return file === null ? null : existing(posix.join(workspace.folder, file))
}

/** The file behind a subpath, by the longest pattern of `exports` that matches. */
function exported(exports: Exports, subpath: string): string | null {
  const exact = exports[subpath]
  if (exact !== undefined) return exact
  const patterns = Object.keys(exports).sort((one, other) => other.length - one.length)
  for (const pattern of patterns) {
    const [before = '', after] = pattern.split('*')
    if (after === undefined || !subpath.startsWith(before) || !subpath.endsWith(after)) continue
    const middle = subpath.slice(before.length, subpath.length - after.length)
    return (exports[pattern] as string).replaceAll('*', middle)
  }
  return null
}
