import type { ClaimProfile, ClaimRule } from './ClaimProfile.ts'
import { bandOfBirthYear } from './claims/bandOfBirthYear.ts'
import { scaleDecimal } from './claims/scaleDecimal.ts'
import * as Predicate from './Predicate.ts'
import type { FhirResource, Resource } from './Resource.ts'
import { PERIOD_ELEMENTS } from './resource/periodElements.ts'

/** Flat claims: integers and texts only. */
export type Claims = Record<string, string | number>

export type Options = {
  /** Dates after it don't count, and ages are as of it. */
  asOf: Date
}

/** An element that a claim's path selected, with what says when it was. */
type Item = { value: unknown; date: string; extensions: string[] }

/** The engine's node: its data, what stands beside a primitive, and the way up to its resource. */
type EngineNode = {
  data?: unknown
  _data?: { extension?: { url?: string }[] } | null
  parentResNode?: EngineNode | null
}

/**
 * The claims of a record by a profile; a claim without a value is absent. The same resources give the same claims whatever their
 * order. @throws Predicate.TooMuchWork
 */
export function derive(
  resources: readonly Resource[],
  profile: ClaimProfile,
  options: Options,
): Claims {
  const bundle = Predicate.bundleOf(resources)
  const paths = new Map<string, Item[]>()
  const claims: Claims = {}
  for (const rule of profile.claims) {
    if (rule.kind === 'constant') {
      if (rule.value !== undefined) claims[rule.claim] = rule.value
      continue
    }
    let items = paths.get(rule.fhirPath)
    if (!items) {
      items = itemsOf(rule.fhirPath, bundle, options)
      paths.set(rule.fhirPath, items)
    }
    apply(rule, items, options, claims)
  }
  return claims
}

function itemsOf(fhirPath: string, bundle: FhirResource, options: Options): Item[] {
  const predicate = Predicate.compile(fhirPath)
  const nodes = predicate.run(bundle, options) as (EngineNode | string)[]
  return nodes.map((node) =>
    typeof node === 'object' && node !== null && 'data' in node
      ? { value: node.data, date: dateOf(node), extensions: extensionsOf(node) }
      : { value: node, date: '', extensions: [] },
  )
}

function extensionsOf(node: EngineNode): string[] {
  return (node._data?.extension ?? []).flatMap(({ url }) => url ?? [])
}

/** The first clinical date of the resource that holds the node, empty where there is none. */
function dateOf(node: EngineNode): string {
  for (let at: EngineNode | null | undefined = node; at; at = at.parentResNode) {
    const data = at.data as FhirResource | undefined
    if (data === null || typeof data !== 'object' || data.resourceType === undefined) continue
    for (const element of PERIOD_ELEMENTS) {
      const value = data[element]
      if (typeof value === 'string') return value
      const start = (value as { start?: unknown } | undefined)?.start
      if (typeof start === 'string') return start
    }
    return ''
  }
  return ''
}

function apply(rule: ClaimRule, items: readonly Item[], options: Options, claims: Claims): void {
  switch (rule.kind) {
    case 'count':
      claims[rule.claim] = items.length
      break
    case 'boolean':
      claims[rule.claim] = items.length > 0 ? 1 : 0
      break
    case 'band': {
      const band = bandOf(rule, items[0], options.asOf)
      if (band !== undefined) claims[rule.claim] = band
      break
    }
    case 'code':
      applyCode(rule, items, claims)
      break
    case 'scaledInteger': {
      const item = latest(rule, items, options)
      const scaled = item && scaleDecimal(String((item.value as Quantity).value), rule.scale ?? 0)
      if (scaled !== undefined) claims[rule.claim] = scaled
      break
    }
    case 'year': {
      const item = latest(rule, items, options)
      if (item) claims[rule.claim] = Number(item.date.slice(0, 4))
      break
    }
    case 'constant':
      break
  }
}

function bandOf(rule: ClaimRule, item: Item | undefined, asOf: Date): string | undefined {
  const width = rule.width ?? 5
  const isOldest = rule.oldest !== undefined && item?.extensions.includes(rule.oldest) === true
  const year = isOldest ? asOf.getUTCFullYear() - 90 : Number(String(item?.value).slice(0, 4))
  return bandOfBirthYear(year, width, asOf)
}

type Quantity = { value?: unknown; code?: unknown; unit?: unknown }

/** The quantity in the rule's unit with the latest date up to asOf; of several at one time the largest, so that order can't matter. */
function latest(rule: ClaimRule, items: readonly Item[], options: Options): Item | undefined {
  const until = options.asOf.toISOString()
  let best: Item | undefined
  for (const item of items) {
    const quantity = item.value as Quantity | undefined
    if (typeof quantity?.value !== 'number') continue
    if (rule.unit !== undefined && !isUnit(quantity, rule.unit)) continue
    if (!/^\d{4}/.test(item.date)) continue
    if (instantOf(item.date) > instantOf(until)) continue
    if (best === undefined || isAfter(item, best)) best = item
  }
  return best
}

function isAfter(a: Item, b: Item): boolean {
  const difference = instantOf(a.date) - instantOf(b.date)
  if (difference !== 0) return difference > 0
  return ((a.value as Quantity).value as number) > ((b.value as Quantity).value as number)
}

/** Milliseconds of a FHIR date or dateTime; a partial date is its first instant in UTC. */
function instantOf(date: string): number {
  return date.includes('T') ? Date.parse(date) : Date.parse(`${date.slice(0, 10)}`)
}

function isUnit(quantity: Quantity, unit: string): boolean {
  const given = quantity.code ?? quantity.unit
  return typeof given === 'string' && withoutAnnotations(given) === withoutAnnotations(unit)
}

/** UCUM annotations in braces carry no meaning (UCUM, section 6): mL/min/{1.73_m2} is mL/min. */
function withoutAnnotations(unit: string): string {
  return unit.replace(/\/?\{[^}]*\}/g, '')
}

type Coding = { system?: unknown; code?: unknown }

function applyCode(rule: ClaimRule, items: readonly Item[], claims: Claims): void {
  const dates = new Map<string, number>()
  for (const { value, date } of items) {
    const code = codeOf(value, rule.system)
    if (code === undefined) continue
    const at = date === '' ? Number.NEGATIVE_INFINITY : instantOf(date)
    dates.set(code, Math.max(dates.get(code) ?? Number.NEGATIVE_INFINITY, at))
  }
  const first = rule.first ?? []
  const rank = (code: string): number => (first.includes(code) ? first.indexOf(code) : first.length)
  const codes = [...dates.keys()].sort((a, b) => {
    if (rank(a) !== rank(b)) return rank(a) - rank(b)
    const [dateA, dateB] = [dates.get(a) as number, dates.get(b) as number]
    if (dateA !== dateB) return dateA > dateB ? -1 : 1
    return a < b ? -1 : 1
  })
  if (rule.count === undefined) {
    if (codes[0] !== undefined) claims[rule.claim] = codes[0]
    return
  }
  codes.slice(0, rule.count).forEach((code, i) => {
    claims[`${rule.claim}${i + 1}`] = code
  })
}

/** A primitive code has the system that its element is bound to; a coding must name it. */
function codeOf(value: unknown, system: string | undefined): string | undefined {
  if (typeof value === 'string') return value
  const coding = value as Coding | null
  if (coding === null || typeof coding !== 'object' || typeof coding.code !== 'string') {
    return undefined
  }
  return system === undefined || coding.system === system ? coding.code : undefined
}
