import { descendants } from './descendants.ts'

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
  const others = descendants('stat', readStat).map(({ seconds }) => seconds)
  return others.reduce((sum, seconds) => sum + seconds, (own.user + own.system) / 1e6)
}

function readStat(text: string): { parent: number; seconds: number } {
  // The name of the program may hold blanks and brackets; what is behind it does not.
  const fields = text
    .slice(text.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number)
  const ticks = (fields[USER] as number) + (fields[SYSTEM] as number)
  return { parent: fields[PARENT] as number, seconds: ticks / TICKS_A_SECOND }
}
