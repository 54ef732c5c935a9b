import type { Finding } from '../Finding.ts'
import type { FhirResource } from '../Resource.ts'
import { INVARIANTS, type Members } from './invariants.ts'
import { choiceKey, choiceTypes, type Member, memberIn } from './members.ts'
import { faultOf } from './primitiveForms.ts'
import { BINDINGS, REQUIRED, VALUE_SETS } from './rules.generated.ts'

/**
 * Rules of the FHIR R4 definitions that its JSON Schema leaves out: elements with a minimum of one
 * (the schema can't ask for them where an extension may stand instead), lists only where an element
 * repeats, one type only for a choice element, required value sets of concepts, the forms of dates,
 * integers, base64, references and narrative, and that nothing is empty or null.
 */

type Json = null | boolean | number | string | Json[] | { [key: string]: Json }
type Report = (path: string, rule: string, message: string) => void

const sets = new Map<string, ReadonlySet<string>>()
const codeSets = new Map<string, ReadonlySet<string>>()

/** Findings for one resource whose JSON Schema has none. */
export function checkRules(resource: FhirResource, resourceIndex: number): Finding[] {
  const findings: Finding[] = []
  const report: Report = (path, rule, message) =>
    findings.push({ resourceIndex, path, rule, message })
  visit(resource as Members, resource.resourceType, resource.resourceType, report)
  return findings
}

function visit(value: Members, type: string, at: string, report: Report): void {
  for (const name of REQUIRED[type] ?? []) {
    if (!isPresent(value, name, type)) {
      report(`${at}.${name.replace('[x]', '')}`, 'cardinality.required', 'is required and absent')
    }
  }
  let chosen: Set<string> | undefined
  for (const key in value) {
    if (key === 'resourceType') continue
    const item = value[key] as Json
    if (key.startsWith('_')) {
      visitCompanion(item, `${at}.${key}`, report)
      continue
    }
    const member = memberIn(type, key)
    if (member.choice !== undefined) {
      chosen ??= new Set()
      if (chosen.has(member.choice)) {
        report(`${at}.${member.choice}`, 'choice.single', 'has two types at once')
      }
      chosen.add(member.choice)
    }
    visitMember(item, member, `${at}.${key}`, `_${key}` in value, report)
  }
  for (const { key, holds } of INVARIANTS.get(type) ?? []) {
    if (!holds(value)) report(at, `invariant.${key}`, 'does not meet a constraint of its type')
  }
}

function visitMember(
  value: Json,
  member: Member,
  at: string,
  hasCompanion: boolean,
  report: Report,
): void {
  if (!Array.isArray(value)) {
    visitItem(value, member, at, report)
    return
  }
  if (!member.isRepeating) report(at, 'cardinality.single', 'is a list, and may be there once only')
  if (value.length === 0) report(at, 'element.empty', 'is a list without content')
  for (let i = 0; i < value.length; i++) {
    const item = value[i] as Json
    // A null in a list of primitives holds the place of one that has extensions only (R4, json,
    // "primitive").
    if (item === null && member.isPrimitive && hasCompanion) continue
    visitItem(item, member, `${at}[${i}]`, report)
  }
}

function visitItem(item: Json, member: Member, at: string, report: Report): void {
  if (item === null || item === '') {
    report(at, 'element.empty', 'is empty')
    return
  }
  if (member.isPrimitive !== (typeof item !== 'object') && member.type !== '') {
    report(at, 'schema.type', 'has the wrong JSON type')
    return
  }
  checkBinding(item, member, at, report)
  if (typeof item === 'string' || typeof item === 'number') {
    const fault = faultOf(item, member.type, member.path)
    if (fault !== undefined) report(at, ...fault)
    return
  }
  if (typeof item !== 'object') return
  if (Array.isArray(item)) {
    report(at, 'schema.type', 'is a list in a list')
    return
  }
  visitObject(item, member, at, report)
}

function visitObject(item: Members, member: Member, at: string, report: Report): void {
  let isEmpty = true
  for (const _ in item) {
    isEmpty = false
    break
  }
  if (isEmpty) {
    report(at, 'element.empty', 'is an object without content')
    return
  }
  const inner = item['resourceType']
  if (typeof inner === 'string') visit(item, inner, at, report)
  else visit(item, isAnonymous(member.type) ? member.path : member.type, at, report)
}

/** The element that stands beside a primitive under its name with a `_`: id and extensions. */
const COMPANION: Member = {
  type: 'Element',
  path: 'Element',
  isRepeating: true,
  isPrimitive: false,
}

function visitCompanion(value: Json, at: string, report: Report): void {
  if (!Array.isArray(value)) {
    visitItem(value, COMPANION, at, report)
    return
  }
  value.forEach((item, i) => {
    if (item !== null) visitItem(item, COMPANION, `${at}[${i}]`, report)
  })
}

function isAnonymous(type: string): boolean {
  return type === 'BackboneElement' || type === 'Element' || type === ''
}

function isPresent(value: Members, name: string, type: string): boolean {
  if (!name.endsWith('[x]')) return name in value || `_${name}` in value
  const base = name.slice(0, -3)
  return choiceTypes(type, base).some((one) => {
    const key = choiceKey(base, one)
    return key in value || `_${key}` in value
  })
}

type Coding = { system?: Json; code?: Json }

function checkBinding(item: Json, { type, path }: Member, at: string, report: Report): void {
  const url = BINDINGS[path]
  if (url === undefined) return
  const message = 'has a code outside the required value set'
  if (typeof item === 'string') {
    if (!codesIn(url).has(item)) report(at, 'binding.required', message)
    return
  }
  if (type !== 'CodeableConcept' && type !== 'Coding') return
  const concept = item as Members | null
  const codings = type === 'Coding' ? [concept] : concept?.['coding']
  if (!Array.isArray(codings)) {
    if (concept?.['extension'] === undefined) report(at, 'binding.required', 'has no code')
    return
  }
  const set = setOf(url)
  const fits = (codings as Coding[]).some((coding) => set.has(`${coding?.system}|${coding?.code}`))
  if (!fits) report(at, 'binding.required', message)
}

function setOf(url: string): ReadonlySet<string> {
  let set = sets.get(url)
  if (!set) {
    set = new Set(VALUE_SETS[url])
    sets.set(url, set)
  }
  return set
}

function codesIn(url: string): ReadonlySet<string> {
  let set = codeSets.get(url)
  if (!set) {
    set = new Set((VALUE_SETS[url] ?? []).map((one) => one.slice(one.indexOf('|') + 1)))
    codeSets.set(url, set)
  }
  return set
}
