import * as Quality from '@ambrosia/health/Quality'
import type { Resource } from '@ambrosia/health/Resource'
import type { Criteria } from '../Criteria.ts'
import { toResources } from '../IssuedRecord.ts'
import type { Payload } from '../Payload.ts'
import { checksOf } from './checks.ts'
import type { Opened, VerifiedPresentation } from './Opened.ts'

export type Judgement = { score: number; resources: Resource[]; quality: Quality.Score }

/**
 * Judges an opened record against criteria: digests, schema, de-identification, selection,
 * completeness, claims, predicates, quality. A function of its arguments, so that every oracle, and
 * the consumer, comes to the same verdict. Time counts from `asOf`.
 * @throws Record.*, Predicate.* naming what failed, never a value
 */
export function judge(options: {
  payload: Pick<Payload, 'resources'>
  criteria: Criteria
  presentation: VerifiedPresentation
  isHolderBound: boolean
  asOf: Date
}): Judgement {
  const { payload, ...rest } = options
  const resources = toResources(payload.resources)
  const opened = { ...rest, salted: payload.resources, resources }
  for (const check of checksOf(options.criteria)) check.assert(opened)
  const quality = qualityOf(opened)
  return { score: quality.score, resources, quality }
}

/** The quality of a record that no check refuses. */
export function qualityOf({ resources, criteria, asOf }: Opened): Quality.Score {
  return Quality.score(resources, { asOf, findings: [], rules: criteria.resources })
}
