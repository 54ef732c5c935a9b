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
      show(
        command,
        { keys: wallet.names() },
        wallet.names(),
        'no keys yet; they are made when they are first needed, or by ambrosia keys create',
      )
    })
}
