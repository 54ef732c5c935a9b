import * as Config from '@ambrosia/service/Config'
import { commonSettings } from '@ambrosia/service/settings'
import { DEFAULT_LIMITS } from './Store.ts'

const MAXIMUM = Number.MAX_SAFE_INTEGER
/** Settings of a store beside those of every service. */
export const settings = {
  ...commonSettings,
  port: Config.integer('AMBROSIA_PORT', { default: 4200, minimum: 0, maximum: 65535 }),
  blobSizeBytes: Config.integer('AMBROSIA_STORE_BLOB_BYTES', {
    default: DEFAULT_LIMITS.blobSizeBytes,
    minimum: 1,
    maximum: MAXIMUM,
  }),
  capacitySizeBytes: Config.integer('AMBROSIA_STORE_CAPACITY_BYTES', {
    default: DEFAULT_LIMITS.capacitySizeBytes,
    minimum: 1,
    maximum: MAXIMUM,
  }),
  /** Default a quarter of the capacity, or one blob. */
  dealSizeBytes: Config.optional(
    Config.integer('AMBROSIA_STORE_DEAL_BYTES', { default: MAXIMUM, minimum: 1, maximum: MAXIMUM }),
  ),
  pendingCount: Config.integer('AMBROSIA_STORE_PENDING_COUNT', {
    default: DEFAULT_LIMITS.pendingCount,
    minimum: 1,
    maximum: 10_000,
  }),
  submissionWindowSec: Config.integer('AMBROSIA_STORE_SUBMISSION_WINDOW_SEC', {
    default: DEFAULT_LIMITS.submissionWindowSec,
    minimum: 60,
    maximum: 7 * 86_400,
  }),
  sweepSec: Config.integer('AMBROSIA_STORE_SWEEP_SEC', { default: 60, minimum: 1, maximum: 3600 }),
} as const

export type StoreConfig = Config.ConfigOf<typeof settings>
