import * as Network from '@ambrosia/chain/Network'
import type { Job } from '@ambrosia/service/jobs'
import type { OracleConfig } from '../config.ts'
import { reportContradictions } from '../network/contradictions.ts'
import { type Dues, keepEpochs } from '../network/epochs.ts'
import { join as joinNetwork } from '../network/join.ts'
import { createNetworkReader } from '../network/readNetwork.ts'
import type { Oracle } from '../Oracle.ts'
import { createWaits } from '../releases/Waits.ts'
import { fetchCriteria } from './fetchCriteria.ts'
import { followDeals } from './followDeals.ts'
import { fulfilDuties } from './fulfilDuties.ts'
import { register } from './register.ts'
import { releaseKeys } from './releaseKeys.ts'
import { shareTagSecret } from './shareTagSecret.ts'
import { untilChainMoves } from './untilChainMoves.ts'

/** A registration that stands is looked for again: the chain may have dropped its block. */
const JOINED_WAIT_MS = 30_000

/** What an oracle does beside answering requests. */
export function createJobs(
  oracle: Oracle,
  options: { network: Network.Network; config: OracleConfig; endpoint: string },
): Job[] {
  const { config, network, endpoint } = options
  const everyMs = config.pollMs
  const registry = Network.contractOf(network, 'oracleRegistry')
  const fromBlock = Network.fromBlockOf(network)
  const finality = Network.finalityOf(network, config.mode)
  const waits = createWaits(oracle.now)
  const joining = (): Job[] => {
    const { oracleNetwork } = oracle
    if (oracleNetwork === undefined) {
      let nextMs = 0
      const join = async (): Promise<void> => {
        if (oracle.now() < nextMs) return
        const isRegistered = await register(oracle, { registry, endpoint, config })
        await shareTagSecret(oracle)
        if (isRegistered) nextMs = oracle.now() + JOINED_WAIT_MS
      }
      return [{ name: 'join', everyMs, run: join }]
    }
    const reader = createNetworkReader(oracle.client, oracleNetwork)
    const dues: Dues = new Map()
    const job = { oracle, network: oracleNetwork, reader }
    return [
      {
        name: 'join',
        everyMs,
        run: untilChainMoves(oracle, () => joinNetwork({ ...job, config, endpoint, registry })),
      },
      { name: 'epochs', everyMs, run: untilChainMoves(oracle, () => keepEpochs(job, dues)) },
      { name: 'contradictions', everyMs, run: () => reportContradictions(oracle, oracleNetwork) },
    ]
  }
  return [
    ...joining(),
    {
      name: 'follow deals',
      everyMs,
      run: (signal) => followDeals(oracle, { fromBlock, finality, signal }),
    },
    { name: 'fetch criteria', everyMs, run: () => fetchCriteria(oracle) },
    { name: 'release keys', everyMs, run: () => releaseKeys(oracle, waits) },
    { name: 'duties on chain', everyMs, run: () => fulfilDuties(oracle) },
  ]
}
