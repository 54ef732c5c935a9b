import { createRequire } from 'node:module'
import { toHex } from '@ambrosia/primitives/Bytes'
import * as CanonicalJson from '@ambrosia/primitives/CanonicalJson'
import { sha256 } from '@ambrosia/primitives/Hash'
import {
  BUNDLE_SIZE_BYTES,
  JSON_DEPTH,
  RECORD_RESOURCE_COUNT,
  RESOURCE_SIZE_BYTES,
} from '@ambrosia/primitives/Limits'
import { MEDPLUM_VERSION } from '@medplum/core'
import { EFFECTS } from '../meaning/effects.ts'
import {
  EXPRESSION_LENGTH,
  NODE_COUNT,
  NODE_DEPTH,
  PAIRWISE_COUNT,
  STEP_COUNT,
} from '../Predicate.ts'
import { ALLOWED_FUNCTIONS, ALLOWED_NODES, ALLOWED_VARIABLES } from '../predicate/allowed.ts'
import { COMPLETENESS_ELEMENTS } from '../quality/completenessElements.ts'
import { ALSO_PATHS, CODE_PATHS } from '../resource/codePaths.ts'
import { CODE_SYSTEMS } from '../resource/codeSystems.ts'
import { PERIOD_ELEMENTS } from '../resource/periodElements.ts'
import { RESOURCE_TYPES } from '../resourceTypes.ts'
import { REMOVED_PATHS, REMOVED_TYPES, RULES } from '../safe-harbor/rules.ts'
import { INVARIANTS } from './invariants.ts'
import { BINDINGS, DEFINITION_DIGESTS, REQUIRED, VALUE_SETS } from './rules.generated.ts'

/** Raised with every change of what the checks, the claims, the selection or the score decide. */
const RULES_VERSION = 3

/** Everything that a verdict depends on, in a form that is the same on every machine. */
export function manifest(): object {
  const require = createRequire(import.meta.url)
  const versionOf = (name: string): string =>
    (require(`${name}/package.json`) as { version: string }).version
  return {
    rulesVersion: RULES_VERSION,
    versions: {
      ajv: versionOf('ajv'),
      fhirpath: versionOf('fhirpath'),
      medplum: MEDPLUM_VERSION,
    },
    definitions: DEFINITION_DIGESTS,
    tables: toHex(
      sha256(
        CanonicalJson.encode({
          BINDINGS,
          REQUIRED,
          VALUE_SETS,
          COMPLETENESS_ELEMENTS,
          CODE_PATHS,
          ALSO_PATHS: [...ALSO_PATHS],
          EFFECTS: [...EFFECTS].map(([path, effects]) => [path, [...effects]]),
          PERIOD_ELEMENTS,
          codeSystems: [...CODE_SYSTEMS],
          invariants: [...INVARIANTS].map(([type, list]) => [type, list.map(({ key }) => key)]),
          safeHarbor: {
            REMOVED_PATHS: [...REMOVED_PATHS],
            REMOVED_TYPES: [...REMOVED_TYPES],
            RULES,
          },
          resourceTypes: [...RESOURCE_TYPES].sort(),
        }),
      ),
    ),
    predicates: {
      functions: ALLOWED_FUNCTIONS,
      nodes: [...ALLOWED_NODES].sort(),
      variables: [...ALLOWED_VARIABLES].sort(),
      limits: { EXPRESSION_LENGTH, NODE_COUNT, NODE_DEPTH, PAIRWISE_COUNT, STEP_COUNT },
    },
    limits: { BUNDLE_SIZE_BYTES, JSON_DEPTH, RECORD_RESOURCE_COUNT, RESOURCE_SIZE_BYTES },
  }
}
