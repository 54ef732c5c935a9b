import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { typicalMs } from './durations.ts'

/** Where many short files load the same modules, and were seen to pass together. */
const SHARING =
  /^(packages\/(api|attestation|credentials|primitives|rollup|sealing)|apps\/(cli|issuer|node)|scripts)\/.*\.test\.ts$/
/** A file that usually takes longer is a piece of work by itself. */
const LONG_MS = 10_000
/**
 * What a process has only one of: its environment, exit code, signals, memory and arguments,
 * globals, replaced modules and clocks, the defaults of a library.
 */
const ALONE =
  /process\.(env\[|env =|exit|on\(|once\(|chdir|argv|memoryUsage|cpuUsage|stdin|emit|title)|globalThis|mock\b|worker_threads|configureGlobal|getHeapStatistics/

/**
 * Test files by the process they run in: short ones of a package together, every other alone. A
 * process gets at most `atMost` files, so that the work can be spread.
 */
export function shareProcess(root: string, files: readonly string[], atMost = 12): string[][] {
  const groups: string[][] = []
  const open = new Map<string, string[]>()
  for (const file of files) {
    const folder = SHARING.exec(file)?.[1]
    if (folder === undefined || typicalMs(file) > LONG_MS || isAlone(root, file)) {
      groups.push([file])
      continue
    }
    const group = open.get(folder)
    if (group !== undefined && group.length < atMost) group.push(file)
    else {
      const fresh = [file]
      open.set(folder, fresh)
      groups.push(fresh)
    }
  }
  return groups
}

function isAlone(root: string, file: string): boolean {
  return ALONE.test(readFileSync(join(root, file), 'utf8'))
}
