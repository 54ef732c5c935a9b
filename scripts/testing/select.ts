import { execFileSync } from 'node:child_process'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { workspaceOf } from '../checks/layers.ts'
import { closure, type Graph } from '../source/Graph.ts'

const TESTS = '{scripts,packages,guest,circuits,apps,e2e,examples}/**/*.{test,sim}.ts'
/** Starts services as processes, by paths that no import shows. */
const STARTER = 'packages/devnet/'
/** Their compiled code is part of packages/chain. */
const CONTRACTS = 'contracts/'

/** Every test file and simulation of the repository. */
export function testFiles(root: string): string[] {
  const exclude = (path: string) => path.split(/[\\/]/).at(-1) === 'node_modules'
  return globSync(TESTS, { cwd: root, exclude })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => !/\.flip\d+\.test\.ts$/.test(path))
    .sort()
}

/**
 * Whether a path begins with, or contains, one of the filters; every path does where there is none.
 */
export function matches(path: string, filters: readonly string[]): boolean {
  if (filters.length === 0) return true
  return filters.some((filter) => path.includes(filter.replace(/^\.\//, '').replace(/\/$/, '')))
}

/** Files that differ from the commit, or that git does not know yet. */
export function changedFiles(root: string, since: string): string[] {
  const git = (...args: string[]) =>
    execFileSync('git', args, { cwd: root, encoding: 'utf8' })
      .split('\0')
      .filter((path) => path !== '')
  return [
    ...git('diff', '--name-only', '-z', since, '--'),
    ...git('ls-files', '-z', '--others', '--exclude-standard'),
  ]
}

/**
 * The commit that `--changed` compares with: where the branch left the main one, else the last
 * commit.
 */
export function baseOf(root: string): string {
  for (const branch of ['origin/main', 'main']) {
    try {
      const args = ['merge-base', 'HEAD', branch]
      return execFileSync('git', args, { cwd: root, encoding: 'utf8', stdio: 'pipe' }).trim()
    } catch {}
  }
  return 'HEAD'
}

/**
 * The test files that a change can reach: through imports, through services started as processes,
 * through data of the same workspace or the vectors it names. A change of what all share (the
 * lockfile, the configuration) reaches every one.
 */
export function affectedTests(
  root: string,
  graph: Graph,
  tests: readonly string[],
  changed: readonly string[],
): string[] {
  const code = new Set(changed.filter((path) => graph.has(path)))
  const data = changed.filter((path) => !graph.has(path) && !path.endsWith('.md'))
  if (data.some((path) => !path.includes('/') && path !== '.gitignore')) return [...tests]
  const services = closure(
    graph,
    [...graph.keys()].filter((path) => /^apps\/\w+\/src\/main\.ts$/.test(path)),
  )
  return tests.filter((test) => {
    const reached = new Set(closure(graph, [test]).keys())
    if ([...reached].some((path) => path.startsWith(STARTER))) {
      for (const path of services.keys()) reached.add(path)
    }
    if ([...code].some((path) => reached.has(path))) return true
    const homes = new Set([...reached].map(workspaceOf))
    const namesVectors = (folder: string) =>
      [...reached].some((path) => {
        const text = readFileSync(join(root, path), 'utf8')
        return /vectors/i.test(text) && new RegExp(`['"/]${folder}['"/]`).test(text)
      })
    return data.some((path) =>
      path.startsWith('vectors/')
        ? namesVectors(path.split('/')[1] as string)
        : homes.has(workspaceOf(path)) ||
          (path.startsWith(CONTRACTS) && homes.has('packages/chain')),
    )
  })
}
