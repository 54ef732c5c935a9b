import type { Finding } from './Finding.ts'
import { standingOf, USES } from './Meaning.ts'
import { COMPLETENESS_ELEMENTS } from './quality/completenessElements.ts'
import { codesOf, memberOf, period, type Resource } from './Resource.ts'
import { CODE_SYSTEMS } from './resource/codeSystems.ts'
import { meets, type ResourceRule } from './Selection.ts'

/** The score of a record's data for a deal, integers only. `score` is the sum of the four parts. */
export type Score = {
  /** 0 to 100. */
  score: number
  /** 0 to 40: which elements are there, and which rules of the deal find something. */
  completeness: number
  /** 0 to 20: how long before asOf the data was made. */
  recency: number
  /** 0 to 30: how much is coded in a known code system. */
  coding: number
  /** 0 to 10: how many resources have no finding. */
  conformance: number
}

export type Options = {
  asOf: Date
  /** Findings of the checks over the same list of resources. */
  findings: readonly Finding[]
  /** What the deal asks for. */
  rules: readonly ResourceRule[]
}

/**
 * The score of resources, counted from asOf; the formula stands in docs/spec/health.md, "Quality
 * score".
 */
export function score(resources: readonly Resource[], options: Options): Score {
  const data = resources.filter((resource) => resource.type !== 'Patient')
  const parts = {
    completeness: completenessOf(data, resources, options.rules),
    recency: recencyOf(data, options.asOf),
    coding: codingOf(data),
    conformance: conformanceOf(resources, options.findings),
  }
  const sum = parts.completeness + parts.recency + parts.coding + parts.conformance
  return { score: sum, ...parts }
}

/**
 * 20 for the share of the elements expected of each type that are there, 20 for the share of the
 * deal's rules that match.
 */
function completenessOf(
  data: readonly Resource[],
  all: readonly Resource[],
  rules: readonly ResourceRule[],
): number {
  let expected = 0
  let present = 0
  for (const resource of data) {
    const isFact = counts(resource)
    for (const alternatives of COMPLETENESS_ELEMENTS[resource.type] ?? [['code']]) {
      expected++
      if (isFact && alternatives.some((element) => memberOf(resource.value, element) !== undefined))
        present++
    }
  }
  const matched = rules.filter((rule) => all.some((resource) => meets(resource, rule))).length
  return share(20, present, expected) + (rules.length === 0 ? 20 : share(20, matched, rules.length))
}

/**
 * Points of a resource by the full years between its last year and asOf; 2 are lost for each, none
 * are left after ten.
 */
function recencyOf(data: readonly Resource[], asOf: Date): number {
  const year = asOf.getUTCFullYear()
  let points = 0
  let dated = 0
  for (const resource of data) {
    const years = period(resource)
    if (!years) continue
    dated++
    const age = year - years.endYear
    // What is dated after asOf can't be right, so it earns nothing.
    if (age >= 0 && counts(resource)) points += Math.max(0, 20 - 2 * age)
  }
  return dated === 0 ? 0 : Math.floor(points / dated)
}

function codingOf(data: readonly Resource[]): number {
  const coded = data.filter(
    (resource) =>
      counts(resource) && codesOf(resource).some((code) => CODE_SYSTEMS.has(code.system)),
  )
  const codable = data.filter((resource) => resource.type !== 'Practitioner')
  return share(30, coded.length, codable.length)
}

/**
 * What is not so, not yet so, taken back or unclear earns nothing, and is part of the whole all the
 * same.
 */
function counts(resource: Resource): boolean {
  return USES[standingOf(resource)].score
}

function conformanceOf(resources: readonly Resource[], findings: readonly Finding[]): number {
  const faulty = new Set(findings.map((finding) => finding.resourceIndex))
  return share(10, resources.length - faulty.size, resources.length)
}

/** `points` times part/whole, rounded down; nothing out of nothing is 0. */
function share(points: number, part: number, whole: number): number {
  return whole === 0 ? 0 : Math.floor((points * Math.max(0, part)) / whole)
}
