import type { Genesis } from '@ambrosia/rollup/L2Genesis'
import { paramsBlock } from '@ethereumjs/block'
import { Common, type CustomCrypto, parseGethGenesis } from '@ethereumjs/common'
import { paramsEVM } from '@ethereumjs/evm'
import { paramsTx } from '@ethereumjs/tx'
import { paramsVM } from '@ethereumjs/vm'
import { toQuantity } from '../Genesis.ts'

type ChainParams = ReturnType<typeof parseGethGenesis>
type BlobSchedule = { target: number; max: number; baseFeeUpdateFraction: number }

/**
 * The chain's rules as ethereumjs reads them from a genesis file.
 */
export function createCommon(genesis: Genesis, customCrypto: CustomCrypto): Common {
  const config: Record<string, unknown> = Object.fromEntries(
    Object.entries(genesis.config).filter(([, value]) => value !== null && value !== undefined),
  )
  // go-ethereum is past the merge where the terminal difficulty is reached at genesis; ethereumjs
  // wants to be told so.
  const terminal = config['terminalTotalDifficulty'] as string | number | undefined
  if (terminal !== undefined && toQuantity(terminal, 0n) <= toQuantity(genesis.difficulty, 0n)) {
    config['mergeNetsplitBlock'] ??= 0
    config['terminalTotalDifficultyPassed'] = true
  }
  // Both are part of one fork, and ethereumjs wants both.
  config['eip155Block'] ??= config['eip158Block']
  config['eip158Block'] ??= config['eip155Block']
  // go-ethereum reads Constantinople alone as with its correction.
  config['petersburgBlock'] ??= config['constantinopleBlock']
  const { known, later } = splitSchedule(config['blobSchedule'])
  if (known !== undefined) config['blobSchedule'] = known
  else delete config['blobSchedule']
  const chain = parseGethGenesis(
    {
      nonce: '0x0',
      extraData: '0x',
      difficulty: '0x0',
      gasLimit: '0x0',
      ...genesis,
      timestamp: `0x${toQuantity(genesis.timestamp, 0n).toString(16)}`,
      config,
    } as never,
    'genesis',
  ) as ChainParams & { customHardforks?: Record<string, unknown> | undefined }
  chain.customHardforks = { ...chain.customHardforks, ...later } as never
  return new ChainCommon({
    chain: chain as never,
    customCrypto,
    hardfork: chain.hardfork ?? 'chainstart',
  })
}

/** True where the rules are the same from genesis on, so that no block needs them looked up. */
export function isSingleFork(common: Common): boolean {
  return common.hardforks().every(({ block, timestamp }) => {
    const isAtGenesis = (value: unknown) =>
      value === null || value === undefined || Number(value) === 0
    return isAtGenesis(block) && isAtGenesis(timestamp)
  })
}

/**
 * ethereumjs reads the schedule of the blob-parameter forks under other names than that of the
 * others.
 */
function splitSchedule(schedule: unknown) {
  const later: Record<string, unknown> = {}
  if (typeof schedule !== 'object' || schedule === null) return { known: undefined, later }
  const known: Record<string, BlobSchedule> = {}
  for (const [fork, entry] of Object.entries(schedule as Record<string, BlobSchedule>)) {
    if (!fork.startsWith('bpo')) known[fork] = entry
    else {
      const { target, max, baseFeeUpdateFraction } = entry
      later[fork] = {
        eips: [],
        params: { target, max, blobGasPriceUpdateFraction: baseFeeUpdateFraction },
      }
    }
  }
  return { known, later }
}

/**
 * ethereumjs copies the parameters of every fork into every header and transaction that it makes,
 * by way of JSON: most of the time of making one. Here they are merged once, and copies share them.
 */
class ChainCommon extends Common {
  private isMerged = false

  constructor(options: ConstructorParameters<typeof Common>[0]) {
    super(options)
    for (const params of [paramsTx, paramsBlock, paramsEVM, paramsVM]) super.updateParams(params)
    this.isMerged = true
  }

  override updateParams(params: Parameters<Common['updateParams']>[0]): void {
    const known: unknown[] = [paramsTx, paramsBlock, paramsEVM, paramsVM]
    if (this.isMerged && known.includes(params)) return
    super.updateParams(params)
  }
}
