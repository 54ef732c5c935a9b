import { readdirSync, readFileSync } from 'node:fs'

/**
 * Resident memory at its peak of the largest process among this one and those it has started, MB.
 * Other systems than Linux tell it of this process alone.
 */
export function peakMemoryMb(): number {
  const own = process.resourceUsage().maxRSS / 1024
  const family = familyOf(process.pid, readProcesses())
  return Math.max(own, ...family.map(({ peakMb }) => peakMb))
}

type Process = { pid: number; parent: number; peakMb: number }

function readProcesses(): Process[] {
  let names: string[]
  try {
    names = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  } catch {
    return []
  }
  return names.flatMap((name) => {
    try {
      const status = readFileSync(`/proc/${name}/status`, 'utf8')
      const numberOf = (key: string) =>
        Number(new RegExp(`^${key}:\\s+(\\d+)`, 'm').exec(status)?.[1])
      const peakMb = numberOf('VmHWM') / 1024
      return [{ pid: Number(name), parent: numberOf('PPid'), peakMb: peakMb || 0 }]
    } catch {
      // It ended meanwhile.
      return []
    }
  })
}

function familyOf(pid: number, all: readonly Process[]): Process[] {
  const children = all.filter(({ parent }) => parent === pid)
  return [...children, ...children.flatMap((child) => familyOf(child.pid, all))]
}
