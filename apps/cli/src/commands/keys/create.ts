import type { Command } from 'commander'
import { homeOf } from '../../environment.ts'
import { walletName } from '../../options.ts'
import { show } from '../../output.ts'

/** `ambrosia keys create`. */
export function define(create: Command): void {
  create
    .argument('<name>', 'name of the keys', walletName)
    .addHelpText('after', '\nExample:\n  ambrosia keys create alice')
    .action(async (name: string, _options: object, command: Command) => {
      const { openWallet } = await import('../../wallet/Wallet.ts')
      const { toHex } = await import('@ambrosia/primitives/Bytes')
      const wallet = await openWallet(homeOf())
      const account = wallet.account(name).address
      const holder = wallet.holderKey(name).did
      const { publicKey } = await wallet.encryptionKey(name)
      show(command, { name, account, holder, deliveryKey: toHex(publicKey) }, [
        `account       ${account}`,
        `holder key    ${holder}`,
        `delivery key  ${toHex(publicKey)}`,
      ])
    })
}
