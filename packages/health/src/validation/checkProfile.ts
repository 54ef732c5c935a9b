import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import { indexStructureDefinitionBundle, validateResource } from '@medplum/core'
import type { Bundle, Resource, StructureDefinition } from '@medplum/fhirtypes'
import type { Finding } from '../Finding.ts'
import type { FhirResource } from '../Resource.ts'
import { loadDefinitions } from './definitions.ts'

let isLoaded = false
const profiles = new Map<string, StructureDefinition>()

/** Findings of a profile for one resource; resources of other types are not judged. @throws Validation.ProfileInvalid */
export function checkProfile(
  resource: FhirResource,
  resourceIndex: number,
  profile: string,
): Finding[] {
  const definition = load(profile)
  if (definition.type !== resource.resourceType) return []
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

/** The checker's expressions hold element names and positions only; anything else is cut to the type. */
function pathOf(expression: string | undefined, type: string): string {
  return expression !== undefined && /^[A-Za-z0-9_.[\]:]+$/.test(expression) ? expression : type
}

function load(text: string): StructureDefinition {
  const known = profiles.get(text)
  if (known) return known
  let definition: StructureDefinition
  try {
    definition = JSON.parse(text) as StructureDefinition
  } catch {
    throw new ProfileInvalidError('it is no JSON')
  }
  if (definition.resourceType !== 'StructureDefinition') {
    throw new ProfileInvalidError('it is no StructureDefinition')
  }
  if (!definition.snapshot?.element?.length) throw new ProfileInvalidError('it has no snapshot')
  if (!isLoaded) {
    indexStructureDefinitionBundle(loadDefinitions('profiles-types.json') as Bundle)
    indexStructureDefinitionBundle(loadDefinitions('profiles-resources.json') as Bundle)
    isLoaded = true
  }
  profiles.set(text, definition)
  return definition
}

export class ProfileInvalidError extends AmbrosiaError {
  constructor(what: string) {
    super('Validation.ProfileInvalid', `the criteria name a profile that can't be used: ${what}`, {
      hint: 'Give a StructureDefinition of a FHIR R4 resource with its snapshot, as JSON.',
    })
  }
}
