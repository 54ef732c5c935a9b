import { createHash } from 'node:crypto'
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { basename, join } from 'node:path'
import { readArtifacts } from './artifacts.ts'
import { cacheFolder, cacheRoot } from './cache.ts'
import { readElf } from './elf.ts'
import { GuestError } from './errors.ts'
import { requireToolchain, runGo } from './go.ts'
import { assertLayout } from './layout.ts'
import { moduleChanges } from './moduleChanges.ts'
import { applyChanges } from './overlay.ts'
import type { Module, Program } from './programs.ts'
import { type ScanReport, scanText } from './scan.ts'
import { makeFolder, vendorFlag, withStage, wrapInModule } from './stage.ts'
import { standardChanges } from './standardChanges.ts'

const overlayRoot = join(import.meta.dirname, '..', 'overlay')

/** A built program: the stripped ELF file, and the same with its symbols. */
export type Built = {
  elf: string
  symbols: string
  sha256: string
  sizeBytes: number
  scan: ScanReport
}

/**
 * RV64IMA in software floating point, four-byte instructions only, a heap at a fixed address, no
 * second collector.
 */
const machineTarget = {
  GOOS: 'linux',
  GOARCH: 'riscv64',
  GORISCV64: 'rva20u64',
  CGO_ENABLED: '0',
  GOEXPERIMENT: 'norandomizedheapbase64,nogreenteagc',
}
const machineFlags = [
  '-trimpath',
  '-buildvcs=false',
  '-tags=ambrosia',
  '-gcflags=all=-d=softfloat,compressinstructions=0',
  '-asmflags=all=-d=compressinstructions=0',
]

/**
 * No build id (it names the builder's cache), and segments aligned to 4 KiB, which makes small
 * files.
 */
const linkerFlags = '-buildid= -R=4096'

/** Builds one program into the cache, or finds it there. `log` is told what takes time. */
export function buildProgram(program: Program, log: (line: string) => void): Built {
  const folder = cacheFolder(program.module)
  const elf = join(folder, `${program.name}.elf`)
  const symbols = join(folder, `${program.name}.symbols.elf`)
  if (!existsSync(elf) || !existsSync(symbols)) {
    withStage(program.module, folder, (stage) => buildInStage(program, stage, folder, {}, log))
  }
  return describe(elf, symbols)
}

/**
 * Builds a program in a folder of its own, without the cache; `goCache` may name an empty build
 * cache.
 */
export function buildAfresh(
  program: Program,
  folder: string,
  goCache: string | undefined,
  log: (line: string) => void,
): Built {
  const environment: Record<string, string> = goCache === undefined ? {} : { GOCACHE: goCache }
  withStage(program.module, folder, (stage) =>
    buildInStage(program, stage, folder, environment, log),
  )
  return describe(join(folder, `${program.name}.elf`), join(folder, `${program.name}.symbols.elf`))
}

/** Builds a command of a module for this computer, into the cache. */
export function buildHostTool(
  module: Module,
  packagePath: string,
  log: (line: string) => void,
): string {
  const folder = cacheFolder(module)
  const tool = join(folder, `${basename(packagePath)}.host`)
  if (existsSync(tool)) return tool
  requireToolchain()
  withStage(module, folder, (stage) => {
    log(`compiling ${packagePath} for this computer`)
    const args = [
      'build',
      '-trimpath',
      '-buildvcs=false',
      ...vendorFlag(module),
      '-o',
      join(stage, 'tool'),
      packagePath,
    ]
    runGo(args, { directory: join(stage, module.directory), environment: { CGO_ENABLED: '0' } })
    renameSync(join(stage, 'tool'), tool)
  })
  return tool
}

/**
 * Builds a program of somebody else: a folder with a go.mod of its own, or a folder or file without
 * one, which may import `ambrosia/machine` and the standard library. Modules are taken as they are.
 */
export function buildOutside(
  source: string,
  packagePath: string,
  output: string,
  log: (line: string) => void,
): Built {
  const { goRoot } = requireToolchain()
  if (!existsSync(source)) {
    throw new GuestError('Guest.Usage', `there is no file or folder ${source}`)
  }
  const stage = mkdtempSync(join(makeFolder(cacheRoot()), 'stage-'))
  try {
    const overlay = writeOverlay(applyStandard(goRoot, stage), stage)
    const name = basename(output)
    const directory = existsSync(join(source, 'go.mod')) ? source : wrapInModule(source, stage)
    const flags = [`-overlay=${overlay}`]
    compile(
      { directory, packagePath, flags, environment: {}, scratch: stage, folder: stage, name },
      log,
    )
    const built = describe(join(stage, `${name}.elf`), join(stage, `${name}.symbols.elf`))
    cpSync(built.elf, output)
    return { ...built, elf: output }
  } finally {
    rmSync(stage, { recursive: true, force: true })
  }
}

function buildInStage(
  program: Program,
  stage: string,
  folder: string,
  environment: Record<string, string>,
  log: (line: string) => void,
): void {
  const { goRoot } = requireToolchain()
  const directory = join(stage, program.module.directory)
  const replace = applyStandard(goRoot, stage)
  if (program.module.hasDependencies) {
    const roots = { sourceRoot: join(directory, 'vendor'), overlayRoot }
    Object.assign(
      replace,
      applyChanges(
        moduleChanges,
        roots,
        readArtifacts().moduleOriginals,
        join(stage, 'changed-modules'),
      ),
    )
  }
  const flags = [`-overlay=${writeOverlay(replace, stage)}`, ...vendorFlag(program.module)]
  compile(
    {
      directory,
      packagePath: program.package,
      flags,
      environment,
      scratch: stage,
      folder,
      name: program.name,
    },
    log,
  )
}

function applyStandard(goRoot: string, stage: string): Record<string, string> {
  const roots = { sourceRoot: join(goRoot, 'src'), overlayRoot }
  return applyChanges(
    standardChanges,
    roots,
    readArtifacts().standardOriginals,
    join(stage, 'changed-standard'),
  )
}

function writeOverlay(replace: Record<string, string>, stage: string): string {
  const file = join(stage, 'overlay.json')
  writeFileSync(file, JSON.stringify({ Replace: replace }))
  return file
}

type Compilation = {
  directory: string
  packagePath: string
  flags: readonly string[]
  environment: Record<string, string>
  /** Where to link, on the same file system as `folder`: two builds at once do not meet. */
  scratch: string
  folder: string
  name: string
}

/**
 * Links twice, with symbols for the scan and without; the loaded bytes of both must be the same.
 */
function compile(job: Compilation, log: (line: string) => void): void {
  const options = {
    directory: job.directory,
    environment: { ...machineTarget, ...job.environment },
  }
  const link = (output: string, ldflags: string) =>
    runGo(
      [
        'build',
        ...machineFlags,
        ...job.flags,
        `-ldflags=${ldflags}`,
        '-o',
        output,
        job.packagePath,
      ],
      options,
    )
  const symbols = join(job.scratch, `${job.name}.symbols.new`)
  const elf = join(job.scratch, `${job.name}.new`)
  log(`compiling ${job.name} for the machine`)
  link(symbols, linkerFlags)
  link(elf, `${linkerFlags} -s -w`)
  log(`scanning ${job.name}`)
  const withSymbols = readElf(readFileSync(symbols))
  scanText(withSymbols)
  assertLayout(readElf(readFileSync(elf)), withSymbols)
  renameSync(symbols, join(job.folder, `${job.name}.symbols.elf`))
  renameSync(elf, join(job.folder, `${job.name}.elf`))
}

function describe(elf: string, symbols: string): Built {
  const bytes = readFileSync(elf)
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  return {
    elf,
    symbols,
    sha256,
    sizeBytes: bytes.length,
    scan: scanText(readElf(readFileSync(symbols))),
  }
}
