#!/usr/bin/env node
import {
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { brotliCompressSync, constants } from 'node:zlib'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import { readArtifacts, writeArtifacts } from './toolchain/artifacts.ts'
import { blockInputs } from './toolchain/blockInputs.ts'
import { type Built, buildAfresh, buildOutside, buildProgram } from './toolchain/build.ts'
import { repositoryRoot } from './toolchain/cache.ts'
import { GuestError } from './toolchain/errors.ts'
import { goVersion, requireToolchain } from './toolchain/go.ts'
import { moduleChanges } from './toolchain/moduleChanges.ts'
import { pinOriginals } from './toolchain/overlay.ts'
import { findProgram, modules, type Program, programs } from './toolchain/programs.ts'
import { withVendor } from './toolchain/stage.ts'
import { standardChanges } from './toolchain/standardChanges.ts'

const usage = `Build Go programs for the machine (${goVersion}).

  node guest/build.ts [NAME...]        build programs and compare them with guest/artifacts.json
  node guest/build.ts --check [NAME...] [--fresh]
                                       build twice in different folders (--fresh: also with an empty build cache)
                                       and demand equal bytes
  node guest/build.ts --source PATH [--package ./x] --out FILE
                                       build a program of your own: a Go module, or a folder or file without go.mod
  node guest/build.ts --inputs FOLDER  write blocks with witnesses for the block guest, honest and forged, and
                                       cases.json with the exit code of each
  node guest/build.ts --record         write guest/artifacts.json and the committed ELF files
  node guest/build.ts --pin            accept the originals the overlay was reviewed against

Programs: ${programs.map((program) => program.name).join(', ')} (default: all).
`

const log = (line: string) => process.stderr.write(`${line}\n`)

function main(): void {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      check: { type: 'boolean' },
      fresh: { type: 'boolean' },
      record: { type: 'boolean' },
      pin: { type: 'boolean' },
      source: { type: 'string' },
      package: { type: 'string', default: '.' },
      out: { type: 'string' },
      inputs: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  })
  if (values.help) {
    process.stdout.write(usage)
    return
  }
  if (values.pin) {
    pin()
    return
  }
  if (values.inputs !== undefined) {
    writeInputs(values.inputs)
    return
  }
  if (values.source !== undefined) {
    if (values.out === undefined) throw new GuestError('Guest.Usage', '--source needs --out FILE')
    report(values.out, buildOutside(values.source, values.package, values.out, log))
    return
  }
  for (const program of selected(positionals)) {
    const built = buildProgram(program, log)
    if (values.record) record(program, built)
    report(program.name, built)
    assertRecorded(program, built)
    if (values.check) checkReproduced(program, built, values.fresh === true)
  }
}

function writeInputs(folder: string): void {
  for (const block of selected(['block'])) {
    const cases = blockInputs(block, log)
    cpSync(dirname(cases[0]?.file ?? ''), folder, { recursive: true })
    process.stdout.write(`${cases.length} inputs in ${folder}\n`)
  }
}

function selected(names: readonly string[]): readonly Program[] {
  if (names.length === 0) return programs
  return names.map((name) => {
    const program = findProgram(name)
    if (program === undefined) {
      throw new GuestError('Guest.Usage', `there is no program ${name}`, {
        hint: 'See node guest/build.ts --help.',
      })
    }
    return program
  })
}

function report(name: string, built: Built): void {
  const { words, padding, guardedCpop } = built.scan
  process.stdout.write(`${name} ${built.sizeBytes} bytes sha256 ${built.sha256}\n  ${built.elf}\n`)
  log(
    `  ${words} words of text scanned: RV64IMA, ${padding} of padding, ${guardedCpop} guarded cpop`,
  )
}

function assertRecorded(program: Program, built: Built): void {
  const expected = readArtifacts().programs[program.name]?.sha256
  if (expected === built.sha256) return
  throw new GuestError(
    'Guest.NotReproduced',
    `${program.name} is not the recorded program (${expected ?? 'none'})`,
    {
      hint: 'If its source changed on purpose, run `node guest/build.ts --record` and commit guest/artifacts.json.',
    },
  )
}

function checkReproduced(program: Program, built: Built, fresh: boolean): void {
  const folder = mkdtempSync(join(tmpdir(), 'guest-check-'))
  try {
    const again = buildAfresh(program, folder, fresh ? join(folder, 'cache') : undefined, log)
    if (again.sha256 !== built.sha256) {
      throw new GuestError(
        'Guest.NotReproduced',
        `a second build of ${program.name} differs: ${again.sha256}`,
        {
          hint: 'Something of the environment reached the build: compare the two with `cmp`.',
        },
      )
    }
    log(`  built again in ${folder}: equal bytes`)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function record(program: Program, built: Built): void {
  const artifacts = readArtifacts()
  artifacts.programs[program.name] = { sha256: built.sha256, sizeBytes: built.sizeBytes }
  writeArtifacts({ ...artifacts, toolchain: goVersion })
  if (program.committedAs === undefined) return
  const target = join(repositoryRoot, program.committedAs)
  mkdirSync(dirname(target), { recursive: true })
  if (target.endsWith('.br')) writeFileSync(target, compress(readFileSync(built.elf)))
  else copyFileSync(built.elf, target)
}

/** The window holds all of it; the size is named, so that the decoder takes what it needs. */
function compress(bytes: Uint8Array): Uint8Array {
  const { BROTLI_PARAM_LGWIN, BROTLI_PARAM_SIZE_HINT } = constants
  const params = { [BROTLI_PARAM_LGWIN]: 24, [BROTLI_PARAM_SIZE_HINT]: bytes.length }
  return brotliCompressSync(bytes, { params })
}

function pin(): void {
  const artifacts = readArtifacts()
  const standardOriginals = pinOriginals(standardChanges, join(requireToolchain().goRoot, 'src'))
  writeArtifacts({ ...artifacts, toolchain: goVersion, standardOriginals })
  for (const module of modules.filter((m) => m.hasDependencies)) {
    withVendor(module, (vendor) => {
      writeArtifacts({ ...readArtifacts(), moduleOriginals: pinOriginals(moduleChanges, vendor) })
    })
  }
  log('pinned the originals in guest/artifacts.json')
}

try {
  main()
} catch (error) {
  if (!(error instanceof Error)) throw error
  const isOurs = error instanceof AmbrosiaError
  if (!isOurs && !('code' in error && String(error.code).startsWith('ERR_PARSE_ARGS'))) throw error
  const hint = isOurs ? error.hint : 'See node guest/build.ts --help.'
  log(
    `${isOurs ? error.code : 'Guest.Usage'}: ${error.message}${hint === undefined ? '' : `\n${hint}`}`,
  )
  process.exitCode = 1
}
