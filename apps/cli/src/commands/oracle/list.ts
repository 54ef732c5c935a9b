import type { Fetch } from '@ambrosia/api/client/call'
import type { Command } from 'commander'
import { show } from '../../output.ts'

const READY_TIMEOUT_MS = 5_000

/** `ambrosia oracle list`. */
export function define(list: Command): void {
  list
    .addHelpText('after', '\nExample:\n  ambrosia oracle list')
    .action(async (_options: object, command: Command) => {
      const { openSession } = await import('../../Session.ts')
      const { readOperators, readOracle } = await import('@ambrosia/chain/read/oracle')
      const { outwardFetch } = await import('../../outwardFetch.ts')
      const { chain, network } = await openSession()
      const get = outwardFetch(network.rpcUrl)
      const operators = await readOperators(chain.client, chain.contracts.oracleRegistry)
      const oracles = await Promise.all(
        operators.map(async (operator) => {
          const one = await readOracle(chain.client, chain.contracts.oracleRegistry, operator)
          return { ...one, epoch: Number(one.epoch), ready: await isReady(get, one.endpoint) }
        }),
      )
      show(
        command,
        { oracles },
        oracles.map(
          (one) =>
            `${one.operator}  ${one.status.padEnd(10)}  ${one.ready ? 'ready' : 'silent'}  ${one.endpoint}  ${one.commissionBps / 100} %`,
        ),
        'no oracle is registered; run one: ambrosia oracle serve --help',
      )
    })
}

async function isReady(get: Fetch, endpoint: string): Promise<boolean> {
  try {
    const signal = AbortSignal.timeout(READY_TIMEOUT_MS)
    return (await get(`${endpoint}/ready`, { signal })).ok
  } catch {
    return false
  }
}
