import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { basename, join, relative } from 'node:path'
import { goVersion } from './go.ts'
import type { Module, Program } from './programs.ts'

export const repositoryRoot = join(import.meta.dirname, '..', '..')

/** Where builds are kept: `~/.cache/ambrosia/guest`, one folder for each state of the sources. */
export function cacheRoot(): string {
  return join(homedir(), '.cache', 'ambrosia', 'guest')
}

/** The folder of a module's builds: its name is a hash of everything that goes into them. */
export function cacheFolder(module: Module): string {
  const hash = createHash('sha256').update(`${goVersion}\n`)
  for (const source of [...module.sources, 'guest/overlay', 'guest/toolchain']) {
    for (const file of listFiles(join(repositoryRoot, source))) {
      hash
        .update(`${relative(repositoryRoot, file)}\n`)
        .update(readFileSync(file))
        .update('\n')
    }
  }
  return join(cacheRoot(), `${module.name}-${hash.digest('hex').slice(0, 16)}`)
}

/** The program's ELF file if this state of the sources was built before. */
export function cachedElf(program: Program): string | undefined {
  const elf = join(cacheFolder(program.module), `${program.name}.elf`)
  return existsSync(elf) ? elf : undefined
}

function listFiles(root: string): string[] {
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter(
      (entry) =>
        entry.isFile() && basename(entry.parentPath) !== 'bin' && !entry.name.endsWith('_test.go'),
    )
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
}
