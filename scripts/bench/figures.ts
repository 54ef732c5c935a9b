import type { Figure } from '@ambrosia/testing/Figure'

export type BenchOptions = {
  /** Input size asked for by --size; undefined for the benchmark's own. */
  sizeBytes: number | undefined
  /** The name asked for, so that a benchmark may measure only those figures. */
  only: string
}

export type BenchModule = {
  name: string
  figures?: readonly string[]
  run: (options: BenchOptions) => Promise<{ figures: Figure[] }>
}

export type Benchmark = Required<BenchModule> & { path: string; file: string }

export function isBenchmark(module: unknown): module is BenchModule {
  const { name, run } = module as Partial<BenchModule>
  return typeof name === 'string' && typeof run === 'function'
}

/**
 * True when the figure's name is the wanted one or below it: `settle` holds `settle.one`, not
 * `settlement`.
 */
export function matchesFigure(figure: string, wanted: string): boolean {
  return figure === wanted || figure.startsWith(`${wanted}.`)
}

/** What is wrong with a figure that a benchmark gave, or null. */
export function problemOfFigure(figure: Figure): string | null {
  if (!/^[\w-]+(\.[\w-]+)+$/.test(figure.name)) return `${figure.name}: a name is dotted words`
  if (!Number.isFinite(figure.value)) return `${figure.name}: the value is not a finite number`
  if (typeof figure.unit !== 'string' || figure.unit === '') return `${figure.name}: no unit`
  if (figure.ratio !== null && !(Number.isFinite(figure.ratio) && figure.ratio >= 0)) {
    return `${figure.name}: the ratio is not a finite number`
  }
  return null
}

const UNITS: Readonly<Record<string, number>> = { '': 1, B: 1, kB: 1e3, MB: 1e6, GB: 1e9 }

/** Bytes of a size such as 100MB or 1.5GB (powers of ten), or null. */
export function parseSize(text: string): number | null {
  const match = /^(\d+(?:\.\d+)?)\s*(B|kB|MB|GB|)$/i.exec(text)
  const unit = Object.keys(UNITS).find((name) => name.toLowerCase() === match?.[2]?.toLowerCase())
  if (match === null || unit === undefined) return null
  const sizeBytes = Math.round(Number(match[1]) * (UNITS[unit] as number))
  return sizeBytes > 0 && Number.isSafeInteger(sizeBytes) ? sizeBytes : null
}

/** The figures as an aligned table. */
export function figuresTable(figures: readonly Figure[]): string {
  const rows = figures.map(({ name, value, unit, against, ratio }) => [
    name,
    `${round(value)} ${unit}`,
    against === null ? '' : String(against),
    ratio === null ? '' : `${round(ratio)} x`,
  ])
  const header = ['figure', 'value', 'against', 'ratio']
  const widths = header.map((title, i) =>
    Math.max(title.length, ...rows.map((row) => (row[i] as string).length)),
  )
  const line = (row: readonly string[]) =>
    row.map((cell, i) => cell.padEnd(widths[i] as number)).join('  ')
  return [header, ...rows].map((row) => `${line(row).trimEnd()}\n`).join('')
}

function round(value: number): string {
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 1 ? 2 : 4
  return String(Number(value.toFixed(digits)))
}
