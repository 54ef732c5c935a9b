import type { Issued } from '@ambrosia/api/issuer/IssuerClient'
import type { Offering } from '@ambrosia/sdk/provider/offerRecord'
import type { Refused } from './attacks.ts'
import type { Patient } from './patients.ts'
import type { Sale } from './sale.ts'

export type DemoOptions = {
  bundles: string[]
  criteriaFile?: string
  killOracle: boolean
  once: boolean
  json: boolean
  fresh: boolean
  signal: AbortSignal
}

/** The object of `npm start -- --once --json`. */
export type DemoResult = {
  ok: boolean
  seconds: number
  setupSeconds: number
  deal: string
  records: number
  delivered: number
  paid: string
  refunded: string
  leaks: number
  refused: Refused[]
  steps: { name: string; ms: number; gas?: number }[]
  failures: { bundle: string; code: string; message: string }[]
}

/** A patient with his issued record; `name` names his keys in the wallet. */
export type Holder = { patient: Patient; issued: Issued; name: string }
/** A record that was settled. */
export type Sold = { holder: Holder; offering: Offering; sale: Sale }

/** Times a step and notes it, with its gas where it is a transaction. */
export type Timed = <T>(
  name: string,
  work: () => Promise<T>,
  gasOf?: (result: T) => bigint,
) => Promise<T>
