import type { Resource } from '@ambrosia/health/Resource'
import type { Criteria } from '../Criteria.ts'
import type { PayloadResource } from '../Payload.ts'

/** A presentation whose proof, issuer key, validity and header were verified before. */
export type VerifiedPresentation = {
  issuer: string
  type: string[]
  subject: Readonly<Record<string, unknown>>
}

/** An opened record and what it is judged by. Time counts from `asOf`. */
export type Opened = {
  salted: readonly PayloadResource[]
  /** What the canonical texts say, in the same order. */
  resources: readonly Resource[]
  criteria: Criteria
  presentation: VerifiedPresentation
  isHolderBound: boolean
  asOf: Date
}
