import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join, posix } from 'node:path'
import { compilerSettings, compilerVersion, contractsFolder, contractsOf } from './sourceList.ts'

/** Source units by name, each with its whole text. */
export type Sources = Record<string, { content: string }>

const importPattern = /^\s*import\s+(?:[^'"]*?\sfrom\s+)?['"]([^'"]+)['"]/gm

/** Reads the sources of a domain's contracts and everything that they import, in a stable order. */
export async function readSources(domain: string): Promise<Sources> {
  const found = new Map<string, string>()
  const resolve = createRequire(join(contractsFolder, 'package.json')).resolve
  async function visit(name: string): Promise<void> {
    if (found.has(name)) return
    const path = name.startsWith('src/') ? join(contractsFolder, name) : resolve(name)
    const content = await readFile(path, 'utf8')
    found.set(name, content)
    for (const [, target] of content.matchAll(importPattern)) {
      if (target === undefined) continue
      await visit(target.startsWith('.') ? posix.join(posix.dirname(name), target) : target)
    }
  }
  for (const { source } of contractsOf(domain)) await visit(source)
  const names = [...found.keys()].sort()
  return Object.fromEntries(names.map((name) => [name, { content: found.get(name)! }]))
}

/** What a cache entry holds; a change of it makes entries of another form. */
const FORM = 2

/** Key of the cache: compiler, settings and every byte of source. */
export function hashSources(domain: string, sources: Sources): string {
  const key = [FORM, compilerVersion, compilerSettings, contractsOf(domain), sources]
  return createHash('sha256').update(JSON.stringify(key)).digest('hex')
}

/** The same for one contract of one file that imports nothing. */
export function hashContract(contract: string, content: string): string {
  const key = [FORM, compilerVersion, compilerSettings, contract, content]
  return createHash('sha256').update(JSON.stringify(key)).digest('hex')
}
