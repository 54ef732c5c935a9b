import { type FhirResource, type Resource, toPlain } from '@ambrosia/health/Resource'

/** A record as a person reads one. */
export type RecordChart = {
  counts: { type: string; count: number }[]
  conditions: Entry[]
  medications: Entry[]
  others: Entry[]
  series: Series[]
  years: { year: string; count: number }[]
}

export type Entry = { type: string; name: string; detail: string; date: string }
export type Series = {
  name: string
  unit: string
  low?: number
  high?: number
  points: { date: string; value: number }[]
}

/** How much a series has to show: one that never changes comes last. */
const variety = ({ points }: Series): number => new Set(points.map(({ value }) => value)).size

type Json = Record<string, unknown>
type Names = Readonly<Record<string, string>>

/** Texts of a record are shown as texts, never as markup; a hostile one is only a strange name. */
export function toChart(
  resources: readonly Resource[],
  names: Readonly<Record<string, string>>,
): RecordChart {
  const counts = new Map<string, number>()
  const years = new Map<string, number>()
  const series = new Map<string, Series>()
  const chart: RecordChart = {
    counts: [],
    conditions: [],
    medications: [],
    others: [],
    series: [],
    years: [],
  }
  for (const resource of resources) {
    const plain = toPlain(resource)
    counts.set(resource.type, (counts.get(resource.type) ?? 0) + 1)
    const date = dateOf(plain)
    if (date !== '') years.set(date.slice(0, 4), (years.get(date.slice(0, 4)) ?? 0) + 1)
    if (resource.type === 'Observation' && addPoint(series, plain, date, names)) continue
    const entry = {
      type: resource.type,
      name: nameOf(plain, names),
      detail: detailOf(plain, names),
      date,
    }
    if (resource.type === 'Condition') chart.conditions.push(entry)
    else if (resource.type.startsWith('Medication')) chart.medications.push(entry)
    else if (resource.type !== 'Patient') chart.others.push(entry)
  }
  const newestFirst = (a: Entry, b: Entry): number => b.date.localeCompare(a.date)
  return {
    counts: [...counts].map(([type, count]) => ({ type, count })).sort((a, b) => b.count - a.count),
    conditions: chart.conditions.sort(newestFirst),
    medications: chart.medications.sort(newestFirst),
    others: chart.others.sort(newestFirst),
    series: [...series.values()]
      .map((one) => ({ ...one, points: one.points.sort((a, b) => a.date.localeCompare(b.date)) }))
      .sort((a, b) => variety(b) - variety(a)),
    years: [...years]
      .map(([year, count]) => ({ year, count }))
      .sort((a, b) => a.year.localeCompare(b.year)),
  }
}

function addPoint(
  series: Map<string, Series>,
  plain: FhirResource,
  date: string,
  names: Names,
): boolean {
  const quantity = plain['valueQuantity'] as Json | undefined
  const value = Number(quantity?.['value'])
  if (quantity === undefined || !Number.isFinite(value) || date === '') return false
  const name = nameOf(plain, names)
  const unit = text(quantity['unit'] ?? quantity['code'])
  const key = `${name}\n${unit}`
  const [range] = list(plain['referenceRange'])
  const low = bound(range, 'low')
  const high = bound(range, 'high')
  const one: Series = series.get(key) ?? {
    name,
    unit,
    points: [],
    ...(low === undefined ? {} : { low }),
    ...(high === undefined ? {} : { high }),
  }
  one.points.push({ date, value })
  series.set(key, one)
  return true
}

function bound(range: Json | undefined, side: string): number | undefined {
  const value = Number((range?.[side] as Json | undefined)?.['value'])
  return Number.isFinite(value) ? value : undefined
}

const DATES = [
  'effectiveDateTime',
  'onsetDateTime',
  'authoredOn',
  'performedDateTime',
  'occurrenceDateTime',
  'recordedDate',
  'issued',
  'date',
  'created',
]

function dateOf(plain: FhirResource): string {
  for (const name of DATES) if (typeof plain[name] === 'string') return plain[name].slice(0, 10)
  for (const name of ['period', 'effectivePeriod', 'performedPeriod', 'billablePeriod']) {
    const start = (plain[name] as Json | undefined)?.['start']
    if (typeof start === 'string') return start.slice(0, 10)
  }
  return ''
}

const CODED = ['code', 'medicationCodeableConcept', 'vaccineCode', 'type', 'category', 'class']

function nameOf(plain: FhirResource, names: Names): string {
  for (const name of CODED) {
    const found = conceptText(plain[name], names)
    if (found !== '') return found
  }
  return plain.resourceType
}

function detailOf(plain: FhirResource, names: Names): string {
  const quantity = plain['valueQuantity'] as Json | undefined
  if (quantity) return `${text(quantity['value'])} ${text(quantity['unit'])}`.trim()
  const [dosage] = list(plain['dosageInstruction'])
  return (
    conceptText(plain['valueCodeableConcept'], names) ||
    text(dosage?.['text']) ||
    conceptText(plain['clinicalStatus'], names) ||
    text(plain['status'])
  )
}

function conceptText(value: unknown, names: Names): string {
  const [concept] = Array.isArray(value) ? (value as Json[]) : [value as Json | undefined]
  if (typeof concept !== 'object' || concept === null) return ''
  const [coding] = list(concept['coding'])
  const code = text(coding?.['code'])
  const given = text(concept['text']) || text(coding?.['display'])
  if (given !== '') return given
  const known = Object.hasOwn(names, code) ? names[code] : undefined
  return known ?? (code || text(concept['display']) || text(concept['code']))
}

/**
 * What the codes of a Bundle are called in it. Safe Harbor takes the names away, since anybody may
 * write anything there.
 */
export function namesOf(resources: readonly Resource[]): Record<string, string> {
  const names: Record<string, string> = {}
  const visit = (value: unknown, depth: number): void => {
    if (typeof value !== 'object' || value === null || depth > 12) return
    const { code, display, coding, text: words } = value as Json
    if (typeof code === 'string' && typeof display === 'string') names[code] = display.slice(0, 120)
    const [first] = list(coding)
    if (typeof words === 'string' && typeof first?.['code'] === 'string')
      names[first['code']] ??= words.slice(0, 120)
    for (const child of Object.values(value)) visit(child, depth + 1)
  }
  for (const resource of resources) visit(toPlain(resource), 0)
  return names
}

function list(value: unknown): Json[] {
  return Array.isArray(value) ? (value as Json[]) : []
}

function text(value: unknown): string {
  if (typeof value === 'number') return String(value)
  return typeof value === 'string' ? value.slice(0, 300) : ''
}
