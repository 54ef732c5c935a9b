import type { Command } from 'commander'
import { homeOf } from '../../environment.ts'
import { show } from '../../output.ts'

/** `ambrosia record list`. */
export function define(list: Command): void {
  list
    .addHelpText('after', '\nExample:\n  ambrosia record list')
    .action(async (_options: object, command: Command) => {
      const { recordNames } = await import('../../wallet/records.ts')
      const names = recordNames(homeOf())
      show(
        command,
        { records: names },
        names,
        'no records yet; a hospital issues them: ambrosia issuer issue --help',
      )
    })
}
