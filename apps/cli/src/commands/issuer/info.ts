import type { Command } from 'commander'
import { show } from '../../output.ts'

/** `ambrosia issuer info`. */
export function define(info: Command): void {
  info
    .addHelpText('after', '\nExample:\n  ambrosia issuer info')
    .action(async (_options: object, command: Command) => {
      const { openIssuer } = await import('./operator.ts')
      const { client } = await openIssuer()
      const { did, statusPeriodSec } = await client.service()
      show(command, { did, statusPeriodSec }, [did])
    })
}
