import { readdirSync, readFileSync } from 'node:fs'

/**
 * What /proc says of each process that this one has started, directly or not, and that still runs.
 * Other systems than Linux tell nothing.
 * @param file below /proc/PID (proc(5))
 * @param read the process's parent, and what is wanted of it, from the file's text
 */
export function descendants<T extends { parent: number }>(
  file: 'stat' | 'status',
  read: (text: string) => T,
): T[] {
  const all = readProcesses(file, read)
  const below = (pid: number): T[] =>
    all
      .filter(({ process }) => process.parent === pid)
      .flatMap((child) => [child.process, ...below(child.pid)])
  return below(process.pid)
}

function readProcesses<T>(file: string, read: (text: string) => T): { pid: number; process: T }[] {
  let names: string[]
  try {
    names = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  } catch {
    return []
  }
  return names.flatMap((name) => {
    try {
      return [{ pid: Number(name), process: read(readFileSync(`/proc/${name}/${file}`, 'utf8')) }]
    } catch {
      // It ended meanwhile.
      return []
    }
  })
}
