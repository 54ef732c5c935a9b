import type { Hex } from '@ambrosia/primitives/Bytes'

/** The status lists of a deal's issuers as they stood at one epoch. */
export type EpochLists = {
  /** The root that the certificate names. */
  root: Hex
  /** True when the entry's bit is set. @throws Status.UnknownList */
  isRevoked(issuer: string, entry: Record<string, unknown>): boolean
}
