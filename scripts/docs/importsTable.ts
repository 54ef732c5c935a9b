/**
 * Fills the column "imports of ours" of the table of packages in docs/ARCHITECTURE.md from the
 * sources: what a folder names itself and, in brackets, what it reaches through that.
 *
 *   node scripts/docs/importsTable.ts [--check]
 */
import { posix, resolve } from 'node:path'
import { reachedRows } from '../checks/closure.ts'
import { isShipped, LAYERS, workspaceOf } from '../checks/layers.ts'
import { type Graph, readGraph } from '../source/Graph.ts'
import { writeOrCheck } from './writeOrCheck.ts'

const ROOT = resolve(import.meta.dirname, '../..')
const DOCUMENT = 'docs/ARCHITECTURE.md'
const HEADING = '| imports of ours |'

/** The table with its last column made anew; a row names one folder or several. */
export function fillTable(text: string, cellOf: (folders: string[]) => string): string {
  let isInTable = false
  return text
    .split('\n')
    .map((line) => {
      if (line.endsWith(HEADING)) isInTable = true
      else if (!line.startsWith('|')) isInTable = false
      const folders = [...(line.split('|')[2] ?? '').matchAll(/`([^`]+)`/g)].map(
        (match) => match[1] as string,
      )
      if (!isInTable || folders.length === 0) return line
      const cells = line.split('|').slice(0, -2)
      return `${cells.join('|')}| ${cellOf(folders)} |`
    })
    .join('\n')
}

function cell(graph: Graph, folders: readonly string[]): string {
  const direct = new Set<string>()
  const reached = new Set<string>()
  for (const folder of folders) {
    for (const path of graph.keys()) {
      if (!path.startsWith(`${folder}/`) || !isShipped(path)) continue
      for (const { kind, target } of graph.get(path) ?? []) {
        if (kind === 'import' && target !== null) direct.add(workspaceOf(target))
      }
    }
    for (const row of Object.keys(LAYERS).filter((row) => `${row}/`.startsWith(`${folder}/`))) {
      for (const other of reachedRows(graph, row).keys()) reached.add(workspaceOf(`${other}/`))
    }
  }
  const names = (set: Iterable<string>) =>
    [...set]
      .filter((one) => !folders.includes(one))
      .map((one) => posix.basename(one))
      .sort()
      .join(', ')
  const through = names([...reached].filter((one) => !direct.has(one)))
  return `${names(direct) || 'none'}${through === '' ? '' : ` (${through})`}`
}

if (import.meta.main) {
  const graph = readGraph(ROOT)
  await writeOrCheck(ROOT, DOCUMENT, (text) => fillTable(text, (folders) => cell(graph, folders)))
}
