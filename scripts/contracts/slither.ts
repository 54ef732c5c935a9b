/**
 * Runs Slither over every contract that ships, and holds what it finds against the answers in
 * docs/security/slither.md: a finding without an answer fails, and so does an answer without its
 * finding.
 *
 *   python3 -m venv /tmp/slither && /tmp/slither/bin/pip install slither-analyzer==0.11.6
 *   node scripts/contracts/slither.ts /tmp/slither/bin/python
 *
 * Slither is Python and starts a compiler by its name; here that is the compiler of npm, through
 * this very file. Nothing else in the project needs either.
 */
import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { readSources, type Sources } from '@ambrosia/chain/compile/readSources'
import { compilerSettings } from '@ambrosia/chain/compile/sourceList'

const HERE = fileURLToPath(import.meta.url)
const ROOT = resolve(dirname(HERE), '..', '..')
const ANSWERS = join(ROOT, 'docs', 'security', 'slither.md')

const [first = ''] = process.argv.slice(2)
if (first === '' || first === '--help') {
  process.stderr.write('usage: node scripts/contracts/slither.ts PYTHON\n')
  process.exitCode = first === '' ? 2 : 0
} else if (process.argv.includes('--version')) {
  const { version } = loadCompiler()
  process.stdout.write(`solc, the solidity compiler commandline interface\nVersion: ${version()}\n`)
} else if (process.argv.includes('--standard-json')) {
  process.stdout.write(compileForSlither(readFileSync(0, 'utf8')))
} else {
  process.exitCode = await main(resolve(first))
}

type Compiler = { version(): string; compile(input: string): string }

function loadCompiler(): Compiler {
  return createRequire(join(ROOT, 'packages', 'chain', 'package.json'))('solc') as Compiler
}

/** Slither reads trees: making code, which takes minutes, is left out and empty code given back. */
function compileForSlither(text: string): string {
  const input = JSON.parse(text) as { settings: Record<string, unknown> }
  input.settings['outputSelection'] = { '*': { '*': ['abi', 'userdoc', 'devdoc'], '': ['ast'] } }
  const output = JSON.parse(loadCompiler().compile(JSON.stringify(input))) as {
    contracts?: Record<string, Record<string, object>>
  }
  const code = { object: '', opcodes: '', sourceMap: '', linkReferences: {} }
  const evm = { bytecode: code, deployedBytecode: code, methodIdentifiers: {} }
  for (const file of Object.values(output.contracts ?? {}))
    for (const contract of Object.values(file)) Object.assign(contract, { metadata: '', evm })
  return JSON.stringify(output)
}

async function main(python: string): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'ambrosia-slither-'))
  try {
    const sources = await readAll()
    for (const [name, { content }] of Object.entries(sources)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true })
      writeFileSync(join(folder, name), content)
    }
    const input = {
      language: 'Solidity',
      sources,
      settings: { ...compilerSettings, outputSelection: {} },
    }
    writeFileSync(join(folder, 'input.json'), JSON.stringify(input))
    const compiler = join(folder, 'bin', 'solc')
    mkdirSync(dirname(compiler))
    writeFileSync(compiler, `#!/bin/sh\nexec '${process.execPath}' '${HERE}' "$@"\n`)
    chmodSync(compiler, 0o755)
    const script = join(dirname(HERE), 'runSlither.py')
    const { status } = spawnSync(python, [script, 'input.json', 'found.json'], {
      cwd: folder,
      env: { ...process.env, PATH: `${dirname(compiler)}${delimiter}${process.env['PATH']}` },
      stdio: ['ignore', 'inherit', 'inherit'],
    })
    if (status !== 0) return 1
    return compare(JSON.parse(readFileSync(join(folder, 'found.json'), 'utf8')) as Finding[])
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function readAll(): Promise<Sources> {
  const list = JSON.parse(readFileSync(join(ROOT, 'contracts', 'sources.json'), 'utf8')) as {
    domains: object
  }
  const all: Sources = {}
  for (const domain of Object.keys(list.domains)) Object.assign(all, await readSources(domain))
  return all
}

type Finding = { check: string; place: string; text: string }

/** Both ways: each finding has its answer, and each answer its finding. */
function compare(found: readonly Finding[]): number {
  const answered = new Set(readAnswers())
  const keys = new Set(found.map(({ check, place }) => `${check} ${place}`))
  const open = found.filter(({ check, place }) => !answered.has(`${check} ${place}`))
  for (const { check, place, text } of open) {
    process.stdout.write(
      `UNANSWERED ${check} ${place}\n  ${text.trim().replaceAll('\n', '\n  ')}\n`,
    )
  }
  const gone = [...answered].filter((key) => !keys.has(key))
  for (const key of gone) process.stdout.write(`NO LONGER FOUND ${key}\n`)
  process.stdout.write(`${found.length} findings, ${open.length} without an answer\n`)
  return open.length + gone.length === 0 ? 0 : 1
}

/** Rows of the document: check, places, answer. */
function readAnswers(): string[] {
  const rows = readFileSync(ANSWERS, 'utf8').matchAll(/^\| `([a-z0-9-]+)` \| ([^|]+) \|/gm)
  return [...rows].flatMap(([, check, places = '']) =>
    [...places.matchAll(/`([^`]+)`/g)].map(([, place]) => `${check} ${place}`),
  )
}
