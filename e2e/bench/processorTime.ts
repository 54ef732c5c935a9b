import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { descendants } from './descendants.ts'

/**
 * Of /proc/PID/stat: the parent, ticks in user and in system mode, and those of children that have
 * ended (proc_pid_stat(5)).
 */
const [PARENT, USER, SYSTEM, CHILD_USER, CHILD_SYSTEM] = [1, 11, 12, 13, 14] as const
/** Of every Linux that Node runs on. */
const TICKS_A_SECOND = 100

/**
 * Processor time so far of this process, `own`, and of all that it has started and that still run,
 * by what they run (`oracle`, `oracle enclave`), seconds. Other systems than Linux tell it of this
 * process alone.
 */
export function processorSeconds(): Map<string, number> {
  const own = process.cpuUsage()
  const all = new Map([['own', (own.user + own.system) / 1e6]])
  for (const { pid, seconds } of descendants('stat', readStat)) {
    const name = nameOf(pid)
    all.set(name, (all.get(name) ?? 0) + seconds)
  }
  return all
}

/** `apps/oracle/src/enclave/main.ts` is `oracle enclave`; other programs go by their file. */
function nameOf(pid: number): string {
  let line: string
  try {
    line = readFileSync(`/proc/${pid}/cmdline`, 'utf8')
  } catch {
    return 'ended'
  }
  const [, app, part] = /apps\/(\w+)\/src\/(?:(\w+)\/)?main\.ts/.exec(line) ?? []
  return app === undefined ? basename(line.split('\0')[0] ?? '') : [app, part].join(' ').trim()
}

/** Processor time of all that this process has started and that has ended, seconds; Linux only. */
export function endedSeconds(): number | undefined {
  if (process.platform !== 'linux') return undefined
  const fields = fieldsOf(readFileSync('/proc/self/stat', 'utf8'))
  const ticks = (fields[CHILD_USER] as number) + (fields[CHILD_SYSTEM] as number)
  return ticks / TICKS_A_SECOND
}

function readStat(text: string): { pid: number; parent: number; seconds: number } {
  const fields = fieldsOf(text)
  const ticks = (fields[USER] as number) + (fields[SYSTEM] as number)
  const pid = Number.parseInt(text, 10)
  return { pid, parent: fields[PARENT] as number, seconds: ticks / TICKS_A_SECOND }
}

/** The name of the program may hold blanks and brackets; what is behind it does not. */
function fieldsOf(text: string): number[] {
  return text
    .slice(text.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number)
}
