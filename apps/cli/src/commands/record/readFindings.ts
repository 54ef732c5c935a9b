import * as Bundle from '@ambrosia/health/Bundle'
import { AMBROSIA_CORE_2 } from '@ambrosia/health/ClaimProfile'
import { explain } from '@ambrosia/health/Explanation'
import { type Resource, toPlain } from '@ambrosia/health/Resource'
import { type OtherVersion, otherVersion } from '@ambrosia/health/resource/otherVersion'
import * as Validation from '@ambrosia/health/Validation'
import { adviceOf } from '@ambrosia/health/validation/advice'
import { named, readNamed } from '../../namedFiles.ts'

/** Something about a record that its maker should know. It names no value of the record. */
export type RecordFinding = {
  /** An issuer refuses a record with an error; what a warning is about counts for no claim. */
  severity: 'error' | 'warning'
  /** JSON pointer (RFC 6901) into the file, or into the resource where the file is not JSON. */
  pointer: string
  /** Position among the resources of the record. */
  resource: number
  path: string
  rule: string
  message: string
  /** What to do about it. */
  advice: string
}

/**
 * All findings of a file, in the order of its resources.
 * @throws Cli.Usage, Bundle.* where it cannot be read as a record
 */
export async function readFindings(file: string): Promise<{
  resources: number
  seems: OtherVersion | undefined
  findings: RecordFinding[]
}> {
  const bytes = readNamed(file)
  const { resources } = await named(file, async () => Bundle.read(bytes))
  const pointerOf = pointers(bytes, resources)
  const errors = Validation.check(resources).map(
    ({ resourceIndex, path, rule, message }): RecordFinding => ({
      severity: 'error',
      pointer: pointerOf(resourceIndex, path),
      resource: resourceIndex,
      path,
      rule,
      message,
      advice: adviceOf(rule),
    }),
  )
  const warnings = errors.length > 0 ? [] : warningsOf(resources, pointerOf)
  const findings = [...errors, ...warnings].sort((one, other) => one.resource - other.resource)
  const seems = errors.length === 0 ? undefined : otherVersion(resources.map(toPlain))
  return { resources: resources.length, seems, findings }
}

/** What an issuer signs without, and a person might expect to count. */
function warningsOf(
  resources: readonly Resource[],
  pointerOf: (index: number, path: string) => string,
): RecordFinding[] {
  const uncoded = resources.flatMap((resource, index): RecordFinding[] => {
    if (resource.type !== 'Observation' || hasLoinc(toPlain(resource))) return []
    return [
      {
        severity: 'warning',
        pointer: pointerOf(index, 'Observation.code'),
        resource: index,
        path: 'Observation.code',
        rule: 'claim.uncoded',
        message: 'has no LOINC code, so no claim comes from it',
        advice: 'Add the LOINC code beside the local one.',
      },
    ]
  })
  const options = { profile: AMBROSIA_CORE_2, form: 'identified', asOf: new Date() } as const
  const others = explain(resources, options).claims.flatMap(({ claim, others: places }) =>
    places.map(
      ({ index, path, why }): RecordFinding => ({
        severity: 'warning',
        pointer: pointerOf(index, path),
        resource: index,
        path,
        rule: `claim.${claim}`,
        message: `does not count: ${why}`,
        advice: 'Correct it at its source where it should count; else it is signed as it is.',
      }),
    ),
  )
  return [...uncoded, ...others]
}

function hasLoinc(observation: { [element: string]: unknown }): boolean {
  const { coding } = (observation['code'] ?? {}) as { coding?: { system?: string }[] }
  return (coding ?? []).some(({ system }) => system === 'http://loinc.org')
}

/**
 * Makes JSON pointers of paths. Where the entries of a Bundle and the resources of the record are
 * not the same in number, as in a history, a pointer begins at the resource.
 */
function pointers(bytes: Uint8Array, resources: readonly Resource[]) {
  const prefixes = prefixesOf(bytes)
  const isKnown = prefixes.length === resources.length
  return (index: number, path: string): string => {
    const [, ...parts] = path.replaceAll('[', '.').replaceAll(']', '').split('.')
    const inside = parts.map((part) => `/${part.replaceAll('~', '~0').replaceAll('/', '~1')}`)
    return `${isKnown ? prefixes[index] : ''}${inside.join('')}`
  }
}

/** Where each resource of a JSON file begins; none for other files. */
function prefixesOf(bytes: Uint8Array): string[] {
  try {
    const value = JSON.parse(new TextDecoder().decode(bytes)) as {
      resourceType?: string
      entry?: { resource?: unknown }[]
    }
    if (value.resourceType !== 'Bundle') return ['']
    return (value.entry ?? []).flatMap(({ resource }, index) =>
      resource === undefined ? [] : [`/entry/${index}/resource`],
    )
  } catch {
    return []
  }
}
