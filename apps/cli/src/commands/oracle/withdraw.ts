import type { Command } from 'commander'
import type { Hex } from 'viem'
import { amount, gasOf } from '../../figures.ts'
import { address } from '../../options.ts'
import { RefusedError, show } from '../../output.ts'

/** `ambrosia oracle withdraw`. */
export function define(withdraw: Command): void {
  withdraw
    .argument('<to>', 'account that gets the MED', address)
    .option('--name <name>', 'folder of the oracle in the home', 'oracle')
    .option('--med <amount>', 'MED; all that is free without it')
    .addHelpText(
      'after',
      `
Sends MED that the operator's account holds: shares of sales, which the service takes by itself, and claimed commission.
What is staked stays: ambrosia stake undelegate.

Example:
  ambrosia oracle withdraw 0x… --name oracle-1`,
    )
    .action(async (to: Hex, options: { name: string; med?: string }, command: Command) => {
      const { openSession } = await import('../../Session.ts')
      const { openOperator } = await import('./openOperator.ts')
      const { fromDecimal } = await import('@ambrosia/primitives/Units')
      const { medTokenAbi } = await import('@ambrosia/chain/abi/token')
      const { transfer } = await import('@ambrosia/sdk/transfer')
      const { home, chain } = await openSession()
      const operator = await openOperator(home, options.name)
      const held = await chain.client.readContract({
        address: chain.contracts.medToken,
        abi: medTokenAbi,
        functionName: 'balanceOf',
        args: [operator.address],
      })
      const wanted = options.med === undefined ? held : fromDecimal(options.med)
      if (wanted === 0n || wanted > held)
        throw new RefusedError('Oracle.NothingFree', `the operator holds ${amount(held)}`)
      const { gasUsed, transactionHash } = await transfer({
        chain,
        account: operator,
        to,
        amount: wanted,
        token: 'MED',
      })
      show(command, { to, med: wanted.toString(), transaction: transactionHash }, [
        `${amount(wanted)} to ${to}`,
        gasOf(gasUsed, transactionHash),
      ])
    })
}
