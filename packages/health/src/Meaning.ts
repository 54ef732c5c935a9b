import { doubtOf, isContradicted } from './meaning/doubts.ts'
import { EFFECTS, type Effect, type Effects, ROOT_EFFECTS } from './meaning/effects.ts'
import { negationOf } from './meaning/negations.ts'
import { STANDINGS, type Standing } from './meaning/standing.ts'
import { codesOfValue, isObject, type JsonObject, type Resource } from './Resource.ts'
import { asText } from './resource/json.ts'

export { STANDINGS, type Standing, USES, type Use } from './meaning/standing.ts'

/** How far a resource can be relied on, and the modifiers that say so. */
export type Meaning = {
  readonly standing: Standing
  /** Such as `status is cancelled`; empty where no modifier changes anything. */
  readonly because: readonly string[]
}

/**
 * The meaning of a resource by its modifier elements (FHIR R4, `isModifier`), and by codes that say
 * that something is absent, and by what puts it in doubt (meaning/doubts.ts). A modifier that is
 * not understood leaves the resource unclear. Numbers may be tokens or doubles: none is read.
 */
export function meaningOf(type: string, value: object): Meaning {
  const found: [Standing, string][] = []
  const resource = value as Plain
  for (const [name, effects] of ROOT_EFFECTS.get(type) ?? []) {
    const one = readModifier(type, name, effects, resource)
    if (one !== undefined) found.push(one)
  }
  if (resource['implicitRules'] !== undefined) found.push(['unclear', 'implicitRules are given'])
  if (hasModifierExtension(resource)) found.push(['unclear', 'a modifierExtension is given'])
  const doubt = doubtOf(resource)
  if (doubt !== undefined) found.push(['unclear', doubt])
  if (isContradicted(resource, 'code')) found.push(['unclear', 'its code is absent for a reason'])
  const negation = NEGATABLE.has(type) ? negationIn(type, resource) : undefined
  if (negation !== undefined) found.push(negation)
  if (isOver(type, resource)) found.push(['past', 'it has an abatement'])
  const standing = found.reduce<Standing>(
    (worst, [one]) => (STANDINGS.indexOf(one) > STANDINGS.indexOf(worst) ? one : worst),
    'stated',
  )
  return { standing, because: found.filter(([one]) => one === standing).map(([, why]) => why) }
}

/**
 * The standing of a resource, which is never changed once it is read and is asked for many times.
 */
export function standingOf({ type, value }: Resource): Standing {
  if (!isObject(value)) return 'unclear'
  let standing = known.get(value)
  if (standing === undefined) {
    standing = meaningOf(type, value).standing
    known.set(value, standing)
  }
  return standing
}

const known = new WeakMap<object, Standing>()

/**
 * `value`: the number is what was measured; a comparator: it is a limit; undefined: it is unclear
 * what it is.
 */
export type Comparison = 'value' | '<' | '<=' | '>=' | '>'

/** What a quantity's number is, by its comparator. */
export function comparisonOf(quantity: object): Comparison | undefined {
  const { comparator, _comparator } = quantity as Plain
  if (_comparator !== undefined || NUMBER_AND_UNIT.some((name) => isContradicted(quantity, name)))
    return undefined
  if (comparator === undefined) return 'value'
  const isKnown = QUANTITY.get(asText(comparator)) === 'bound'
  return isKnown ? (comparator as Comparison) : undefined
}

const NUMBER_AND_UNIT = ['value', 'code', 'unit']
const QUANTITY = EFFECTS.get('Quantity.comparator') as Effects

/** A resource's own object, whatever stands for numbers in it. */
type Plain = { readonly [name: string]: unknown }

function readModifier(
  type: string,
  name: string,
  effects: Effects,
  resource: Plain,
): [Standing, string] | undefined {
  const value = resource[name]
  if (value === undefined) {
    if (resource[`_${name}`] !== undefined) return ['unclear', `${name} has no value`]
    return effects.has('') ? ['unclear', `${name} is missing`] : undefined
  }
  if (isContradicted(resource, name)) return ['unclear', `${name} is absent for a reason`]
  const values =
    typeof value === 'object' && value !== null
      ? codesIn(`${type}.${name}`, value)
      : [asText(value)]
  let worst: [Standing, string] | undefined
  for (const one of values) {
    const standing = effectOn(effects.get(one) ?? effects.get('*'))
    if (standing === undefined || standing === 'stated') continue
    if (worst !== undefined && STANDINGS.indexOf(worst[0]) >= STANDINGS.indexOf(standing)) continue
    // A value from outside R4's codes can be anything, and is not repeated.
    worst = [standing, `${name} is ${effects.has(one) ? one : 'not a code of R4'}`]
  }
  return worst
}

/**
 * The standing of an effect: undefined where it changes nothing here, unclear where there is no
 * decision.
 */
function effectOn(effect: Effect | undefined): Standing | undefined {
  if (effect === undefined) return 'unclear'
  return effect === 'none' || effect === 'part' || effect === 'bound' ? undefined : effect
}

/** The last part of the code systems of modifiers that are concepts. */
const SYSTEMS: ReadonlyMap<string, RegExp> = new Map([
  ['Condition.clinicalStatus', /[/]condition-clinical$/],
  ['Condition.verificationStatus', /[/]condition-ver-status$/],
  ['AllergyIntolerance.clinicalStatus', /[/]allergyintolerance-clinical$/],
  ['AllergyIntolerance.verificationStatus', /[/]allergyintolerance-verification$/],
])

/**
 * Codes of a concept in the modifier's own system, or without a system; one unknown code where
 * there is none.
 */
function codesIn(path: string, concept: object): string[] {
  const own = SYSTEMS.get(path)
  const { coding } = concept as Plain
  const codes = (Array.isArray(coding) ? (coding as (Plain | null)[]) : []).flatMap((one) => {
    const { system, code } = one ?? {}
    const isOwn = system === undefined || own === undefined || own.test(asText(system))
    return isOwn && typeof code === 'string' ? [code] : []
  })
  return codes.length > 0 ? codes : ['']
}

/** Types whose code may say that there is nothing of the kind. */
const NEGATABLE: ReadonlySet<string> = new Set([
  'AllergyIntolerance',
  'Condition',
  'Flag',
  'Immunization',
  'MedicationStatement',
  'Observation',
  'Procedure',
])

function negationIn(type: string, resource: Plain): [Standing, string] | undefined {
  for (const { system, code } of codesOfValue(type, resource as JsonObject)) {
    const negation = negationOf(system, code)
    if (negation !== undefined) return [negation, `its code says that there is none`]
  }
  return undefined
}

/** A condition without a clinical status that has ended is over (R4, con-4). */
function isOver(type: string, resource: Plain): boolean {
  if (type !== 'Condition' || resource['clinicalStatus'] !== undefined) return false
  for (const key in resource) if (/^_?abatement[A-Z]/.test(key)) return true
  return false
}

/**
 * True where a modifier extension stands in the resource, contained resources apart, which have a
 * meaning of their own.
 */
function hasModifierExtension(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  if (Array.isArray(value)) return value.some(hasModifierExtension)
  for (const key in value) {
    if (key === 'modifierExtension') return true
    const member = (value as Plain)[key]
    if (typeof member !== 'object' || key === 'contained') continue
    if (hasModifierExtension(member)) return true
  }
  return false
}
