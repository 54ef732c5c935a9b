import { randomUUID } from 'node:crypto'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import type { Abi } from 'viem'
import type { Artifacts } from '../Artifact.ts'
import { contractSources } from './compiler.ts'
import { compile, hashSources, readSources } from './standardJson.ts'

/** How far loading is; `cached` ends it at once, `compiling` takes seconds. */
export type ArtifactProgress = { step: 'cached' | 'compiling' | 'compiled'; contracts: number }

/** Place of the cache unless another is given. */
export function defaultCacheDir(): string {
  return join(homedir(), '.cache', 'ambrosia', 'contracts')
}

/**
 * Reads the contracts' bytecode from `<cacheDir>/<hash of the sources>/artifacts.json`, or compiles and writes it there.
 * @throws {CompilationError} when the sources do not compile.
 */
export async function loadArtifacts(
  options: { cacheDir?: string; progress?: (progress: ArtifactProgress) => void } = {},
): Promise<Artifacts> {
  const sources = await readSources()
  const folder = join(options.cacheDir ?? defaultCacheDir(), hashSources(sources))
  const path = join(folder, 'artifacts.json')
  const contracts = contractSources.length
  const cached = await readCache(path)
  if (cached) {
    options.progress?.({ step: 'cached', contracts })
    return cached
  }
  options.progress?.({ step: 'compiling', contracts })
  const output = await compile(sources, [
    'abi',
    'evm.bytecode.object',
    'evm.bytecode.linkReferences',
  ])
  const artifacts: Artifacts = {}
  for (const { name, source, contract } of contractSources) {
    const compiled = output.contracts![source]![contract]!
    artifacts[name] = { abi: compiled.abi as Abi, bytecode: `0x${compiled.evm.bytecode.object}` }
  }
  // Two runs may compile at the same time; each writes a file of its own and the rename is atomic.
  await mkdir(folder, { recursive: true })
  const draft = join(folder, `${randomUUID()}.tmp`)
  await writeFile(draft, JSON.stringify(artifacts))
  await rename(draft, path)
  options.progress?.({ step: 'compiled', contracts })
  return artifacts
}

/** A missing or damaged entry counts as none: it is compiled again and replaced. */
async function readCache(path: string): Promise<Artifacts | undefined> {
  try {
    const artifacts = JSON.parse(await readFile(path, 'utf8')) as Artifacts
    const whole = contractSources.every(({ name }) =>
      /^0x[0-9a-f]+$/.test(artifacts[name]?.bytecode ?? ''),
    )
    return whole ? artifacts : undefined
  } catch {
    return undefined
  }
}
