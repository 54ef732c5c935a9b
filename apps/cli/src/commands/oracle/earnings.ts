import type { Command } from 'commander'
import type { Hex } from 'viem'
import { amount } from '../../figures.ts'
import { address } from '../../options.ts'
import { show } from '../../output.ts'

/** `ambrosia oracle earnings`. */
export function define(earnings: Command): void {
  earnings
    .argument('<operator>', 'account of the oracle operator', address)
    .addHelpText('after', '\nExample:\n  ambrosia oracle earnings 0x…')
    .action(async (operator: Hex, _options: object, command: Command) => {
      const { openSession } = await import('../../Session.ts')
      const { recordOf } = await import('./recordOf.ts')
      const { certified, earned, commission, punished, taken } = await recordOf(
        await openSession(),
        operator,
      )
      show(command, { operator, certified, earned, commission, punished, taken }, [
        `shares      ${amount(BigInt(earned))} of ${certified} sales, locked until each is delivered`,
        `commission  ${amount(BigInt(commission))} of rewards to its delegators`,
        `lost        ${amount(BigInt(taken))} by ${punished} punishments`,
      ])
    })
}
