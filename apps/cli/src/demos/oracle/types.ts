import type { Stage } from '../frame/Stage.ts'

/**
 * What the last line of `ambrosia oracle demo --json` has beside the keys of every demonstration.
 */
export type OracleResult = {
  /** Oracles that joined on evidence. */
  joined: number
  /** Epochs that followed the first. */
  rotated: number
  slashed: number
  jailed: number
  /** What the injured consumer got, in the smallest unit. */
  refunded: string
  /** What the delegator of the liar left with, in the smallest unit. */
  left: string
  /** Records that were sold and not delivered. */
  lost: number
}

export const NOTHING: OracleResult = {
  joined: 0,
  rotated: 0,
  slashed: 0,
  jailed: 0,
  refunded: '0',
  left: '0',
  lost: 0,
}

export type OracleStage = Stage<OracleResult>
