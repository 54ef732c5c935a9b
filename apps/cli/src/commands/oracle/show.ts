import type { Command } from 'commander'
import type { Hex } from 'viem'
import { amount } from '../../figures.ts'
import { address } from '../../options.ts'
import { show as print } from '../../output.ts'

/** `ambrosia oracle show`. */
export function define(show: Command): void {
  show
    .argument('<operator>', 'account of the oracle operator', address)
    .addHelpText('after', '\nExample:\n  ambrosia oracle show 0x…')
    .action(async (operator: Hex, _options: object, command: Command) => {
      const { openSession } = await import('../../Session.ts')
      const { recordOf } = await import('./recordOf.ts')
      const record = await recordOf(await openSession(), operator)
      print(command, record, [
        `status      ${record.status}, ${record.commissionBps / 100} %`,
        `endpoint    ${record.endpoint}`,
        `stake       ${amount(BigInt(record.stake))}, ${amount(BigInt(record.ownStake))} its own; power ${amount(BigInt(record.power))}`,
        `record      ${record.certified} sales certified, ${amount(BigInt(record.earned))} of shares, punished ${record.punished} times`,
      ])
    })
}
