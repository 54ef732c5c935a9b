import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join, posix } from 'node:path'
import { fileURLToPath } from 'node:url'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import { compilerSettings, compilerVersion, contractSources, contractsFolder } from './compiler.ts'

/** Source units by name, each with its whole text. */
export type Sources = Record<string, { content: string }>

/** The part of solc's output that is read here. */
export type CompilerOutput = {
  sources?: Record<string, { id: number }>
  errors?: { severity: string; formattedMessage: string }[]
  contracts?: Record<
    string,
    Record<
      string,
      {
        abi: readonly unknown[]
        storageLayout?: unknown
        evm: {
          bytecode: { object: string; linkReferences: Record<string, unknown> }
          deployedBytecode: { object: string }
        }
      }
    >
  >
}

const folder = dirname(fileURLToPath(import.meta.url))
const importPattern = /^\s*import\s+(?:[^'"]*?\sfrom\s+)?['"]([^'"]+)['"]/gm

/** Reads the sources of `contractSources` and everything that they import, in a stable order. */
export async function readSources(): Promise<Sources> {
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
  for (const { source } of contractSources) await visit(source)
  const names = [...found.keys()].sort()
  return Object.fromEntries(names.map((name) => [name, { content: found.get(name)! }]))
}

/** Key of the cache: compiler, settings and every byte of source. */
export function hashSources(sources: Sources): string {
  const text = JSON.stringify([compilerVersion, compilerSettings, contractSources, sources])
  return createHash('sha256').update(text).digest('hex')
}

/**
 * Compiles with solc in a child process.
 * @throws {CompilationError} with the compiler's own messages.
 */
export async function compile(
  sources: Sources,
  outputs: readonly string[],
): Promise<CompilerOutput> {
  const input = {
    language: 'Solidity',
    sources,
    settings: { ...compilerSettings, outputSelection: { '*': { '*': outputs } } },
  }
  const child = spawn(process.execPath, [join(folder, 'solcProcess.ts')], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const chunks: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk))
  child.stdin.on('error', () => {}) // the exit code below says what happened
  child.stdin.end(JSON.stringify(input))
  const code = await new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  if (code !== 0) throw new CompilationError(`the compiler ended with code ${code}`)
  const answer = JSON.parse(Buffer.concat(chunks).toString('utf8'))
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

export class CompilationError extends AmbrosiaError {
  constructor(message: string) {
    super('Contracts.CompilationFailed', message, {
      hint: 'run the set-up again; if it persists, the sources under contracts/src were changed',
    })
  }
}
