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
      const { chain } = await openSession()
      const operators = await readOperators(chain.client, chain.contracts.oracleRegistry)
      const oracles = await Promise.all(
        operators.map(async (operator) => {
          const one = await readOracle(chain.client, chain.contracts.oracleRegistry, operator)
          return { ...one, epoch: Number(one.epoch), ready: await isReady(one.endpoint) }
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

async function isReady(endpoint: string): Promise<boolean> {
  try {
    const signal = AbortSignal.timeout(READY_TIMEOUT_MS)
    return (await fetch(`${endpoint}/ready`, { signal })).ok
  } catch {
    return false
  }
}
