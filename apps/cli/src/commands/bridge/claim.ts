import type { Command } from 'commander'
import { gasOf } from '../../figures.ts'
import { wholeNumber } from '../../options.ts'
import { show } from '../../output.ts'
import { addBridgeOptions, assertL2, type BridgeOptions, openSides } from './sides.ts'

/** `ambrosia bridge claim`. */
export function define(verb: Command): void {
  addBridgeOptions(verb)
    .requiredOption('--index <n>', 'number of the message', wholeNumber(0, 2 ** 32 - 2))
    .addHelpText(
      'after',
      `
Anybody may claim for anybody: the message says where it goes. Refused with Bridge.NotCertain until it is certain.

Example:
  ambrosia bridge claim --index 0`,
    )
    .action(async (options: BridgeOptions & { index: number }, command: Command) => {
      const { claim } = await import('@ambrosia/rollup/bridge/claim')
      const sides = await openSides(options)
      await assertL2(sides)
      const { index } = options
      const { transactionHash: transaction, gasUsed } = await claim({ ...sides, index })
      show(command, { index, transaction, gas: Number(gasUsed) }, [
        `message ${index} is carried out on L1`,
        gasOf(gasUsed, transaction),
      ])
    })
}
