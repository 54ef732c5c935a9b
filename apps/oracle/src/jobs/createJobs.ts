import * as Network from '@ambrosia/chain/Network'
import type { Job } from '@ambrosia/service/jobs'
import type { OracleConfig } from '../config.ts'
import { selfOf } from '../keys.ts'
import type { Oracle } from '../Oracle.ts'
import { createWaits } from '../releases/Waits.ts'
import { fetchCriteria } from './fetchCriteria.ts'
import { followDeals } from './followDeals.ts'
import { fulfilDuties } from './fulfilDuties.ts'
import { register } from './register.ts'
import { releaseDue } from './releaseKeys.ts'
import { shareTagSecret } from './shareTagSecret.ts'

/** What an oracle does beside answering requests. */
export function createJobs(
  oracle: Oracle,
  options: { network: Network.Network; config: OracleConfig; endpoint: string },
): Job[] {
  const { keys, database, client, chain, store, statusSchedule, log } = oracle
  const { config, network, endpoint } = options
  const everyMs = config.pollMs
  const registry = Network.contractOf(network, 'oracleRegistry')
  const waits = createWaits(oracle.now)
  const self = { ...selfOf(keys), signer: keys.signer }
  const onCriteria = (criteria: { issuers: readonly string[] }): void => {
    for (const issuer of criteria.issuers) statusSchedule.watch(issuer)
  }
  const { chainId, dealBook, consentBook, rpcUrl } = oracle
  return [
    {
      name: 'join',
      everyMs,
      run: async () => {
        await register(oracle, { registry, endpoint, config })
        await shareTagSecret(oracle)
      },
    },
    {
      name: 'follow deals',
      everyMs,
      run: async (signal) => {
        await followDeals({
          client,
          dealBook,
          consentBook,
          operator: keys.operator.address,
          database,
          fromBlock: Network.fromBlockOf(network),
          finality: Network.finalityOf(network, config.mode),
          signal,
        })
      },
    },
    {
      name: 'fetch criteria',
      everyMs,
      run: () => fetchCriteria({ database, store, log, onCriteria }),
    },
    {
      name: 'release keys',
      everyMs,
      run: () =>
        releaseDue({
          database,
          chain,
          store,
          operator: keys.operator.address,
          keys: self,
          chainId,
          dealBook,
          log,
          client,
          waits,
        }),
    },
    {
      name: 'duties on chain',
      everyMs,
      run: () =>
        fulfilDuties({
          database,
          chain,
          client,
          rpcUrl,
          chainId,
          dealBook,
          keys: { ...self, operatorAccount: keys.operator },
          log,
        }),
    },
  ]
}
