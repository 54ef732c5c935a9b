import { existsSync } from 'node:fs'
import { join, posix } from 'node:path'
import { circles, closure, type Graph, readGraph, wayTo } from '../source/Graph.ts'
import {
  BLIND,
  isShipped,
  LAYERS,
  OWED,
  OWED_CIRCLES,
  PATIENT_DATA,
  rowOf,
  workspaceOf,
} from './layers.ts'
import type { Problem } from './problem.ts'

/**
 * The layers judged over everything a workspace reaches, not only over what it names: nothing
 * outside its row, no patient data where blocks are made, no circle of files, no path to a file
 * that does not exist.
 */
export async function checkClosure(root: string): Promise<Problem[]> {
  const graph = readGraph(root)
  return [
    ...rowProblems(root),
    ...closureProblems(graph),
    ...danglingProblems(root, graph),
    ...circleProblems(graph),
  ]
}

/**
 * The rows that the shipped files of a folder reach through imports, types included, and the first
 * way to each.
 */
export function reachedRows(graph: Graph, row: string): Map<string, string[]> {
  const from = [...graph.keys()].filter((path) => rowOf(path) === row && isShipped(path))
  const reached = closure(
    graph,
    from,
    ({ kind, target }) => kind === 'import' && isShipped(target as string),
  )
  const rows = new Map<string, string[]>()
  for (const path of reached.keys()) {
    const other = rowOf(path) ?? workspaceOf(path)
    if (other !== row && !rows.has(other)) rows.set(other, wayTo(reached, path))
  }
  return rows
}

/** Names in the list for what does not exist. */
function rowProblems(root: string): Problem[] {
  const place = 'scripts/checks/layers.ts'
  const fix = 'Delete the name; it comes with the folder.'
  const absent = Object.keys(LAYERS).filter((row) => !existsSync(join(root, row)))
  const problems = absent.map((row) => ({
    place,
    message: `a row for ${row}, which does not exist`,
    fix,
  }))
  const known = new Set(Object.keys(LAYERS).map((row) => posix.basename(workspaceOf(`${row}/`))))
  for (const [row, { imports }] of Object.entries(LAYERS)) {
    for (const name of imports) {
      if (known.has(name)) continue
      problems.push({ place, message: `${row} may import ${name}, which does not exist`, fix })
    }
  }
  return problems
}

/**
 * Every row that reaches what its list does not name, and every such breach that is owed and
 * no longer exists.
 */
export function closureProblems(graph: Graph, owed = OWED): Problem[] {
  const problems: Problem[] = []
  const met = new Set<string>()
  for (const [row, { imports }] of Object.entries(LAYERS)) {
    const home = workspaceOf(`${row}/`)
    for (const [other, way] of reachedRows(graph, row)) {
      const workspace = workspaceOf(`${other}/`)
      const name = posix.basename(workspace)
      const isPatientData = BLIND.includes(home) && PATIENT_DATA.includes(name)
      if (!isPatientData && (workspace === home || imports.includes(name))) continue
      const debt = owed.find((one) => one.row === row && one.reaches === name)
      if (debt !== undefined) {
        met.add(`${row} ${name}`)
        continue
      }
      const message = isPatientData
        ? `reaches ${name}: patient data could reach a block`
        : `reaches ${name}, which its row does not name`
      problems.push({ place: way[0] as string, message, fix: `The way: ${way.join(' -> ')}.` })
    }
  }
  for (const { row, reaches } of owed) {
    if (met.has(`${row} ${reaches}`)) continue
    const message = `${row} does not reach ${reaches} any more`
    const place = 'scripts/checks/layers.ts'
    problems.push({ place, message, fix: 'Take it off the list of what is owed.' })
  }
  return problems
}

function danglingProblems(root: string, graph: Graph): Problem[] {
  const problems: Problem[] = []
  for (const [path, edges] of graph) {
    for (const { specifier, target, line } of edges) {
      if (target !== null || !/^\.|^@ambrosia\//.test(specifier)) continue
      const isOurs = specifier.startsWith('.')
      if (isOurs && existsSync(join(root, posix.dirname(path), specifier))) continue
      const message = `${specifier} does not exist`
      problems.push({ place: `${path}:${line}`, message, fix: 'Name the file that is meant.' })
    }
  }
  return problems
}

/**
 * Files that import each other in a circle, types included, and every circle that is owed and
 * no longer exists.
 */
export function circleProblems(graph: Graph, owed = OWED_CIRCLES): Problem[] {
  const found = circles(graph, ({ kind }) => kind === 'import')
  const problems = found
    .filter((files) => !owed.includes(files[0] as string))
    .map((files) => ({
      place: files[0] as string,
      message: `a circle of files: ${files.join(', ')}`,
      fix: 'Move what both need into a file of its own.',
    }))
  for (const first of owed) {
    if (found.some((files) => files[0] === first)) continue
    const fix = 'Take it off the list of what is owed (scripts/checks/layers.ts).'
    problems.push({ place: first, message: 'is in no circle any more', fix })
  }
  return problems
}
