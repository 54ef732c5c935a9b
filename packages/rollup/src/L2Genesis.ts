import type { Hex } from '@ambrosia/primitives/Bytes'
import type { ChainRules } from './ChainRules.ts'

/** A genesis file in the form of go-ethereum. Quantities are hex, decimal strings or numbers. */
export type Genesis = {
  config: Readonly<Record<string, unknown>> & { chainId: number }
  nonce?: string
  timestamp?: string | number
  extraData?: string
  gasLimit?: string | number
  difficulty?: string | number
  mixHash?: string
  coinbase?: string
  baseFeePerGas?: string | number
  excessBlobGas?: string | number
  blobGasUsed?: string | number
  alloc: Readonly<Record<string, GenesisAccount>>
}

export type GenesisAccount = {
  balance?: string | number
  nonce?: string | number
  code?: string
  storage?: Readonly<Record<string, string>>
}

/** Contracts of L2 at fixed addresses; docs/protocol/rollup.md, section 6. */
export const PREDEPLOYS = {
  messenger: '0x000000000000000000000000000000000000a001',
  tokenBridge: '0x000000000000000000000000000000000000a002',
  bridgedToken: '0x000000000000000000000000000000000000a003',
} as const satisfies Record<string, Hex>

/** Storage slot of the Messenger that holds the outbox root. */
export const OUTBOX_ROOT_SLOT: Hex = `0x${'00'.repeat(32)}`
/** Storage slot of the TokenBridge that holds its counterpart on L1. */
const ZERO_SLOT: Hex = OUTBOX_ROOT_SLOT

/** The contract of EIP-4788, from which contracts read anchors. */
export const ANCHORS_ADDRESS: Hex = '0x000f3df6d732807ef1319fb7b8bb8522d0beac02'

/**
 * Code that the rules of Ethereum want at fixed addresses. Withdrawal and consolidation requests
 * (EIP-7002, EIP-7251) are for a beacon chain, and a block's bytes do not have them, so here the
 * contracts return nothing and there are none.
 */
const SYSTEM_CODE: Readonly<Record<Hex, Hex>> = {
  [ANCHORS_ADDRESS]:
    '0x3373fffffffffffffffffffffffffffffffffffffffe14604d57602036146024575f5ffd5b5f35801560495762001fff810690815414603c575f5ffd5b62001fff01545f5260205ff35b5f5ffd5b62001fff42064281555f359062001fff015500',
  // EIP-2935: hashes of past blocks.
  '0x0000f90827f1c53a10cb7a02335b175320002935':
    '0x3373fffffffffffffffffffffffffffffffffffffffe14604657602036036042575f35600143038111604257611fff81430311604257611fff9006545f5260205ff35b5f5ffd5b5f35611fff60014303065500',
  '0x00000961ef480eb55e80d19ad83579a64c007002': '0x5f5ff3',
  '0x0000bbddc7ce488642fb579f8b00f3a590007251': '0x5f5ff3',
  // The deterministic deployer that development tools use
  // (github.com/Arachnid/deterministic-deployment-proxy).
  '0x4e59b44847b379578588920ca78fbf26c0b4956c':
    '0x7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe03601600081602082378035828234f58015156039578182fd5b8082525050506014600cf3',
}

/** Base fee of the first block, wei. It may fall to 7. */
const BASE_FEE = 1_000_000_000

export type GenesisOptions = {
  rules: Pick<ChainRules, 'chainId' | 'gasLimit'>
  /** Runtime code of the predeploys. */
  code: Readonly<Record<keyof typeof PREDEPLOYS, Hex>>
  /** The network's Bridge on L1, in whose name tokens leave. */
  l1Bridge: Hex
  /** Accounts that own something from the start; in a network that bridges everything, none. */
  balances?: Readonly<Record<Hex, bigint>>
}

/** The genesis file of a network's chain, in the form of go-ethereum. */
export function createGenesis({ rules, code, l1Bridge, balances = {} }: GenesisOptions): Genesis {
  const contract = (runtime: Hex) => ({ balance: '0x0', nonce: '0x1', code: runtime })
  const bridge = { [ZERO_SLOT]: `0x${l1Bridge.slice(2).toLowerCase().padStart(64, '0')}` }
  const predeploys = [
    [PREDEPLOYS.messenger, contract(code.messenger)],
    [PREDEPLOYS.tokenBridge, { ...contract(code.tokenBridge), storage: bridge }],
    [PREDEPLOYS.bridgedToken, contract(code.bridgedToken)],
  ]
  const system = Object.entries(SYSTEM_CODE).map(([address, runtime]) => [
    address,
    contract(runtime),
  ])
  const owners = Object.entries(balances).map(([address, balance]) => [
    address,
    { balance: `0x${balance.toString(16)}` },
  ])
  const blobs = (target: number, max: number, baseFeeUpdateFraction: number) => ({
    target,
    max,
    baseFeeUpdateFraction,
  })
  return {
    config: {
      chainId: rules.chainId,
      ...Object.fromEntries(BLOCK_FORKS.map((name) => [name, 0])),
      ...Object.fromEntries(TIME_FORKS.map((name) => [name, 0])),
      terminalTotalDifficulty: 0,
      terminalTotalDifficultyPassed: true,
      // No contract: nothing can emit the event that would be a deposit of a beacon chain
      // (EIP-6110).
      depositContractAddress: `0x${'00'.repeat(20)}`,
      blobSchedule: {
        cancun: blobs(3, 6, 3_338_477),
        prague: blobs(6, 9, 5_007_716),
        osaka: blobs(6, 9, 5_007_716),
      },
    },
    nonce: '0x0',
    timestamp: '0x0',
    extraData: `0x${'00'.repeat(8)}`,
    gasLimit: `0x${rules.gasLimit.toString(16)}`,
    difficulty: '0x0',
    mixHash: `0x${'00'.repeat(32)}`,
    coinbase: `0x${'00'.repeat(20)}`,
    baseFeePerGas: `0x${BASE_FEE.toString(16)}`,
    alloc: Object.fromEntries([...system, ...predeploys, ...owners]),
  }
}

const BLOCK_FORKS = [
  'homesteadBlock',
  'eip150Block',
  'eip155Block',
  'eip158Block',
  'byzantiumBlock',
  'constantinopleBlock',
  'petersburgBlock',
  'istanbulBlock',
  'muirGlacierBlock',
  'berlinBlock',
  'londonBlock',
  'arrowGlacierBlock',
  'grayGlacierBlock',
  'mergeNetsplitBlock',
]

const TIME_FORKS = ['shanghaiTime', 'cancunTime', 'pragueTime', 'osakaTime']
