import { groupsOf } from './Groups.ts'
import { STANDINGS, type Standing, standingOf, USES } from './Meaning.ts'
import { period, type Resource } from './Resource.ts'

/**
 * What a data set holds, for whoever decides whether to use it. It holds counts and codes, no value
 * of a record.
 */
export type DataSetCard = {
  version: 1
  title: string
  /** ISO 8601. */
  createdAt: string
  records: number
  resources: number
  startYear: number
  endYear: number
  types: { type: string; resources: number; records: number }[]
  codes: {
    type: string
    system: string
    code: string
    resources: number
    records: number
    startYear: number
    endYear: number
  }[]
  /** Resources by how far they can be relied on (docs/spec/health.md, "What a resource means"). */
  standings: Partial<Record<Standing, number>>
  /** CSV cells with an apostrophe before a text that a spreadsheet would run. */
  neutralisedCells: number
  quality: { minimum: number; median: number; maximum: number } | undefined
  terms: Readonly<Record<string, string>>
  proof: Readonly<Record<string, string>>
}

export type Input = {
  title: string
  /** The resources of each person. */
  records: readonly (readonly Resource[])[]
  asOf: Date
  /** CSV cells that were neutralised. */
  neutralisedCells?: number
  /** A record's score each, where they were scored. */
  scores?: readonly number[]
  /** Terms of use: purpose, end, resale, … */
  terms?: Readonly<Record<string, string>>
  /** Where the proof is: deal, transaction, certificate digest, issuer, … */
  proof?: Readonly<Record<string, string>>
}

/** The card of a data set. The same records give the same card in whatever order. */
export function create(input: Input): DataSetCard {
  const types = new Map<string, { resources: number; records: number }>()
  const codes = new Map<string, DataSetCard['codes'][number]>()
  const years: number[] = []
  for (const record of input.records) {
    for (const type of new Set(record.map((resource) => resource.type))) {
      const row = types.get(type) ?? { resources: 0, records: 0 }
      row.resources += record.filter((resource) => resource.type === type).length
      row.records++
      types.set(type, row)
    }
    const seen = new Set<string>()
    for (const group of groupsOf(record)) addGroup(codes, group, seen)
    for (const resource of record) {
      const dates = period(resource)
      if (dates) years.push(dates.startYear, dates.endYear)
    }
  }
  const scores = [...(input.scores ?? [])].sort((a, b) => a - b)
  return {
    version: 1,
    title: input.title,
    createdAt: input.asOf.toISOString(),
    records: input.records.length,
    resources: input.records.reduce((sum, record) => sum + record.length, 0),
    startYear: years.length === 0 ? 0 : Math.min(...new Set(years)),
    endYear: years.length === 0 ? 0 : Math.max(...new Set(years)),
    types: [...types]
      .map(([type, row]) => ({ type, ...row }))
      .sort((a, b) => (a.type < b.type ? -1 : 1)),
    codes: [...codes].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row),
    standings: standingsOf(input.records.flat()),
    neutralisedCells: input.neutralisedCells ?? 0,
    quality:
      scores.length === 0
        ? undefined
        : {
            minimum: scores[0] as number,
            median: scores[Math.floor((scores.length - 1) / 2)] as number,
            maximum: scores.at(-1) as number,
          },
    terms: input.terms ?? {},
    proof: input.proof ?? {},
  }
}

function standingsOf(resources: readonly Resource[]): DataSetCard['standings'] {
  const counts: DataSetCard['standings'] = {}
  for (const resource of resources) {
    const standing = standingOf(resource)
    counts[standing] = (counts[standing] ?? 0) + 1
  }
  return Object.fromEntries(
    STANDINGS.flatMap((standing) =>
      counts[standing] === undefined ? [] : [[standing, counts[standing]]],
    ),
  )
}

function addGroup(
  codes: Map<string, DataSetCard['codes'][number]>,
  group: ReturnType<typeof groupsOf>[number],
  seen: Set<string>,
): void {
  if (group.code === '') return
  const { system, code } = group
  const type = group.class.replace(/\+.*$/, '')
  const key = JSON.stringify([type, system, code])
  const row = codes.get(key) ?? {
    type,
    system,
    code,
    resources: 0,
    records: 0,
    startYear: 0,
    endYear: 0,
  }
  row.resources += group.indexes.length
  // A record has several groups of a code where some of its resources carry labels.
  if (!seen.has(key)) row.records++
  seen.add(key)
  if (group.startYear !== 0) {
    row.startYear = row.startYear === 0 ? group.startYear : Math.min(row.startYear, group.startYear)
    row.endYear = Math.max(row.endYear, group.endYear)
  }
  codes.set(key, row)
}

/** The card as Markdown. */
export function toMarkdown(card: DataSetCard): string {
  const lines = [
    `# ${cell(card.title)}`,
    '',
    `${card.records} records with ${card.resources} resources, ${periodText(card.startYear, card.endYear)}; made ${card.createdAt}.`,
    '',
    '| type | resources | records |',
    '| --- | --- | --- |',
    ...card.types.map((row) => `| ${row.type} | ${row.resources} | ${row.records} |`),
    '',
    '## Codes',
    '',
    '| type | system | code | resources | records | years |',
    '| --- | --- | --- | --- | --- | --- |',
    ...card.codes.map(
      (row) =>
        `| ${row.type} | ${cell(row.system)} | ${cell(row.code)} | ${row.resources} | ${row.records} | ${periodText(row.startYear, row.endYear)} |`,
    ),
    '',
    ...standingLines(card.standings),
    ...formulaLines(card.neutralisedCells),
    '## Quality',
    '',
    card.quality === undefined
      ? 'Not scored.'
      : `Score of the records, 0 to 100: lowest ${card.quality.minimum}, median ${card.quality.median}, highest ${card.quality.maximum}.`,
    '',
    ...section('Terms', card.terms),
    ...section('Proof', card.proof),
  ]
  return `${lines.join('\n').trimEnd()}\n`
}

/** What a reader must not take for a fact. */
function standingLines(standings: DataSetCard['standings']): string[] {
  const lines = STANDINGS.flatMap((standing) => {
    const { sentence } = USES[standing]
    const count = standings[standing]
    return sentence === undefined || count === undefined
      ? []
      : [`- ${count} resources ${sentence} (${standing})`]
  })
  return lines.length === 0 ? [] : ['## Not facts', '', ...lines, '']
}

function formulaLines(count: number): string[] {
  if (count === 0) return []
  return [
    '## Formulas',
    '',
    `${count} text cells of the CSV files have an apostrophe before them, since a spreadsheet would run what follows as a formula. Without it they are as in the record; Parquet, NDJSON and Bundle have them so.`,
    '',
  ]
}

function section(title: string, entries: Readonly<Record<string, string>>): string[] {
  const rows = Object.entries(entries).map(([name, text]) => `- ${cell(name)}: ${cell(text)}`)
  return rows.length === 0 ? [] : [`## ${title}`, '', ...rows, '']
}

function periodText(startYear: number, endYear: number): string {
  if (startYear === 0) return 'undated'
  return startYear === endYear ? String(startYear) : `${startYear} to ${endYear}`
}

/** Codes and terms come from elsewhere: what would break a table or make markup is neutralised. */
function cell(text: string): string {
  return text.replace(/\s+/g, ' ').replace(/[\\|<>`*_[\]]/g, '\\$&')
}
