import * as Config from '@ambrosia/service/Config'
import { commonSettings } from '@ambrosia/service/settings'

/** What a node does. Every node follows the chain; the others come on top. */
const ROLES = ['full', 'sequencer', 'batcher', 'asserter', 'watcher', 'aggregator'] as const
export type Role = (typeof ROLES)[number]

const roles: Config.Setting<ReadonlySet<Role>> = {
  name: 'AMBROSIA_NODE_ROLES',
  read: (text = 'full') => {
    const names = text.split(',').map((name) => name.trim())
    const isKnown = (name: string): name is Role => (ROLES as readonly string[]).includes(name)
    if (!names.every(isKnown)) {
      throw new Config.FaultError(`must be a list of ${ROLES.join(', ')}`)
    }
    return new Set(names)
  },
}

const confirmations: Config.Setting<number | 'finalized'> = {
  name: 'AMBROSIA_NODE_CONFIRMATIONS',
  read: (text, { mode }) => {
    if (text === 'finalized' || (text === undefined && mode === 'production')) return 'finalized'
    const count = Number(text ?? '1')
    if (!Number.isSafeInteger(count) || count < 1) {
      throw new Config.FaultError('must be a number of blocks from 1, or finalized')
    }
    return count
  },
}

/** Settings of a node beside those of every service. */
export const settings = {
  ...commonSettings,
  /** JSON-RPC and /health; loopback only, whatever the mode. */
  port: Config.integer('AMBROSIA_PORT', { default: 4545, minimum: 0, maximum: 65535 }),
  /** Description of the network, as `network create` writes it. */
  description: Config.path('AMBROSIA_NODE_NETWORK', { default: '.ambrosia/l2/network.json' }),
  roles,
  engine: Config.choice('AMBROSIA_NODE_ENGINE', ['ethereumjs', 'geth'], { default: 'ethereumjs' }),
  confirmations,
  /** Time between two looks at L1. */
  pollMs: Config.integer('AMBROSIA_NODE_POLL_MS', { default: 1000, minimum: 10, maximum: 60_000 }),
  /** What is to be asserted or confirmed is looked for so often; as often as L1 unless set. */
  assertSec: Config.optional(
    Config.integer('AMBROSIA_NODE_ASSERT_SEC', { default: 60, minimum: 1, maximum: 86_400 }),
  ),
  /** Longest time between two looks for transactions. */
  blockMs: Config.integer('AMBROSIA_NODE_BLOCK_MS', {
    default: 1000,
    minimum: 10,
    maximum: 60_000,
  }),
  /** An aggregator sends through L1 what the sequencer has ignored for longer than this. */
  patienceSec: Config.integer('AMBROSIA_NODE_PATIENCE_SEC', {
    default: 60,
    minimum: 1,
    maximum: 86_400,
  }),
  peerHost: Config.text('AMBROSIA_NODE_PEER_HOST', { default: '127.0.0.1' }),
  peerPort: Config.integer('AMBROSIA_NODE_PEER_PORT', { default: 0, minimum: 0, maximum: 65535 }),
  /**
   * The node asserts once that this account of L2 owns more than it does, to show what becomes of
   * that.
   */
  lie: Config.developmentOnly(
    Config.optional(Config.text('AMBROSIA_NODE_LIE', { pattern: /^0x[0-9a-f]{40}$/ })),
  ),
  /** List of the other nodes. */
  peers: Config.optional(Config.path('AMBROSIA_NODE_PEERS')),
} as const

export type NodeConfig = Config.ConfigOf<typeof settings>
