import type { Command } from 'commander'
import type { Hex } from 'viem'
import { gasOf } from '../../figures.ts'
import { address } from '../../options.ts'
import { show } from '../../output.ts'

/** `ambrosia stake redelegate`. */
export function define(redelegate: Command): void {
  redelegate
    .argument('<from>', 'operator that it is behind', address)
    .argument('<to>', 'operator that it moves to', address)
    .argument('[amount]', 'MED; all without it')
    .option('--key <name>', 'account that delegated', 'consumer')
    .addHelpText(
      'after',
      `
It moves at once, and answers for the former operator until the unbonding period is over.

Example:
  ambrosia stake redelegate 0x… 0x… 100`,
    )
    .action(
      async (
        from: Hex,
        to: Hex,
        text: string | undefined,
        options: { key: string },
        command: Command,
      ) => {
        const { openStake } = await import('./StakeSession.ts')
        const { sharesOf } = await import('./sharesOf.ts')
        const session = await openStake(options.key)
        const shares = await sharesOf(session, from, text)
        const { transactionHash, gasUsed } = await session.chain.send(session.account, {
          ...session.book,
          functionName: 'redelegate',
          args: [from, to, shares],
        })
        show(command, { from, to, shares: shares.toString(), transaction: transactionHash }, [
          gasOf(gasUsed, transactionHash),
        ])
      },
    )
}
