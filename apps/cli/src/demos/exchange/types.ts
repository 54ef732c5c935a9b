import type { Issued } from '@ambrosia/api/issuer/IssuerClient'
import type { SignedConsent } from '@ambrosia/exchange/Settlement'
import type { Offering, SealedForDeal } from '@ambrosia/sdk/provider/offerRecord'
import type { CertifiedOffer } from '@ambrosia/sdk/provider/submitOffer'
import type { SettleResult } from '@ambrosia/sdk/relay/settle'
import type { Stage } from '../frame/Stage.ts'
import type { Patient } from './patients.ts'

export type DemoOptions = {
  bundles: string[]
  criteriaFile?: string
  killOracle: boolean
  once: boolean
  fresh: boolean
  onLayer2: boolean
}

/** A Bundle that could not be sold, and why. */
export type Failure = { bundle: string; code: string; message: string }

/**
 * What the last line of `npm start -- --once --json` has beside the keys of every demonstration.
 * Amounts are in the smallest unit.
 */
export type SaleResult = {
  deal: string
  records: number
  delivered: number
  paid: string
  refunded: string
  failures: Failure[]
}

export const NOTHING_SOLD: SaleResult = {
  deal: '',
  records: 0,
  delivered: 0,
  paid: '0',
  refunded: '0',
  failures: [],
}

export type SaleStage = Stage<SaleResult>

/** A patient with their issued record; `name` names their keys in the wallet. */
export type Holder = { patient: Patient; issued: Issued; name: string }

/** One record on its way through a deal. */
export type Sale = {
  sealed: SealedForDeal
  certificate: CertifiedOffer
  consent: SignedConsent
  sentences: string[]
  result: SettleResult
}

/** A record that was settled. */
export type Sold = { holder: Holder; offering: Offering; sale: Sale }
