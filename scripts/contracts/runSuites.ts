import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { globSync } from 'node:fs'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join, posix } from 'node:path'
import { defaultCacheDir, loadArtifacts } from '@ambrosia/chain/compile/artifacts'
import { contractSources, contractsFolder } from '@ambrosia/chain/compile/sourceList'
import { unreached } from './unreached.ts'

/** What a folder of Solidity tests came to. */
export type SuiteResult = {
  pass: number
  fail: number
  skipped: number
  /** Reasons for which the run fails besides failing tests. */
  faults: string[]
  output: string
}

const require = createRequire(join(contractsFolder, 'package.json'))
const hardhat = join(dirname(require.resolve('hardhat/package.json')), 'dist', 'src', 'cli.js')

/** How much chance a run of the tests tries. */
export type Chance = {
  /** Runs of each fuzz test. */
  runs: number
  /** Runs of an invariant, each of 120 calls; an eighth of the others where it is not said. */
  invariantRuns?: number
  seed: number
  /** Only tests with this in their name. */
  only?: string
}

const SEED = Number(process.env['AMBROSIA_SEED'] ?? 20260101)
/** More where more hangs on it; what is left out is 256. */
const RUNS: Readonly<Record<string, Omit<Chance, 'seed'>>> = {
  'test/exchange': { runs: 1000, invariantRuns: 64 },
}

/** What `npm test` tries in a folder; AMBROSIA_SEED tries another seed, as for all tests. */
export function usualChance(folder: string): Chance {
  return { seed: SEED, ...(RUNS[folder] ?? { runs: 256 }) }
}

/**
 * Runs the Solidity tests of a folder of the contracts workspace alone. What it compiles is kept by
 * Hardhat's own content hashes in a cache of this folder and this checkout.
 * @param folder such as `test/exchange`
 * @param files only these of its files
 * @param mutants creation code in place of what ships, by name
 */
export async function runSuites(
  folder: string,
  files: readonly string[] = [],
  mutants: Readonly<Record<string, string>> = {},
  onOutput: (text: string) => void = () => {},
  chance: Chance = usualChance(folder),
): Promise<SuiteResult> {
  const { env, all, reachedFile } = await prepareSuites(folder, { mutants, chance })
  onOutput(`fuzz: ${chance.runs} runs from seed ${chance.seed}\n`)
  const grep = chance.only === undefined ? [] : ['--grep', chance.only]
  const { code, output } = await run(['test', 'solidity', ...grep, ...files], onOutput, env)
  const [pass, fail, skipped] = [/(\d+) passing/, /(\d+) failing/, /(\d+) (?:skipped|pending)/].map(
    (pattern) => Number(pattern.exec(output)?.[1] ?? 0),
  ) as [number, number, number]
  const faults: string[] = []
  // A run that dies before its summary, or finds no test, must not look like success.
  if (pass + fail === 0) faults.push(`${folder}: no test ran`)
  if (code !== 0 && fail === 0) faults.push(`${folder}: the runner ended with code ${code}`)
  const texts = await readTexts(files.length === 0 ? all : files)
  faults.push(...builtOtherwise(texts))
  faults.push(...unreached(texts, await readFile(reachedFile, 'utf8').catch(() => '')))
  return { pass, fail, skipped, faults, output }
}

/** Writes the code that a folder's tests deploy, and says what hardhat.config.ts has to know. */
export async function prepareSuites(
  folder: string,
  { mutants, chance }: { mutants: Readonly<Record<string, string>>; chance: Chance },
): Promise<{ env: Record<string, string>; all: string[]; reachedFile: string }> {
  const checkout = createHash('sha256').update(contractsFolder).digest('hex').slice(0, 12)
  const cache = join(defaultCacheDir(), 'hardhat', checkout, folder)
  const reachedFile = join(cache, 'reached.txt')
  const shippedFolder = join(cache, 'shipped')
  await mkdir(shippedFolder, { recursive: true })
  await rm(reachedFile, { force: true })
  const all = globSync(`${folder}/**/*.sol`, { cwd: contractsFolder })
  await writeShipped(shippedFolder, all, mutants)
  const env = {
    AMBROSIA_FUZZ_RUNS: String(chance.runs),
    AMBROSIA_FUZZ_SEED: String(chance.seed),
    AMBROSIA_INVARIANT_RUNS: String(chance.invariantRuns ?? Math.ceil(chance.runs / 8)),
    AMBROSIA_CONTRACTS_TESTS: `./${folder}`,
    AMBROSIA_CONTRACTS_CACHE: cache,
    AMBROSIA_REACHED: reachedFile,
    AMBROSIA_SHIPPED: shippedFolder,
  }
  return { env, all, reachedFile }
}

/**
 * Writes the creation code of every contract that the tests of some files, and what they import,
 * deploy.
 */
async function writeShipped(
  folder: string,
  files: readonly string[],
  mutants: Readonly<Record<string, string>>,
): Promise<void> {
  const found = new Map<string, string>()
  const visit = async (file: string): Promise<void> => {
    if (found.has(file)) return
    const text = await readFile(join(contractsFolder, file), 'utf8')
    found.set(file, text)
    for (const [, target] of text.matchAll(/from "(\.[^"]+)"/g)) {
      const next = posix.join(posix.dirname(file), target as string)
      if (!next.startsWith('src/')) await visit(next)
    }
  }
  for (const file of files) await visit(file.replaceAll('\\', '/'))
  const texts = [...found.values()].join('\n')
  const names = new Set([...texts.matchAll(/shipped\(\s*"(\w+)"/g)].map(([, name]) => name))
  const wanted = new Set(
    contractSources.filter(({ name }) => names.has(name)).map(({ domain }) => domain),
  )
  const artifacts = await loadArtifacts({ domains: [...wanted] })
  for (const [name, { bytecode }] of Object.entries(artifacts)) {
    await writeFile(join(folder, `${name}.hex`), mutants[name] ?? bytecode)
  }
}

/** A contract that ships and is made by `new` is not the code that ships. */
function builtOtherwise(texts: readonly string[]): string[] {
  const names = contractSources.map(({ contract }) => contract).join('|')
  const found = texts.flatMap((text) => text.match(new RegExp(`\\bnew (${names})\\(`, 'g')) ?? [])
  return [...new Set(found)].map((text) => `${text}...): tests deploy what ships with shipped(...)`)
}

async function readTexts(files: readonly string[]): Promise<string[]> {
  return await Promise.all(files.map((file) => readFile(join(contractsFolder, file), 'utf8')))
}

function run(
  args: readonly string[],
  onOutput: (text: string) => void,
  env: Readonly<Record<string, string>>,
): Promise<{ code: number | null; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [hardhat, ...args], {
      cwd: contractsFolder,
      env: { ...process.env, ...env, NO_COLOR: '1', HARDHAT_DISABLE_TELEMETRY_PROMPT: 'true' },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let output = ''
    // Warnings of the compiler concern OpenZeppelin's sources; failures print in full.
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk
      onOutput(String(chunk))
    })
    let errors = ''
    child.stderr.on('data', (chunk: Buffer) => {
      errors += chunk
    })
    child.once('error', reject)
    child.once('close', (code) => {
      if (code !== 0) onOutput(errors)
      resolve({ code, output })
    })
  })
}
