import type { Command } from 'commander'
import { homeOf } from '../../environment.ts'
import { show } from '../../output.ts'

/** `ambrosia keys list`. */
export function define(list: Command): void {
  list
    .addHelpText('after', '\nExample:\n  ambrosia keys list')
    .action(async (_options: object, command: Command) => {
      const { openWallet } = await import('../../wallet/Wallet.ts')
      const wallet = await openWallet(homeOf())
      show(command, { keys: wallet.names() }, wallet.names())
    })
}
