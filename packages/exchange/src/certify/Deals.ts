import type { Hex } from '@ambrosia/primitives/Bytes'
import type { Criteria } from '../Criteria.ts'
import type { DealTerms } from '../Deal.ts'

/** A deal that names this oracle, with the criteria whose hash it holds. */
export type OracleDeal = {
  dealId: Hex
  terms: DealTerms
  criteria: Criteria
}

/** What the chain says of a deal right now. */
export type DealStatus = {
  isOpen: boolean
  /** Certificates with a later asOf are not made, seconds; undefined while the deal is active. */
  stoppedAtSec: bigint | undefined
}

/** Deals as this oracle knows them. */
export type Deals = {
  /** Undefined for a deal that does not exist or does not name this oracle. */
  find(dealId: Hex): Promise<OracleDeal | undefined>
  status(dealId: Hex): Promise<DealStatus>
  /** How many records of this person are settled in the deal. */
  personCount(dealId: Hex, personTag: Hex): Promise<number>
  isRecordSettled(dealId: Hex, recordTag: Hex): Promise<boolean>
}
