import { descendants } from './descendants.ts'

/**
 * Resident memory at its peak of the largest process among this one and those it has started, MB.
 * Other systems than Linux tell it of this process alone.
 */
export function peakMemoryMb(): number {
  const own = process.resourceUsage().maxRSS / 1024
  return Math.max(own, ...descendants('status', readStatus).map(({ peakMb }) => peakMb))
}

function readStatus(text: string): { parent: number; peakMb: number } {
  const numberOf = (key: string) => Number(new RegExp(`^${key}:\\s+(\\d+)`, 'm').exec(text)?.[1])
  return { parent: numberOf('PPid'), peakMb: numberOf('VmHWM') / 1024 || 0 }
}
