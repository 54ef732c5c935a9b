import { readdirSync, readFileSync } from 'node:fs'

/** Of /proc/PID/stat: ticks in user and in system mode, and the parent (proc_pid_stat(5)). */
const [PARENT, USER, SYSTEM] = [1, 11, 12] as const
/** Of every Linux that Node runs on. */
const TICKS_A_SECOND = 100

/**
 * Processor time so far of this process and all that it has started and that still run, seconds.
 * Other systems than Linux tell it of this process alone.
 */
export function processorSeconds(): number {
  const own = process.cpuUsage()
  const all = readProcesses()
  const family = new Set([process.pid])
  let seconds = (own.user + own.system) / 1e6
  for (let size = 0; size !== family.size; ) {
    size = family.size
    for (const { pid, parent } of all) if (family.has(parent)) family.add(pid)
  }
  for (const one of all) if (family.has(one.pid) && one.pid !== process.pid) seconds += one.seconds
  return seconds
}

function readProcesses(): { pid: number; parent: number; seconds: number }[] {
  let names: string[]
  try {
    names = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  } catch {
    return []
  }
  return names.flatMap((name) => {
    try {
      const text = readFileSync(`/proc/${name}/stat`, 'utf8')
      // The name of the program may hold blanks and brackets; what is behind it does not.
      const fields = text
        .slice(text.lastIndexOf(')') + 2)
        .split(' ')
        .map(Number)
      const ticks = (fields[USER] as number) + (fields[SYSTEM] as number)
      return [
        { pid: Number(name), parent: fields[PARENT] as number, seconds: ticks / TICKS_A_SECOND },
      ]
    } catch {
      // It ended meanwhile.
      return []
    }
  })
}
