import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { cacheRoot, repositoryRoot } from './cache.ts'
import { goVersion, runGo } from './go.ts'
import type { Module } from './programs.ts'

/**
 * Copies a module's sources into a fresh folder, vendors its dependencies there and removes it
 * afterwards.
 */
export function withStage(module: Module, folder: string, use: (stage: string) => void): void {
  makeFolder(folder)
  const stage = mkdtempSync(join(folder, 'stage-'))
  try {
    for (const source of module.sources) {
      const isSource = (path: string) => !path.startsWith(join(repositoryRoot, source, 'bin'))
      cpSync(join(repositoryRoot, source), join(stage, source), {
        recursive: true,
        filter: isSource,
      })
    }
    if (module.hasDependencies)
      runGo(['mod', 'vendor'], { directory: join(stage, module.directory), environment: {} })
    use(stage)
  } finally {
    rmSync(stage, { recursive: true, force: true })
  }
}

/** Vendors a module for a look at the originals of its dependencies. */
export function withVendor(module: Module, use: (vendor: string) => void): void {
  withStage(module, makeFolder(join(cacheRoot(), 'vendor')), (stage) =>
    use(join(stage, module.directory, 'vendor')),
  )
}

export function vendorFlag(module: Module): string[] {
  return module.hasDependencies ? ['-mod=vendor'] : []
}

export function makeFolder(folder: string): string {
  mkdirSync(folder, { recursive: true })
  return folder
}

/** Copies Go files into a module made for them. */
export function wrapInModule(source: string, stage: string): string {
  const directory = makeFolder(join(stage, 'program'))
  const isFile = source.endsWith('.go')
  cpSync(source, isFile ? join(directory, basename(source)) : directory, { recursive: true })
  const machine = join(repositoryRoot, 'guest', 'machine')
  const lines = [
    'module program',
    `go ${goVersion.slice(2)}`,
    'require ambrosia/machine v0.0.0',
    `replace ambrosia/machine => ${machine}`,
  ]
  writeFileSync(join(directory, 'go.mod'), `${lines.join('\n')}\n`)
  return directory
}
