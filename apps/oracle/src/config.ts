import { availableParallelism } from 'node:os'
import * as Config from '@ambrosia/service/Config'
import { commonSettings } from '@ambrosia/service/settings'

const BASIS_POINTS = { minimum: 0, maximum: 10000 }

/** Settings of an oracle beside those of every service. */
export const settings = {
  ...commonSettings,
  /** Name of the folder in the home, so that several oracles can share a machine. */
  name: Config.text('AMBROSIA_NAME', { default: 'oracle', pattern: /^[a-z0-9-]{1,40}$/ }),
  port: Config.integer('AMBROSIA_PORT', { default: 4301, minimum: 0, maximum: 65535 }),
  publicUrl: Config.optional(Config.url('AMBROSIA_PUBLIC_URL')),
  /** Another enclave than this release's, for tests of what one could do; development only. */
  enclaveProgram: Config.optional(Config.path('AMBROSIA_ENCLAVE_PROGRAM')),
  statusPeriodSec: Config.integer('AMBROSIA_STATUS_PERIOD', {
    default: 300,
    minimum: 1,
    maximum: 86400,
  }),
  /** Commission asked, basis points of the price. */
  commissionBps: Config.integer('AMBROSIA_COMMISSION_BPS', { default: 500, ...BASIS_POINTS }),
  commissionCapBps: Config.integer('AMBROSIA_COMMISSION_CAP_BPS', {
    default: 1000,
    ...BASIS_POINTS,
  }),
  /** Submissions that are judged at one time. */
  judgeThreads: Config.integer('AMBROSIA_JUDGE_THREADS', {
    default: Math.min(8, Math.max(2, availableParallelism())),
    minimum: 1,
    maximum: 64,
  }),
  judgeDeadlineSec: Config.integer('AMBROSIA_JUDGE_DEADLINE', {
    default: 120,
    minimum: 1,
    maximum: 170,
  }),
  /** Heap of one judging thread, MB. */
  judgeMemoryMb: Config.integer('AMBROSIA_JUDGE_MEMORY', {
    default: 1536,
    minimum: 256,
    maximum: 65536,
  }),
  pollMs: Config.integer('AMBROSIA_POLL_MS', { default: 1000, minimum: 50, maximum: 60000 }),
} as const

export type OracleConfig = Config.ConfigOf<typeof settings>
