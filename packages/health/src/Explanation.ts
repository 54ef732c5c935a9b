import { toHex } from '@ambrosia/primitives/Bytes'
import { NumberToken, type Value } from '@ambrosia/primitives/CanonicalJson'
import { sha256 } from '@ambrosia/primitives/Hash'
import type { ClaimProfile, ClaimRule } from './ClaimProfile.ts'
import * as Claims from './Claims.ts'
import { childrenOf, codesOf, dateOf, isObject, memberOf, type Resource } from './Resource.ts'
import { createSession } from './safe-harbor/deidentify.ts'

/**
 * Where each claim of a record comes from and why other elements did not count, for the eye of a
 * clinician: by the same functions as an issuer's, with the resources of the file by their own
 * names.
 */
export type Explanation = {
  readonly profile: string
  readonly form: 'safe-harbor' | 'identified'
  /** ISO 8601 date. */
  readonly asOf: string
  /** Resources of the file, and how many of them are in the form. */
  readonly resources: number
  readonly inForm: number
  /** Observations without any LOINC code, which no claim can come from. */
  readonly uncoded: number
  readonly claims: readonly ExplainedClaim[]
}

export type ExplainedClaim = {
  /** Name of the rule; its claims have names that begin so. */
  readonly claim: string
  readonly values: Readonly<Record<string, string | number>>
  /** The values as a person says them, such as `5.1 %`; empty without values. */
  readonly inWords: string
  readonly from: readonly Shown[]
  readonly others: readonly (Shown & { readonly why: string })[]
}

/** An element of the record. */
export type Shown = {
  /** Position of the resource in the file. */
  readonly index: number
  /** Such as `Observation/o1`. */
  readonly resource: string
  readonly path: string
  /** What it says, such as `HbA1c 12.9 %, 2025`. */
  readonly says: string
}

export function explain(
  resources: readonly Resource[],
  options: { profile: ClaimProfile; form: Explanation['form']; asOf: Date },
): Explanation {
  const { profile, form, asOf } = options
  const shown = form === 'identified' ? resources.map(toPair) : inSafeHarborForm(resources, asOf)
  const evidence = Claims.explain(
    shown.map(({ signed }) => signed),
    profile,
    { asOf },
  )
  const show = ({ index, path }: Claims.Place): Shown => toShown(shown[index] as Pair, path)
  return {
    profile: profile.name,
    form,
    asOf: asOf.toISOString().slice(0, 10),
    resources: resources.length,
    inForm: shown.length,
    uncoded: shown.filter(({ signed }) => isUncoded(signed)).length,
    claims: evidence.map(({ claim, values, from, others }, i) => ({
      claim,
      values,
      inWords: inWords(profile.claims[i] as ClaimRule, values),
      from: from.map(show),
      others: others.map((other) => ({ ...show(other), why: other.why })),
    })),
  }
}

function isUncoded(resource: Resource): boolean {
  if (resource.type !== 'Observation') return false
  return !codesOf(resource).some(({ system }) => system === 'http://loinc.org')
}

/** A resource of the file, and the form of it that is signed. */
type Pair = { readonly index: number; readonly source: Resource; readonly signed: Resource }

function toPair(resource: Resource, index: number): Pair {
  return { index, source: resource, signed: resource }
}

function inSafeHarborForm(resources: readonly Resource[], asOf: Date): Pair[] {
  const rekey = (type: string, id: string): string =>
    toHex(sha256(new TextEncoder().encode(`explain ${type} ${id}`))).slice(2, 34)
  const session = createSession({ rekey, asOf })
  for (const resource of resources) session.add(resource)
  return resources.flatMap((source, index) => {
    const signed = session.clean(source)
    return signed === undefined ? [] : [{ index, source, signed }]
  })
}

function toShown({ index, source, signed }: Pair, path: string): Shown {
  const at = /\.component\[(\d+)\]/.exec(path)
  const part = (resource: Resource): Value =>
    at === null
      ? resource.value
      : (childrenOf(resource.value, 'component')[Number(at[1])] ?? resource.value)
  const says = [
    [nameOf(part(source)), quantityOf(part(signed))].filter((one) => one !== '').join(' '),
    dateOf(signed) ?? '',
  ]
  return {
    index,
    resource: `${source.type}/${source.id}`,
    path,
    says: says.filter((one) => one !== '').join(', '),
  }
}

/** What the hospital calls it: the text of its code, else of its first coding. */
function nameOf(holder: Value): string {
  const concept = memberOf(holder, 'code')
  const texts = [
    memberOf(concept, 'text'),
    ...childrenOf(concept ?? null, 'coding').flatMap((coding) => [
      memberOf(coding, 'display'),
      memberOf(coding, 'code'),
    ]),
  ]
  return String(texts.find((text) => typeof text === 'string') ?? '')
}

function quantityOf(holder: Value): string {
  const quantity = memberOf(holder, 'valueQuantity')
  if (!isObject(quantity) || !(quantity['value'] instanceof NumberToken)) return ''
  const { comparator, value, unit, code } = quantity
  return [comparator, value.text, unit ?? code].filter((one) => one !== undefined).join(' ')
}

function inWords(rule: ClaimRule, values: Readonly<Record<string, string | number>>): string {
  if (rule.kind !== 'measurement') return Object.values(values).join(', ')
  const number = (end: string, sign: string): string[] => {
    const value = values[rule.claim + end]
    return typeof value === 'number'
      ? [`${sign}${(value / 10 ** rule.scale).toFixed(rule.scale)} ${rule.unit}`]
      : []
  }
  const parts = [
    ...number('', ''),
    ...number('AtLeast', 'at least '),
    ...number('AtMost', 'at most '),
  ]
  const year = values[`${rule.claim}Year`]
  return parts.length === 0 ? '' : `${parts.join(', ')}, ${year}`
}

/** Candidates with one reason that are named; more are counted. */
const NAMED_COUNT = 3

/** The explanation as lines of text; `isWhole` names every candidate, and claims without any. */
export function toLines(explanation: Explanation, isWhole = false): string[] {
  const { profile, form, asOf, resources, inForm, uncoded, claims } = explanation
  const left = resources - inForm
  return [
    `Claims of ${profile} as of ${asOf}, ${form} form, from ${resources} resources.`,
    ...(left === 0 ? [] : [`${left} of them are not in that form.`]),
    ...(uncoded === 0
      ? []
      : [`${uncoded} Observations have no LOINC code: no claim comes from them.`]),
    ...claims.flatMap((claim) => linesOf(claim, isWhole)),
  ]
}

function linesOf(claim: ExplainedClaim, isWhole: boolean): string[] {
  const { values, from, others } = claim
  const isEmpty = Object.keys(values).length === 0 && others.length === 0
  if (isEmpty && !isWhole) return []
  return [
    '',
    headOf(claim),
    ...distinct(from.map((one) => `  from  ${placeText(one)}`)),
    ...othersOf(others, isWhole),
  ]
}

function headOf({ claim, values, inWords }: ExplainedClaim): string {
  const signed = Object.entries(values).map(([name, value]) => `${name} ${value}`)
  return signed.length === 0
    ? `${claim}: no claim`
    : `${claim}: ${inWords} (signed as ${signed.join(', ')})`
}

function othersOf(others: ExplainedClaim['others'], isWhole: boolean): string[] {
  const byReason = new Map<string, Shown[]>()
  for (const other of others) {
    const known = byReason.get(other.why)
    if (known === undefined) byReason.set(other.why, [other])
    else known.push(other)
  }
  return [...byReason].flatMap(([why, places]) => {
    const isNamed = isWhole || places.length <= NAMED_COUNT
    if (!isNamed) return [`  not   ${places.length} others: ${why}`]
    return distinct(places.map((one) => `  not   ${placeText(one)}: ${why}`))
  })
}

function placeText({ resource, path, says }: Shown): string {
  const element = path.replace(/^[A-Za-z]+\.?/, '')
  return `${resource}${element === '' ? '' : ` ${element}`}${says === '' ? '' : ` (${says})`}`
}

function distinct(lines: readonly string[]): string[] {
  return [...new Set(lines)]
}
