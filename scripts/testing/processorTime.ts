import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

/** Linux counts the time of ended children in ticks of a hundredth of a second. */
const TICK_MS = 10

/**
 * Processor time of this process and, on Linux, of its children that have ended and theirs,
 * milliseconds of user and system.
 */
export function usedMs(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000 + childrenMs()
}

function childrenMs(): number {
  if (process.platform !== 'linux') return 0
  const stat = readFileSync('/proc/self/stat', 'utf8')
  // The name, in parentheses, may hold spaces; cutime and cstime are the 14th and 15th after it.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[13]) + Number(fields[14])) * TICK_MS
}

/** A place for a child to write down its processor time. */
export type UsageNote = {
  /** Options of node with which the child writes it. */
  execArgv: readonly string[]
  /** Milliseconds; undefined where the child was stopped before it could say. Removes the place. */
  take(): number | undefined
}

export function noteUsage(): UsageNote {
  const folder = mkdtempSync(join(tmpdir(), 'ambrosia-usage-'))
  const file = join(folder, 'ms')
  const url = pathToFileURL(join(import.meta.dirname, 'usage.ts'))
  url.search = String(new URLSearchParams({ of: String(process.pid), to: file }))
  const take = () => {
    try {
      return Number(readFileSync(file, 'utf8'))
    } catch {
      return undefined
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  }
  return { execArgv: ['--import', url.href], take }
}
