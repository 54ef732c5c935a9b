import { readFileSync } from 'node:fs'

const MEMORY_EVERY_MS = 100

/** Watches the most memory of a process and its children, and the time that they work. */
export function watchProcess(pid: number) {
  const workedSec = workOf(pid)
  let memoryBytes = memoryOf(pid)
  const timer = setInterval(() => {
    memoryBytes = Math.max(memoryBytes, memoryOf(pid))
  }, MEMORY_EVERY_MS)
  return {
    stop: () => {
      clearInterval(timer)
      return { memoryBytes, workSec: workOf(pid) - workedSec }
    },
  }
}

/** Resident memory of a process and its children, bytes. */
function memoryOf(pid: number): number {
  return familyOf(pid)
    .map((one) => Number(/VmRSS:\s+(\d+) kB/.exec(readProc(`${one}/status`))?.[1] ?? 0) * 1024)
    .reduce((sum, bytes) => sum + bytes, 0)
}

/** Ticks of the clock that Linux counts work in, a second. */
const TICKS = 100

/** Processor time of a process and its children so far, seconds. */
function workOf(pid: number): number {
  const ticks = familyOf(pid).flatMap((one) => {
    // After the name in brackets, which may hold spaces: user and system time are the 12th and
    // 13th.
    const fields = readProc(`${one}/stat`).split(') ').at(-1)?.split(' ') ?? []
    return fields.slice(11, 13).map(Number)
  })
  return ticks.reduce((sum, count) => sum + count, 0) / TICKS
}

/** A process, its children, and theirs. */
function familyOf(pid: number): number[] {
  const children = readProc(`${pid}/task/${pid}/children`).split(' ').filter(Boolean)
  return [pid, ...children.flatMap((child) => familyOf(Number(child)))]
}

/** A file below /proc; empty where a process has ended meanwhile. @throws where there is none */
function readProc(path: string): string {
  try {
    return readFileSync(`/proc/${path}`, 'utf8')
  } catch (error) {
    if (process.platform !== 'linux') throw error
    return ''
  }
}
