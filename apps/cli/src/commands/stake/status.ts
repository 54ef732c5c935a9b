import type { Command } from 'commander'
import { amount, time } from '../../figures.ts'
import { show } from '../../output.ts'

/** `ambrosia stake status`. */
export function define(status: Command): void {
  status
    .option('--key <name>', 'account that delegated', 'consumer')
    .addHelpText('after', '\nExample:\n  ambrosia stake status --key alice')
    .action(async (options: { key: string }, command: Command) => {
      const { openStake } = await import('./StakeSession.ts')
      const { exitsOf } = await import('./exitsOf.ts')
      const { readEvents } = await import('@ambrosia/chain/readEvents')
      const session = await openStake(options.key)
      const { chain, account, book } = session
      const delegated = await readEvents(
        chain.client,
        {
          address: book.address,
          abi: book.abi,
          eventName: 'Delegated',
          args: { delegator: account.address },
        },
        { fromBlock: chain.fromBlock },
      )
      const operators = [...new Set(delegated.map(({ args }) => args.operator))]
      const delegations = await Promise.all(
        operators.map(async (operator) => ({
          operator,
          ...(await chain.client.readContract({
            ...book,
            functionName: 'delegationOf',
            args: [operator, account.address],
          })),
          exits: await exitsOf(session, operator),
        })),
      )
      show(
        command,
        {
          account: account.address,
          delegations: delegations.map(({ operator, assets, rewards, locked, exits }) => ({
            operator,
            assets: assets.toString(),
            rewards: rewards.toString(),
            lockedShares: locked.toString(),
            leaving: exits.map((exit) => ({
              cohort: exit.cohort.toString(),
              assets: exit.assets.toString(),
              maturesAt: new Date(Number(exit.maturesAt) * 1000).toISOString(),
            })),
          })),
        },
        delegations.flatMap(({ operator, assets, rewards, exits }) => [
          `${operator}  ${amount(assets)}, ${amount(rewards)} of rewards`,
          ...exits.map((exit) => `  ${amount(exit.assets)} leaves at ${time(exit.maturesAt)}`),
        ]),
        `${account.address} has nothing staked; ambrosia oracle list shows operators`,
      )
    })
}
