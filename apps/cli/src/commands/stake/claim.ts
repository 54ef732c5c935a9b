import type { Command } from 'commander'
import type { Hex } from 'viem'
import { amount } from '../../figures.ts'
import { address } from '../../options.ts'
import { show } from '../../output.ts'

/** `ambrosia stake claim`. */
export function define(claim: Command): void {
  claim
    .argument('<operator>', 'account of the oracle operator', address)
    .option('--key <name>', 'account that delegated', 'consumer')
    .addHelpText('after', '\nExample:\n  ambrosia stake claim 0x…')
    .action(async (operator: Hex, options: { key: string }, command: Command) => {
      const { openStake } = await import('./StakeSession.ts')
      const { exitsOf } = await import('./exitsOf.ts')
      const session = await openStake(options.key)
      const { chain, account, book } = session
      const { rewards } = await chain.client.readContract({
        ...book,
        functionName: 'delegationOf',
        args: [operator, account.address],
      })
      if (rewards > 0n)
        await chain.send(account, { ...book, functionName: 'claimRewards', args: [operator] })
      const { timestamp } = await chain.client.getBlock()
      const exits = await exitsOf(session, operator)
      let withdrawn = 0n
      for (const { cohort, assets, maturesAt } of exits) {
        if (maturesAt > timestamp) continue
        await chain.send(account, { ...book, functionName: 'withdraw', args: [operator, cohort] })
        withdrawn += assets
      }
      show(command, { operator, rewards: rewards.toString(), withdrawn: withdrawn.toString() }, [
        `${amount(rewards)} of rewards, ${amount(withdrawn)} of stake`,
      ])
    })
}
