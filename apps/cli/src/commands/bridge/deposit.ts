import { fromDecimal } from '@ambrosia/primitives/Units'
import type { Command } from 'commander'
import type { Hex } from 'viem'
import { amount, gasOf } from '../../figures.ts'
import { address } from '../../options.ts'
import { show } from '../../output.ts'
import { addBridgeOptions, type BridgeOptions, openSides } from './sides.ts'

type Options = BridgeOptions & { amount: string; to?: Hex }

/** `ambrosia bridge deposit`. */
export function define(verb: Command): void {
  addBridgeOptions(verb)
    .requiredOption('--amount <amount>', 'how much, such as 12.5')
    .option('--to <address>', 'account on L2; default: the one that pays', address)
    .addHelpText(
      'after',
      `
L1 sees who deposits how much, and not to whom. It arrives with the next block of L2.

Example:
  ambrosia bridge deposit --amount 100 --to 0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359`,
    )
    .action(async (options: Options, command: Command) => {
      const { deposit } = await import('@ambrosia/rollup/bridge/deposit')
      const { l1, network, account } = await openSides(options)
      const value = fromDecimal(options.amount)
      const recipient = options.to ?? account.address
      const receipt = await deposit({ client: l1, account, network, recipient, amount: value })
      const { transactionHash: transaction, gasUsed } = receipt
      const result = {
        transaction,
        gas: Number(gasUsed),
        amount: value.toString(),
        recipient: recipient.toLowerCase(),
      }
      show(command, result, [
        `${amount(value)} on the way to ${recipient}`,
        gasOf(gasUsed, transaction),
      ])
    })
}
