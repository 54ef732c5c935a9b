import { fromUtf8 } from '@ambrosia/primitives/Bytes'
import * as CanonicalJson from '@ambrosia/primitives/CanonicalJson'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import { lengthPrefixed, sha256 } from '@ambrosia/primitives/Hash'
import type { Finding } from './Finding.ts'
import { type Resource, toPlain } from './Resource.ts'
import { checkProfile } from './validation/checkProfile.ts'
import { checkRules } from './validation/checkRules.ts'
import { checkJsonSchema, checkSchema } from './validation/checkSchema.ts'
import { manifest } from './validation/manifest.ts'

export type { Finding } from './Finding.ts'

export type Options = {
  /** A StructureDefinition with a snapshot, as JSON text, that resources of its type must meet. */
  profile?: string
  /** A JSON Schema (draft-06 or later) that the record as a Bundle must meet. */
  jsonSchema?: object
}

/**
 * What is wrong with resources: against the JSON Schema of FHIR R4, value sets with a required
 * binding, and, where asked, a profile or a JSON Schema. Order and content are the same on every
 * machine. The definitions load at the first call (about 3 s).
 * @throws Validation.ProfileInvalid, Validation.SchemaInvalid, Validation.TooMuchWork,
 * Predicate.TooMuchWork
 */
export function check(resources: readonly Resource[], options: Options = {}): Finding[] {
  const findings: Finding[] = []
  const plain = resources.map(toPlain)
  // The constraints of a profile have one bound for the record, not one for each of its elements.
  const work = { steps: 0 }
  plain.forEach((resource, index) => {
    const own = checkSchema(resource, index)
    findings.push(...own)
    // Where the shape is wrong, what stands on it can't be judged.
    if (own.length > 0) return
    findings.push(...checkRules(resource, index))
    if (options.profile !== undefined) {
      findings.push(...checkProfile(resource, index, options.profile, work))
    }
  })
  if (options.jsonSchema !== undefined) {
    findings.push(...checkJsonSchema(plain, options.jsonSchema))
  }
  return findings
}

/** @throws Validation.Failed naming the first path when anything is wrong. */
export function assert(resources: readonly Resource[], options: Options = {}): void {
  const findings = check(resources, options)
  if (findings.length > 0) throw new FailedError(findings)
}

/**
 * What decides a verdict, as one hash of 32 bytes: versions of the tools, digests of the
 * definitions, the rules of this package. Oracles of a deal must have the one that the deal names.
 */
export function validatorHash(): Uint8Array {
  return sha256(
    lengthPrefixed([fromUtf8('ambrosia-validator-1'), CanonicalJson.encode(manifest())]),
  )
}

export class FailedError extends AmbrosiaError {
  constructor(findings: readonly Finding[]) {
    const first = findings[0] as Finding
    super(
      'Validation.Failed',
      `${findings.length} findings; the first at resource ${first.resourceIndex}, ${first.path}: ${first.message}`,
      { details: { count: findings.length, path: first.path, rule: first.rule } },
    )
  }
}
