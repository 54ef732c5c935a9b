import * as Config from '@ambrosia/service/Config'
import { commonSettings } from '@ambrosia/service/settings'

/** Settings of an issuer beside those of every service. */
export const settings = {
  ...commonSettings,
  port: Config.integer('AMBROSIA_PORT', { default: 4100, minimum: 0, maximum: 65535 }),
  /**
   * URL under which others reach this service; it stands in the DID document and in every
   * credential.
   */
  publicUrl: Config.optional(Config.url('AMBROSIA_PUBLIC_URL')),
  /** Seconds between two epochs of the status lists. */
  statusPeriodSec: Config.integer('AMBROSIA_STATUS_PERIOD', {
    default: 300,
    minimum: 1,
    maximum: 86400,
  }),
  /** Records that are signed at one time, each in a thread of its own. */
  issueThreads: Config.integer('AMBROSIA_ISSUE_THREADS', { default: 1, minimum: 1, maximum: 64 }),
  /** Seconds that one may take: less than a client waits. */
  issueDeadlineSec: Config.integer('AMBROSIA_ISSUE_DEADLINE', {
    default: 540,
    minimum: 1,
    maximum: 590,
  }),
  /** Heap of one signing thread, MB. */
  issueMemoryMb: Config.integer('AMBROSIA_ISSUE_MEMORY', {
    default: 4096,
    minimum: 256,
    maximum: 65536,
  }),
  /** Seconds between two publications of the counts of people. */
  countsPeriodSec: Config.integer('AMBROSIA_COUNTS_PERIOD', {
    default: 86_400,
    minimum: 1,
    maximum: 31_536_000,
  }),
  /** Days that a credential is valid. */
  validityDays: Config.integer('AMBROSIA_CREDENTIAL_DAYS', {
    default: 365,
    minimum: 1,
    maximum: 3650,
  }),
} as const

export type IssuerConfig = Config.ConfigOf<typeof settings>
