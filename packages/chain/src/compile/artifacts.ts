import { randomUUID } from 'node:crypto'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Artifact, Artifacts } from '../Artifact.ts'
import { hashContract, hashSources, readSources, type Sources } from './readSources.ts'
import { type Compiled, type CompiledDomain, compile, compileContract } from './solc.ts'
import { contractsOf, domains } from './sourceList.ts'

/**
 * How far loading is. A domain is `cached` at once or `compiling`, which takes seconds, and then
 * `compiled`.
 */
export type ArtifactProgress = { step: 'cached' | 'compiling' | 'compiled'; domain: string }

export type LoadOptions = {
  cacheDir?: string
  /** Only these domains of `contracts/sources.json`. */
  domains?: readonly string[]
  progress?: (progress: ArtifactProgress) => void
}

/** Compilers that run at the same time; each takes 300 MB. */
const COMPILERS = 2

/** Place of the cache unless another is given. */
export function defaultCacheDir(): string {
  const cache = process.env['AMBROSIA_CACHE'] || join(homedir(), '.cache', 'ambrosia')
  return join(cache, 'contracts')
}

/** The contracts' code by name, in the order of the list. @throws Contracts.CompilationFailed */
export async function loadArtifacts(options: LoadOptions = {}): Promise<Artifacts> {
  const loaded = await loadDomains(options)
  const artifacts: Record<string, Artifact> = {}
  for (const domain of options.domains ?? domains) {
    for (const { name } of contractsOf(domain)) {
      const { bytecode, runtime, immutables } = loaded[domain]!.contracts[name]!
      artifacts[name] = { bytecode, runtime, immutables }
    }
  }
  return artifacts
}

/**
 * Reads compiled domains from `<cacheDir>/<domain>/<hash of the domain's sources>.json`, or
 * compiles and writes them there. Domains compile alone, so a change of one leaves the others
 * cached.
 * @throws Contracts.CompilationFailed when the sources do not compile.
 */
export async function loadDomains(
  options: LoadOptions = {},
): Promise<Readonly<Record<string, CompiledDomain>>> {
  const cacheDir = options.cacheDir ?? defaultCacheDir()
  const progress = options.progress ?? (() => {})
  const loaded: Record<string, CompiledDomain> = {}
  const missing: { domain: string; sources: Sources; path: string }[] = []
  for (const domain of options.domains ?? domains) {
    const sources = await readSources(domain)
    const path = join(cacheDir, domain, `${hashSources(domain, sources)}.json`)
    const cached = await readCache(domain, path)
    if (cached === undefined) {
      missing.push({ domain, sources, path })
    } else {
      progress({ step: 'cached', domain })
      loaded[domain] = cached
    }
  }
  // The largest first, so that it does not run alone in the end.
  const size = (sources: Sources) => JSON.stringify(sources).length
  missing.sort((one, other) => size(other.sources) - size(one.sources))
  const work = async (): Promise<void> => {
    for (let next = missing.shift(); next !== undefined; next = missing.shift()) {
      progress({ step: 'compiling', domain: next.domain })
      const compiled = await compile(next.domain, next.sources)
      await writeCache(next.path, compiled)
      loaded[next.domain] = compiled
      progress({ step: 'compiled', domain: next.domain })
    }
  }
  await Promise.all(Array.from({ length: COMPILERS }, work))
  return loaded
}

/**
 * `compileContract` from `<cacheDir>/single/<hash>.json`, or compiled and written there.
 * @throws Contracts.CompilationFailed
 */
export async function loadContract(
  contract: string,
  content: string,
  cacheDir = defaultCacheDir(),
): Promise<Compiled> {
  const path = join(cacheDir, 'single', `${hashContract(contract, content)}.json`)
  const cached = await readWhole<Compiled>(path)
  if (isWhole(cached)) return cached
  const compiled = await compileContract(contract, content)
  await writeCache(path, compiled)
  return compiled
}

/**
 * Two runs may compile at the same time; each writes a file of its own and the rename is atomic.
 */
async function writeCache(path: string, compiled: CompiledDomain | Compiled): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  const draft = `${path}.${randomUUID()}`
  await writeFile(draft, JSON.stringify(compiled))
  await rename(draft, path)
}

/** A missing or damaged entry counts as none: it is compiled again and replaced. */
async function readCache(domain: string, path: string): Promise<CompiledDomain | undefined> {
  const compiled = await readWhole<CompiledDomain>(path)
  const names = contractsOf(domain).map(({ name }) => name)
  return names.every((name) => isWhole(compiled?.contracts?.[name])) ? compiled : undefined
}

async function readWhole<T>(path: string): Promise<T | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8'))
  } catch {
    return undefined
  }
}

function isWhole(compiled: Compiled | undefined): compiled is Compiled {
  return /^0x[0-9a-f]+$/.test(compiled?.bytecode ?? '')
}
