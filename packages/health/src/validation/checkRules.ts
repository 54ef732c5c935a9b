import r4 from 'fhirpath/fhir-context/r4'
import type { Finding } from '../Finding.ts'
import type { FhirResource } from '../Resource.ts'
import { faultOf } from './primitiveForms.ts'
import { BINDINGS, REQUIRED, VALUE_SETS } from './rules.generated.ts'

/**
 * Rules of the FHIR R4 definitions that its JSON Schema leaves out: elements with a minimum of one (the schema can't ask for them
 * where an extension may stand instead), one type only for a choice element, required value sets of concepts, the forms of dates,
 * integers, base64 and narrative, and that nothing is empty.
 */

type Json = null | boolean | number | string | Json[] | { [key: string]: Json }
type Members = { [key: string]: Json }

const path2Type = r4.path2Type as Record<string, string>
const choices = r4.choiceTypePaths as Record<string, string[]>
const elsewhere = r4.pathsDefinedElsewhere as Record<string, string>

const sets = new Map<string, ReadonlySet<string>>()
const codeSets = new Map<string, ReadonlySet<string>>()

type Report = (path: string, rule: string, message: string) => void

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
    if (key.startsWith('_') || key === 'resourceType') continue
    const member = value[key] as Json
    const { type: memberType, path, choice } = resolveMember(type, key)
    if (choice !== undefined) {
      chosen ??= new Set()
      if (chosen.has(choice)) report(`${at}.${choice}`, 'choice.single', 'has two types at once')
      chosen.add(choice)
    }
    const memberAt = `${at}.${key}`
    if (!Array.isArray(member)) visitItem(member, memberType, path, memberAt, report)
    else {
      for (let i = 0; i < member.length; i++) {
        visitItem(member[i] as Json, memberType, path, `${memberAt}[${i}]`, report)
      }
    }
  }
}

function visitItem(item: Json, type: string, path: string, at: string, report: Report): void {
  checkBinding(item, type, path, at, report)
  if (typeof item === 'string' || typeof item === 'number') {
    const fault = faultOf(item, type)
    if (fault !== undefined) report(at, ...fault)
    return
  }
  if (item === null || typeof item !== 'object' || Array.isArray(item)) return
  if (Object.keys(item).length === 0) {
    report(at, 'element.empty', 'is an object without content')
    return
  }
  const inner = item['resourceType']
  if (typeof inner === 'string') visit(item, inner, at, report)
  else visit(item, isAnonymous(type) ? path : type, at, report)
}

function isAnonymous(type: string): boolean {
  return type === 'BackboneElement' || type === 'Element' || type === ''
}

type Member = { type: string; path: string; choice?: string }

const members = new Map<string, Map<string, Member>>()

/** What the definitions say of a member. The JSON Schema let no unknown one pass, so the memory stays small. */
function resolveMember(parent: string, key: string): Member {
  let known = members.get(parent)
  if (!known) {
    known = new Map()
    members.set(parent, known)
  }
  let member = known.get(key)
  if (!member) {
    member = findMember(parent, key)
    known.set(key, member)
  }
  return member
}

function findMember(parent: string, key: string): Member {
  for (
    let of: string | undefined = parent;
    of;
    of = (r4.type2Parent as Record<string, string>)[of]
  ) {
    const path = `${of}.${key}`
    const other = elsewhere[path]
    if (other !== undefined) return { type: 'BackboneElement', path: other }
    const found = choiceOf(of, key)
    if (found) return found
    const type = path2Type[path]
    if (type !== undefined) return { type, path }
  }
  return { type: '', path: `${parent}.${key}` }
}

function choiceOf(parent: string, key: string): Member | undefined {
  for (let size = key.length - 1; size > 0; size--) {
    const base = key.slice(0, size)
    const types = choices[`${parent}.${base}`]
    if (types === undefined) continue
    const suffix = key.slice(size)
    const type = types.find((one) => one.charAt(0).toUpperCase() + one.slice(1) === suffix)
    if (type !== undefined) {
      return {
        type: suffix in (r4.type2Parent as object) ? suffix : lowerFirst(suffix),
        path: `${parent}.${base}[x]`,
        choice: base,
      }
    }
  }
  return undefined
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1)
}

function isPresent(value: Members, name: string, type: string): boolean {
  if (!name.endsWith('[x]')) return name in value || `_${name}` in value
  const base = name.slice(0, -3)
  return (choices[`${type}.${base}`] ?? []).some((one) => {
    const key = base + one.charAt(0).toUpperCase() + one.slice(1)
    return key in value || `_${key}` in value
  })
}

type Coding = { system?: Json; code?: Json }

function checkBinding(item: Json, type: string, path: string, at: string, report: Report): void {
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
