import type { Command } from 'commander'
import type { Hex } from 'viem'
import { gasOf } from '../../figures.ts'
import { address } from '../../options.ts'
import { show } from '../../output.ts'

/** `ambrosia oracle admit`. */
export function define(admit: Command): void {
  admit
    .argument('<operator>', 'account of the oracle operator', address)
    .option('--key <name>', 'account that holds the role', 'deployer')
    .addHelpText(
      'after',
      `
For whoever holds the admission role, or founds a network: later oracles are admitted by the votes of the others.

Example:
  ambrosia oracle admit 0x…`,
    )
    .action(async (operator: Hex, options: { key: string }, command: Command) => {
      const { accountOf, openSession } = await import('../../Session.ts')
      const { admitOperator } = await import('./admitOperator.ts')
      const session = await openSession()
      const receipt = await admitOperator(session, accountOf(session, options.key), operator)
      show(command, { operator, transaction: receipt.transactionHash }, [
        `${operator} is admitted`,
        gasOf(receipt.gasUsed, receipt.transactionHash),
      ])
    })
}
