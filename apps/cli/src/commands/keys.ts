import type { Command } from 'commander'
import { walletName } from '../arguments.ts'
import { groupOf, show } from '../group.ts'
import { homeOf } from '../home.ts'

/** `ambrosia keys`: the wallet's keys; secrets never leave it. */
export function register(program: Command): void {
  const keys = groupOf(program, 'keys', 'Make and list the keys of your wallet.')
  keys
    .command('create')
    .argument('<name>', 'name of the keys', walletName)
    .description('make an account, a holder key and a delivery key of that name (kept if there)')
    .addHelpText('after', '\nExample:\n  ambrosia keys create alice')
    .action(async (name: string, _options: object, command: Command) => {
      const { openWallet } = await import('../wallet.ts')
      const wallet = await openWallet(homeOf())
      const { toHex } = await import('@ambrosia/primitives/Bytes')
      const account = wallet.account(name).address
      const holder = wallet.holderKey(name).did
      const { publicKey } = await wallet.encryptionKey(name)
      await show(command, { name, account, holder, deliveryKey: toHex(publicKey) }, [
        `account       ${account}`,
        `holder key    ${holder}`,
        `delivery key  ${toHex(publicKey)}`,
      ])
    })
  keys
    .command('list')
    .description('names of the keys in the wallet')
    .addHelpText('after', '\nExample:\n  ambrosia keys list')
    .action(async (_options: object, command: Command) => {
      const { openWallet } = await import('../wallet.ts')
      const wallet = await openWallet(homeOf())
      await show(command, { keys: wallet.names() }, wallet.names())
    })
}
