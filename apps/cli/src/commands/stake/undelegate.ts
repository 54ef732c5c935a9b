import type { Command } from 'commander'
import type { Hex } from 'viem'
import { amount, gasOf, time } from '../../figures.ts'
import { address } from '../../options.ts'
import { RefusedError, show } from '../../output.ts'

/** `ambrosia stake undelegate`. */
export function define(undelegate: Command): void {
  undelegate
    .argument('<operator>', 'account of the oracle operator', address)
    .argument('[amount]', 'MED; all without it')
    .option('--key <name>', 'account that delegated', 'consumer')
    .addHelpText(
      'after',
      `
What leaves waits, and answers for the operator's acts until then; ambrosia stake claim takes it afterwards.

Examples:
  ambrosia stake undelegate 0x…
  ambrosia stake undelegate 0x… 100`,
    )
    .action(
      async (
        operator: Hex,
        text: string | undefined,
        options: { key: string },
        command: Command,
      ) => {
        const { openStake } = await import('./StakeSession.ts')
        const { sharesOf } = await import('./sharesOf.ts')
        const { parseEventLogs } = await import('viem')
        const session = await openStake(options.key)
        const { chain, account, book } = session
        const shares = await sharesOf(session, operator, text)
        const { logs, transactionHash, gasUsed } = await chain.send(account, {
          ...book,
          functionName: 'undelegate',
          args: [operator, shares],
        })
        const [left] = parseEventLogs({ abi: book.abi, logs, eventName: 'Undelegated' })
        if (left === undefined) throw new RefusedError('Stake.NotLeaving', 'nothing began to leave')
        const { cohort, assets } = left.args
        const [, , maturesAt] = await chain.client.readContract({
          ...book,
          functionName: 'exitOf',
          args: [operator, cohort, account.address],
        })
        show(
          command,
          {
            operator,
            leaving: assets.toString(),
            cohort: cohort.toString(),
            maturesAt: new Date(Number(maturesAt) * 1000).toISOString(),
            transaction: transactionHash,
          },
          [
            `${amount(assets)} waits until ${time(maturesAt)}; then: ambrosia stake claim ${operator}`,
            gasOf(gasUsed, transactionHash),
          ],
        )
      },
    )
}
