import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { workspaceManifests } from '../setup/packages.mjs'
import type { Problem } from './problem.ts'

const DOCUMENT = 'docs/dependencies.md'
const EXACT =
  /^\d+\.\d+\.\d+(?:[-+][\w.-]+)?$|^file:\.|^npm:(?:@[\w.-]+\/)?[\w.-]+@\d+\.\d+\.\d+(?:-[\w.-]+)?$/

type Kind = 'dependencies' | 'devDependencies' | 'optionalDependencies'
type Manifest = Partial<Record<Kind, Record<string, string>>>

/**
 * Exact versions, one version of a package in all workspaces, and for each a line saying what for
 * and why this one.
 */
export async function checkDependencies(root: string): Promise<Problem[]> {
  const problems: Problem[] = []
  const versions = new Map<string, { version: string; place: string }>()
  for (const path of workspaceManifests(root)) {
    const manifest = JSON.parse(readFileSync(join(root, path), 'utf8')) as Manifest
    const { dependencies, devDependencies, optionalDependencies } = manifest
    const all = { ...dependencies, ...devDependencies, ...optionalDependencies }
    for (const [name, version] of Object.entries(all)) {
      if (name.startsWith('@ambrosia/')) continue
      const first = versions.get(name)
      if (!EXACT.test(version)) {
        const fix = 'Write the exact version that is installed.'
        problems.push({ place: path, message: `${name} has the range ${version}`, fix })
      }
      if (first !== undefined && first.version !== version) {
        const message = `${name} ${version}, but ${first.version} in ${first.place}`
        problems.push({ place: path, message, fix: 'Use one version everywhere.' })
      }
      if (first === undefined) versions.set(name, { version, place: path })
    }
  }
  return [...problems, ...documentProblems(root, new Set(versions.keys()))]
}

function documentProblems(root: string, names: ReadonlySet<string>): Problem[] {
  const path = join(root, DOCUMENT)
  const text = existsSync(path) ? readFileSync(path, 'utf8') : ''
  const rows = new Set([...text.matchAll(/^\| `([^`]+)` \|/gm)].map((match) => match[1] as string))
  const problems: Problem[] = []
  for (const name of names) {
    if (rows.has(name)) continue
    const fix = `Add a row to ${DOCUMENT}: what for, and why this one.`
    problems.push({ place: DOCUMENT, message: `no row for ${name}`, fix })
  }
  for (const name of rows) {
    if (names.has(name)) continue
    problems.push({
      place: DOCUMENT,
      message: `a row for ${name}, which nothing uses`,
      fix: 'Delete it.',
    })
  }
  return problems
}
