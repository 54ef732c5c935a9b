import { toDecimal } from '@ambrosia/primitives/Units'

/** What the demonstration prints: one line a step, with the figures of this run. Silent under `--json`. */
export type Screen = {
  line(label: string, text: string, figures?: string): void
  plain(text: string): void
}

const LABEL_WIDTH = 12
const FIGURES_COLUMN = 96

export function createScreen(isSilent: boolean): Screen {
  const print = (text: string): void => {
    if (!isSilent) process.stdout.write(`${text}\n`)
  }
  return {
    line: (label, text, figures = '') => {
      const left = `${label.padEnd(LABEL_WIDTH)}${text}`
      print(figures === '' ? left : `${left.padEnd(FIGURES_COLUMN)}  ${figures}`)
    },
    plain: print,
  }
}

const SHOWN_UNIT = 10n ** 12n

/** "4.75" MED of an amount in its smallest unit, to the nearest millionth. */
export function med(amount: bigint): string {
  return toDecimal(((amount + SHOWN_UNIT / 2n) / SHOWN_UNIT) * SHOWN_UNIT)
}

export function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`
}

export function size(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`
  return bytes < 1_000_000
    ? `${Math.round(bytes / 1000)} kB`
    : `${(bytes / 1_000_000).toFixed(1)} MB`
}

export function short(hash: string): string {
  return `${hash.slice(0, 8)}…${hash.slice(-4)}`
}

export function count(value: number | bigint): string {
  return value.toString().replace(/\B(?=(\d{3})+(?!\d))/g, ',')
}
