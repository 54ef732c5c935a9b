import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { defaultCacheDir, ensureFolder } from './cache.ts'
import { CircuitError } from './errors.ts'

/**
 * One instance of a template, and changes to the sources: tests compile circuits that are wrong on
 * purpose.
 */
export type Source = {
  template: string
  parameters?: readonly number[]
  /**
   * O2 removes every linear constraint, three quarters of all; O1 keeps what is more than a
   * renaming.
   */
  optimisation?: 'O1' | 'O2'
  /** Without a program that computes witnesses, for counting constraints alone. */
  skipWitness?: boolean
  /** Changes one source file's text before it is compiled. */
  edit?: (name: string, text: string) => string
}

/**
 * A compiled circuit: files named `circuit.r1cs`, `circuit.sym`, `circuit.wasm`, and what the
 * compiler printed in `circuit.log`.
 */
export type Compiled = {
  hash: string
  folder: string
  r1cs: string
  sym: string
  wasm: string
  constraints: number
}

const SOURCES = join(import.meta.dirname, '..', 'src')
const require = createRequire(import.meta.url)
/** What the templates include of circomlib, directly or through each other. */
const LIBRARY = [
  ...['aliascheck', 'binsum', 'bitify', 'comparators', 'compconstant'],
  ...['poseidon', 'poseidon_constants'],
].map((name) => `${name}.circom`)

/**
 * Compiles a circuit, or finds it compiled under the hash of everything that goes into it.
 * @throws Circuits.Compile
 */
export async function compile(
  source: Source,
  cacheDir: string = defaultCacheDir(),
): Promise<Compiled> {
  const files = readSources(source)
  const hash = hashOf(files, source)
  const folder = join(cacheDir, 'compiled', `${source.template}-${hash.slice(0, 32)}`)
  await ensureFolder(folder, (draft) => runCompiler(source, files, draft))
  const log = readFileSync(join(folder, 'circuit.log'), 'utf8')
  const count = (kind: string) =>
    Number(new RegExp(`^${kind} constraints: (\\d+)`, 'm').exec(log)?.[1])
  return {
    hash,
    folder,
    r1cs: join(folder, 'circuit.r1cs'),
    sym: join(folder, 'circuit.sym'),
    wasm: join(folder, 'circuit.wasm'),
    constraints: count('non-linear') + count('linear'),
  }
}

function readSources({ template, parameters = [], edit }: Source): Map<string, string> {
  const files = new Map<string, string>()
  for (const name of readdirSync(SOURCES)
    .filter((file) => file.endsWith('.circom'))
    .sort()) {
    const text = readFileSync(join(SOURCES, name), 'utf8')
    files.set(name, edit === undefined ? text : edit(name, text))
  }
  const main = `include "${template.slice(0, 1).toLowerCase()}${template.slice(1)}.circom";\n`
  const instance = `component main = ${template}(${parameters.join(', ')});\n`
  files.set('circuit.circom', `pragma circom 2.2.0;\n${main}${instance}`)
  return files
}

/** Comments count: a hash that skipped them would need a parser to be right. */
function hashOf(files: ReadonlyMap<string, string>, source: Source): string {
  const hash = createHash('sha256')
  const versions = ['circom2', 'circomlib'].map((name) => `${name} ${versionOf(name)}`)
  const { optimisation = 'O2', skipWitness = false } = source
  hash.update(JSON.stringify([...versions, optimisation, skipWitness, ...files]))
  return hash.digest('hex')
}

function versionOf(name: string): string {
  return (require(`${name}/package.json`) as { version: string }).version
}

/**
 * The compiler is a WASI program that sees the folder it runs in, so the sources are gathered
 * there.
 */
async function runCompiler(
  source: Source,
  files: ReadonlyMap<string, string>,
  draft: string,
): Promise<void> {
  const { optimisation = 'O2', skipWitness = false } = source
  const work = join(draft, 'work')
  mkdirSync(work)
  const library = dirname(require.resolve('circomlib/circuits/poseidon.circom'))
  for (const name of LIBRARY) cpSync(join(library, name), join(work, name))
  for (const [name, text] of files) writeFileSync(join(work, name), text)
  const wanted = skipWitness ? ['--r1cs'] : ['--r1cs', '--sym', '--wasm']
  const args = ['circuit.circom', `--${optimisation}`, ...wanted]
  const { code, text } = await run(process.execPath, [compilerPath(), ...args], work)
  if (code !== 0) {
    const hint = 'Mend the template named above.'
    throw new CircuitError(
      'Circuits.Compile',
      `${source.template} does not compile:\n${text}`,
      hint,
    )
  }
  writeFileSync(join(draft, 'circuit.log'), text)
  renameSync(join(work, 'circuit.r1cs'), join(draft, 'circuit.r1cs'))
  if (!skipWitness) {
    renameSync(join(work, 'circuit.sym'), join(draft, 'circuit.sym'))
    renameSync(join(work, 'circuit_js', 'circuit.wasm'), join(draft, 'circuit.wasm'))
  }
  rmSync(work, { recursive: true })
}

function compilerPath(): string {
  return join(dirname(require.resolve('circom2/package.json')), 'cli.js')
}

async function run(
  command: string,
  args: readonly string[],
  cwd: string,
): Promise<{ code: number; text: string }> {
  const child = spawn(command, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] })
  let text = ''
  const keep = (chunk: Buffer) => {
    text += chunk.toString('utf8')
  }
  child.stdout.on('data', keep)
  child.stderr.on('data', keep)
  const code = await new Promise<number>((done, failed) => {
    child.once('error', failed)
    child.once('close', (exitCode) => done(exitCode ?? 1))
  })
  // Colours are for people.
  const start = String.fromCharCode(27)
  return { code, text: text.replaceAll(new RegExp(`${start}\\[[0-9;]*m`, 'g'), '') }
}
