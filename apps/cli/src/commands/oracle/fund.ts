import type { Command } from 'commander'
import type { Hex } from 'viem'
import { amount } from '../../figures.ts'
import { address } from '../../options.ts'
import { show } from '../../output.ts'

/** `ambrosia oracle fund`. */
export function define(fund: Command): void {
  fund
    .argument('<operator>', 'account of the oracle operator', address)
    .option('--ether <amount>', 'ether for gas', '1')
    .option('--med <amount>', 'MED for its own stake', '0')
    .option('--key <name>', 'account that pays', 'consumer')
    .addHelpText(
      'after',
      `
The service stakes what its own stake lacks, registers and applies by itself.

Example:
  ambrosia oracle fund 0x… --ether 0.5 --med 10000`,
    )
    .action(
      async (
        operator: Hex,
        options: { ether: string; med: string; key: string },
        command: Command,
      ) => {
        const { accountOf, openSession } = await import('../../Session.ts')
        const { fromDecimal } = await import('@ambrosia/primitives/Units')
        const { transfer } = await import('@ambrosia/sdk/transfer')
        const [wei, med] = [fromDecimal(options.ether), fromDecimal(options.med)]
        const session = await openSession()
        const way = {
          chain: session.chain,
          account: accountOf(session, options.key),
          to: operator,
        }
        if (wei > 0n) await transfer({ ...way, amount: wei, token: 'ether' })
        if (med > 0n) await transfer({ ...way, amount: med, token: 'MED' })
        show(command, { operator, wei: wei.toString(), med: med.toString() }, [
          `${options.ether} ether and ${amount(med)} to ${operator}`,
        ])
      },
    )
}
