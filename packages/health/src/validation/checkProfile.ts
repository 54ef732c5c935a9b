import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import { indexStructureDefinitionBundle, validateResource } from '@medplum/core'
import type { Bundle, Resource, StructureDefinition } from '@medplum/fhirtypes'
import type { Finding } from '../Finding.ts'
import * as Predicate from '../Predicate.ts'
import type { FhirResource } from '../Resource.ts'
import { loadDefinitions } from './definitions.ts'

type Constraint = { path: string; select: Predicate.Predicate; holds: Predicate.Predicate }
type Profile = { definition: StructureDefinition; own: Constraint[] }

let base: ReadonlySet<string> | undefined
/** The last profile used, by its text. */
const profiles = new Map<string, Profile>()

/**
 * Findings of a profile for one resource; resources of other types are not judged.
 * @throws Validation.ProfileInvalid, Predicate.TooMuchWork
 */
export function checkProfile(
  resource: FhirResource,
  resourceIndex: number,
  profile: string,
  work: Predicate.Work = { steps: 0 },
): Finding[] {
  const { own, definition } = load(profile)
  if (definition.type !== resource.resourceType) return []
  const findings = checkStructure(resource, resourceIndex, definition)
  return [...findings, ...checkConstraints(resource, resourceIndex, own, work)]
}

function checkStructure(
  resource: FhirResource,
  resourceIndex: number,
  definition: StructureDefinition,
): Finding[] {
  let issues: ReturnType<typeof validateResource>
  try {
    issues = validateResource(resource as unknown as Resource, { profile: definition })
  } catch (error) {
    const outcome = (error as { outcome?: { issue?: typeof issues } }).outcome
    if (!outcome?.issue) throw new ProfileInvalidError('it uses what the profile checker lacks')
    issues = outcome.issue
  }
  return issues
    .filter((issue) => issue.severity === 'error' || issue.severity === 'fatal')
    .map((issue) => ({
      resourceIndex,
      path: pathOf(issue.expression?.[0], resource.resourceType),
      rule: `profile.${issue.code ?? 'invalid'}`,
      message: 'does not meet the profile that the criteria name',
    }))
}

/**
 * The checker's expressions hold element names and positions only; anything else is cut to the
 * type.
 */
function pathOf(expression: string | undefined, type: string): string {
  return expression !== undefined && /^[A-Za-z0-9_.[\]:]+$/.test(expression) ? expression : type
}

function load(text: string): Profile {
  const known = profiles.get(text)
  if (known) return known
  let definition: StructureDefinition | null
  try {
    definition = JSON.parse(text) as StructureDefinition | null
  } catch {
    throw new ProfileInvalidError('it is not JSON')
  }
  if (definition?.resourceType !== 'StructureDefinition') {
    throw new ProfileInvalidError('it is not a StructureDefinition')
  }
  if (!Array.isArray(definition.snapshot?.element) || definition.snapshot.element.length === 0) {
    throw new ProfileInvalidError('it has no snapshot')
  }
  const profile = separate(definition, loadBase())
  profiles.clear()
  profiles.set(text, profile)
  return profile
}

/** Constraints of the R4 definitions, as key and expression. */
function loadBase(): ReadonlySet<string> {
  if (base) return base
  const found = new Set<string>()
  for (const name of ['profiles-types.json', 'profiles-resources.json'] as const) {
    const bundle = loadDefinitions(name) as Bundle
    indexStructureDefinitionBundle(bundle)
    for (const { resource } of bundle.entry ?? []) {
      if (resource?.resourceType !== 'StructureDefinition') continue
      for (const element of resource.snapshot?.element ?? []) {
        for (const { key, expression } of element.constraint ?? [])
          found.add(`${key} ${expression}`)
      }
    }
  }
  base = found
  return found
}

/**
 * The profile without constraints of its own, and these for our engine: the profile checker's
 * engine reads the clock and runs any regular expression, and a consumer writes profiles.
 */
function separate(definition: StructureDefinition, known: ReadonlySet<string>): Profile {
  const own: Constraint[] = []
  const whole = new Set<string>()
  const sliced: string[] = []
  const element = (definition.snapshot?.element ?? []).map((one) => ({
    ...one,
    constraint: (one.constraint ?? []).filter(({ key, severity, expression }) => {
      if (known.has(`${key} ${expression}`)) return true
      if (severity === 'error' && expression !== undefined) {
        const name = `${one.path} ${expression}`
        // On a slice it says nothing new where the whole element has it; else it would need the
        // slice's own instances.
        if ((one.id ?? '').includes(':')) sliced.push(name)
        else {
          whole.add(name)
          own.push(compileConstraint(one.path ?? '', expression))
        }
      }
      return false
    }),
  }))
  if (sliced.some((name) => !whole.has(name))) {
    throw new ProfileInvalidError('a constraint that only a slice has')
  }
  return { definition: { ...definition, snapshot: { element } } as StructureDefinition, own }
}

function compileConstraint(path: string, expression: string): Constraint {
  if (!/^[A-Za-z0-9.[\]]+$/.test(path) || /\b(?:now|today)\s*\(/.test(expression)) {
    throw new ProfileInvalidError('a constraint that depends on the day, or has no path')
  }
  const at = path.replaceAll('[x]', '')
  try {
    return { path: at, select: Predicate.compile(at), holds: Predicate.compile(expression) }
  } catch (error) {
    const { code } = error as { code?: string }
    throw new ProfileInvalidError(`a constraint that is not an allowed predicate (${code})`)
  }
}

/** No constraint reads the clock, so any day does. */
const SOME_DAY = new Date(0)

function checkConstraints(
  resource: FhirResource,
  resourceIndex: number,
  constraints: readonly Constraint[],
  work: Predicate.Work,
): Finding[] {
  return constraints.flatMap(({ path, select, holds }) => {
    const nodes = select.run(resource, { asOf: SOME_DAY, work })
    const isMet = nodes.every((node) => {
      const [result, ...rest] = holds.run(node, { asOf: SOME_DAY, root: resource, work })
      // A constraint without a result is met (FHIR R4, "the expression must evaluate to true" where
      // it applies).
      return result === undefined || (result === true && rest.length === 0)
    })
    const message = 'does not meet a constraint of the profile that the criteria name'
    return isMet ? [] : [{ resourceIndex, path, rule: 'profile.invariant', message }]
  })
}

export class ProfileInvalidError extends AmbrosiaError {
  constructor(what: string) {
    super('Validation.ProfileInvalid', `the criteria name a profile that can't be used: ${what}`, {
      hint: 'Give a StructureDefinition of a FHIR R4 resource with its snapshot, as JSON.',
    })
  }
}
