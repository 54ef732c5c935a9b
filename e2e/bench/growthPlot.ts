import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

/** One size of the bench of growth. */
export type GrowthRow = {
  kind: 'records' | 'resources'
  size: number
  /** Seconds a record, or a resource. */
  secondsEach: number
  /** Gas a record. */
  gasEach: number
  /** Sealed bytes a record, or a resource. */
  bytesEach: number
  /** The largest process at its peak, MB. */
  memoryMb: number
}

type Measure = 'secondsEach' | 'gasEach' | 'bytesEach' | 'memoryMb'

const FOLDER = resolve(import.meta.dirname, '../../docs/figures')
const TITLES: Readonly<Record<Measure, (unit: string) => string>> = {
  secondsEach: (unit) => `seconds a ${unit}`,
  gasEach: () => 'gas a record',
  bytesEach: (unit) => `bytes a ${unit}`,
  memoryMb: () => 'largest process, MB',
}
const MEASURES = Object.keys(TITLES) as Measure[]
const [PANEL_WIDTH, PANEL_HEIGHT] = [230, 190]
const INSET = { left: 52, right: 14, top: 30, bottom: 34 }

/** Keeps what was measured beside what was measured before, and draws all of it. */
export function keepRows(rows: readonly GrowthRow[]): void {
  const path = join(FOLDER, 'growth.json')
  const known = existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as GrowthRow[]) : []
  const keyOf = ({ kind, size }: GrowthRow): string => `${kind} ${size}`
  const merged = new Map([...known, ...rows].map((row) => [keyOf(row), row]))
  const all = [...merged.values()].sort((a, b) => a.kind.localeCompare(b.kind) || a.size - b.size)
  mkdirSync(FOLDER, { recursive: true })
  writeFileSync(path, `${JSON.stringify(all, null, 2)}\n`)
  writeFileSync(join(FOLDER, 'growth.svg'), drawGrowth(all))
}

/**
 * A row of panels a kind, a panel a measure, with logarithmic axes: a flat line is what is hoped
 * for.
 */
export function drawGrowth(rows: readonly GrowthRow[]): string {
  const kinds = ['records', 'resources'] as const
  const [width, height] = [MEASURES.length * PANEL_WIDTH + 20, kinds.length * PANEL_HEIGHT + 20]
  const panels = kinds.flatMap((kind, row) =>
    MEASURES.map((measure, column) => {
      const at = `${column * PANEL_WIDTH + 10} ${row * PANEL_HEIGHT + 10}`
      const points = rows
        .filter((one) => one.kind === kind)
        .map((one) => ({ x: one.size, y: one[measure] }))
      const unit = kind === 'records' ? 'record' : 'resource'
      return `  <g transform="translate(${at})">\n${panel(TITLES[measure](unit), kind, points)}\n  </g>`
    }),
  )
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-labelledby="title" font-family="system-ui, sans-serif" font-size="11" fill="#334155">`,
    '  <title id="title">Growth of a sale: time, gas, bytes and memory by records and by resources</title>',
    `  <rect width="${width}" height="${height}" fill="#ffffff"/>`,
    ...panels,
    '</svg>',
    '',
  ].join('\n')
}

type Point = { x: number; y: number }

function panel(title: string, axis: string, points: readonly Point[]): string {
  const [innerWidth, innerHeight] = [
    PANEL_WIDTH - INSET.left - INSET.right,
    PANEL_HEIGHT - INSET.top - INSET.bottom,
  ]
  const xs = decadesOf(points.map(({ x }) => x))
  const ys = decadesOf(points.map(({ y }) => y))
  const place = ({ x, y }: Point) => ({
    x: INSET.left + innerWidth * shareOf(x, xs),
    y: INSET.top + innerHeight * (1 - shareOf(y, ys)),
  })
  const round = (value: number): string => value.toFixed(1)
  const placed = points.map(place)
  const line = placed.map(({ x, y }) => `${round(x)},${round(y)}`).join(' ')
  const ticks = [
    ...xs.map((x) => {
      const at = round(place({ x, y: ys[0] as number }).x)
      return `<text x="${at}" y="${PANEL_HEIGHT - 20}" text-anchor="middle">${label(x)}</text>`
    }),
    ...ys.map((y) => {
      const at = round(place({ x: xs[0] as number, y }).y)
      return `<path d="M${INSET.left} ${at} h${innerWidth}" stroke="#e2e8f0"/><text x="${INSET.left - 5}" y="${at}" dy="4" text-anchor="end">${label(y)}</text>`
    }),
  ]
  return [
    `<text x="${INSET.left}" y="16" font-weight="600">${title}</text>`,
    ...ticks,
    `<text x="${INSET.left + innerWidth / 2}" y="${PANEL_HEIGHT - 5}" text-anchor="middle">${axis}</text>`,
    `<polyline points="${line}" fill="none" stroke="#0f766e" stroke-width="2"/>`,
    ...placed.map(({ x, y }) => `<circle cx="${round(x)}" cy="${round(y)}" r="3" fill="#0f766e"/>`),
  ]
    .map((part) => `    ${part}`)
    .join('\n')
}

/** Powers of ten around the values, two at least. */
function decadesOf(values: readonly number[]): number[] {
  const logs = values.filter((value) => value > 0).map(Math.log10)
  const first = logs.length > 0 ? Math.floor(Math.min(...logs)) : 0
  const last = Math.max(first + 1, logs.length > 0 ? Math.ceil(Math.max(...logs)) : 0)
  return Array.from({ length: last - first + 1 }, (_, i) => 10 ** (first + i))
}

/** Where a value lies between the ends of a logarithmic axis, 0 to 1. */
function shareOf(value: number, decades: readonly number[]): number {
  const [first, last] = [Math.log10(decades[0] as number), Math.log10(decades.at(-1) as number)]
  return (Math.log10(Math.max(value, decades[0] as number)) - first) / (last - first)
}

function label(value: number): string {
  if (value >= 1e6) return `${value / 1e6}M`
  if (value >= 1e3) return `${value / 1e3}k`
  return String(Number(value.toPrecision(2)))
}
