import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readGraph } from '../source/Graph.ts'
import { projectFiles } from './files.ts'
import { inputsHash, readMemory, writeMemory } from './inputs.ts'
import type { Problem } from './problem.ts'
import { runNode } from './tools.ts'

/** Those that read sources only and take about a second; `npm run fix` runs them. */
export const QUICK_GENERATORS = [
  'scripts/docs/importsTable.ts',
  'scripts/docs/errorCodes.ts',
  'scripts/docs/embeds.ts',
]

/**
 * Scripts that write committed files. Each, run with --check, writes nothing and fails when a file
 * is not what it would write; without, it writes.
 */
const PATTERNS = [
  'scripts/contracts/generate.ts',
  ...QUICK_GENERATORS,
  'packages/*/{scripts,gen}/*.ts',
  '{contracts,guest,circuits}/scripts/generate*.ts',
]

/** The generators there are, in the order in which one may build on another. */
export function generators(root: string): string[] {
  return PATTERNS.flatMap((pattern) =>
    globSync(pattern, { cwd: root })
      .map((path) => path.replaceAll('\\', '/'))
      .filter((path) => !path.endsWith('.test.ts'))
      .sort(),
  )
}

/**
 * Committed outputs are what their generators write. One whose inputs have not changed since it
 * held is not run again.
 */
export async function checkGenerated(root: string): Promise<Problem[]> {
  const graph = readGraph(root)
  const files = projectFiles(root)
  const memory = readMemory(root)
  const problems: Problem[] = []
  for (const path of generators(root)) {
    const inputs = inputsHash(root, graph, files, path)
    if (memory.get(path) === inputs) continue
    const found = await checkGenerator(root, path)
    problems.push(...found)
    if (found.length === 0) memory.set(path, inputs)
  }
  writeMemory(root, memory)
  return problems
}

async function checkGenerator(root: string, path: string): Promise<Problem[]> {
  // Without this a check would rewrite the files it should compare.
  if (!/--check|writeOrCheck/.test(readFileSync(join(root, path), 'utf8'))) {
    const fix =
      'With --check compare and exit 1 instead of writing; what is no generator moves elsewhere.'
    return [{ place: path, message: 'a generator that does not know --check', fix }]
  }
  return await runNode(root, [path, '--check'], `Run node ${path} and commit the result.`)
}
