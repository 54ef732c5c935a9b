/**
 * What an oracle network is made with; times in seconds, parts in 1/10000 unless it says otherwise.
 */
export type OracleNetworkParameters = {
  unbondingSec: number
  slashWindowSec: number
  /** MED in its smallest unit. */
  powerCap: bigint
  leastSelfStake: bigint
  /** Number of active oracles below which the founding role may admit without votes. */
  founders: number
  quorumBps: number
  evidenceLifeSec: number
  epochLengthSec: number
  epochGraceSec: number
  /** Power behind a certificate, besides the deal's count. */
  certificatePowerBps: number
  /** Blocks after a release in which its settlement may still appear. */
  releasePatienceBlocks: number
  missLimit: number
  missPeriodSec: number
  court: {
    committeeSize: number
    bond: bigint
    complaintSec: number
    keysSec: number
    commitSec: number
    revealSec: number
  }
  penalties: readonly [PenaltyParameters, PenaltyParameters, PenaltyParameters, PenaltyParameters]
}

/**
 * What an offence costs, in the order equivocation, overturned, release without consent, downtime.
 */
export type PenaltyParameters = {
  /** Part of the stake, of 1e18. */
  fraction: bigint
  jailSec: number
  strikeOff: boolean
  injuredBps: number
  reporterBps: number
  reporterCap: bigint
}

const DAY = 86_400
const MED = 10n ** 18n

/** What docs/protocol/oracles.md names; a network may choose others. */
export const ORACLE_NETWORK: OracleNetworkParameters = {
  unbondingSec: 21 * DAY,
  slashWindowSec: 16 * DAY,
  powerCap: 10_000_000n * MED,
  leastSelfStake: 10_000n * MED,
  founders: 3,
  // Two of three are enough: 6667 would ask for all three, and one that is down would stop the
  // network.
  quorumBps: 6666,
  evidenceLifeSec: 90 * DAY,
  epochLengthSec: 7 * DAY,
  epochGraceSec: 3600,
  certificatePowerBps: 2000,
  releasePatienceBlocks: 128,
  missLimit: 3,
  missPeriodSec: 7 * DAY,
  court: {
    committeeSize: 5,
    bond: 10n * MED,
    complaintSec: 7 * DAY,
    keysSec: DAY,
    commitSec: 2 * DAY,
    revealSec: DAY,
  },
  penalties: [
    penalty({ percent: 50n, jailDays: 0, strikeOff: true, injuredBps: 3000 }),
    penalty({ percent: 20n, jailDays: 30, strikeOff: false, injuredBps: 3000 }),
    penalty({ percent: 100n, jailDays: 0, strikeOff: true, injuredBps: 5000 }),
    penalty({ percent: 1n, jailDays: 7, strikeOff: false, injuredBps: 5000 }),
  ],
}

function penalty(of: {
  percent: bigint
  jailDays: number
  strikeOff: boolean
  injuredBps: number
}): PenaltyParameters {
  return {
    fraction: (of.percent * MED) / 100n,
    jailSec: of.jailDays * DAY,
    strikeOff: of.strikeOff,
    injuredBps: of.injuredBps,
    reporterBps: 1000,
    reporterCap: 1000n * MED,
  }
}
