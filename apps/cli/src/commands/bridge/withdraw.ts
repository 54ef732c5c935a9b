import { fromDecimal } from '@ambrosia/primitives/Units'
import type { Command } from 'commander'
import type { Hex } from 'viem'
import { amount } from '../../figures.ts'
import { address } from '../../options.ts'
import { show } from '../../output.ts'
import { addBridgeOptions, assertL2, type BridgeOptions, openSides } from './sides.ts'

type Options = BridgeOptions & { amount: string; to?: Hex }

/** `ambrosia bridge withdraw`. */
export function define(verb: Command): void {
  addBridgeOptions(verb)
    .requiredOption('--amount <amount>', 'how much, such as 12.5')
    .option('--to <address>', 'account on L1; default: the one that sends', address)
    .addHelpText(
      'after',
      `
It can be claimed on L1 when an assertion that includes it is confirmed. Whoever claims it shows its sender, its recipient and its amount.

Example:
  ambrosia bridge withdraw --amount 20 --account consumer`,
    )
    .action(async (options: Options, command: Command) => {
      const { withdraw } = await import('@ambrosia/rollup/bridge/withdraw')
      const sides = await openSides(options)
      await assertL2(sides)
      const { l2: client, account } = sides
      const value = fromDecimal(options.amount)
      const recipient = options.to ?? account.address
      const { index, hash } = await withdraw({ client, account, recipient, amount: value })
      show(command, { index, transaction: hash, amount: value.toString(), recipient }, [
        `${amount(value)} on the way to ${recipient}, as message ${index}`,
        `claim it when it is certain: ambrosia bridge claim --index ${index}`,
      ])
    })
}
