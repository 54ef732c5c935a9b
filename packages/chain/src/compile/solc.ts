import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import type { Artifact } from '../Artifact.ts'
import { type Declaration, declarationsOf, type TreeNode } from './declarations.ts'
import type { Sources } from './readSources.ts'
import { compilerSettings, compilerVersion, contractsOf } from './sourceList.ts'

/** Everything that the project takes from compiling one contract. */
export type Compiled = Artifact & { abi: readonly unknown[]; storageLayout: unknown }

/** A compiled domain: its contracts by name, and the types that its sources declare. */
export type CompiledDomain = {
  contracts: Readonly<Record<string, Compiled>>
  declarations: readonly Declaration[]
}

/** The part of solc's output that is read here. */
type CompilerOutput = {
  sources?: Record<string, { ast: TreeNode }>
  errors?: { severity: string; formattedMessage: string }[]
  contracts?: Record<string, Record<string, CompilerContract>>
}

type CompilerContract = {
  abi: readonly unknown[]
  storageLayout: unknown
  evm: {
    bytecode: { object: string }
    deployedBytecode: {
      object: string
      immutableReferences?: Readonly<Record<string, Artifact['immutables']>>
    }
  }
}

const OUTPUTS = [
  'abi',
  'storageLayout',
  'evm.bytecode.object',
  'evm.deployedBytecode.object',
  'evm.deployedBytecode.immutableReferences',
]

/**
 * Compiles the contracts of a domain with solc in a child process, by default with the settings of
 * what ships.
 * @throws Contracts.CompilationFailed with the compiler's own messages.
 */
export async function compile(
  domain: string,
  sources: Sources,
  settings: Readonly<Record<string, unknown>> = compilerSettings,
): Promise<CompiledDomain> {
  const outputSelection: Record<string, Record<string, readonly string[]>> = {
    '*': { '': ['ast'] },
  }
  for (const { source, contract } of contractsOf(domain)) {
    outputSelection[source] = { ...outputSelection[source], [contract]: OUTPUTS }
  }
  const output = await outputOf(sources, outputSelection, settings)
  const contracts: Record<string, Compiled> = {}
  for (const { name, source, contract } of contractsOf(domain)) {
    contracts[name] = compiledOf(name, output.contracts?.[source]?.[contract])
  }
  const declarations = Object.entries(output.sources ?? {}).flatMap(([source, { ast }]) =>
    declarationsOf(source, ast),
  )
  return { contracts, declarations }
}

/**
 * Compiles one contract of one file that imports nothing, as other programs write them.
 * @throws Contracts.CompilationFailed with the compiler's own messages.
 */
export async function compileContract(contract: string, content: string): Promise<Compiled> {
  const output = await outputOf({ file: { content } }, { file: { [contract]: OUTPUTS } })
  return compiledOf(contract, output.contracts?.['file']?.[contract])
}

async function outputOf(
  sources: Sources,
  outputSelection: Record<string, Record<string, readonly string[]>>,
  settings: Readonly<Record<string, unknown>> = compilerSettings,
): Promise<CompilerOutput> {
  const input = {
    language: 'Solidity',
    sources,
    settings: { ...settings, outputSelection },
  }
  const answer = await runCompiler(JSON.stringify(input))
  if (!answer.version.startsWith(`${compilerVersion}+`)) {
    throw new CompilationError(`expected solc ${compilerVersion}, found ${answer.version}`)
  }
  const output = JSON.parse(answer.output) as CompilerOutput
  const failed = output.errors?.filter((error) => error.severity === 'error') ?? []
  if (failed.length > 0) {
    throw new CompilationError(failed.map((error) => error.formattedMessage).join('\n'))
  }
  return output
}

function compiledOf(name: string, output: CompilerContract | undefined): Compiled {
  if (output === undefined)
    throw new CompilationError(`the file of ${name} holds no contract of its name`)
  const { abi, storageLayout, evm } = output
  const { object, immutableReferences } = evm.deployedBytecode
  if (!/^([0-9a-f]{2})+$/.test(evm.bytecode.object)) {
    throw new CompilationError(`${name} has no code, or needs to be linked with a library`)
  }
  return {
    abi,
    storageLayout,
    bytecode: `0x${evm.bytecode.object}`,
    runtime: `0x${object}`,
    immutables: Object.values(immutableReferences ?? {}).flat(),
  }
}

async function runCompiler(input: string): Promise<{ version: string; output: string }> {
  const script = fileURLToPath(new URL('./solcProcess.ts', import.meta.url))
  const child = spawn(process.execPath, [script], { stdio: ['pipe', 'pipe', 'inherit'] })
  const chunks: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk))
  child.stdin.on('error', () => {}) // the exit code below says what happened
  child.stdin.end(input)
  const code = await new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  if (code !== 0) throw new CompilationError(`the compiler ended with code ${code}`)
  return JSON.parse(Buffer.concat(chunks).toString('utf8'))
}

export class CompilationError extends AmbrosiaError {
  constructor(message: string) {
    super('Contracts.CompilationFailed', message, {
      hint: 'Run the set-up again; if it persists, the sources under contracts/src were changed.',
    })
  }
}
