import type { Command } from 'commander'
import { homeOf } from '../../environment.ts'
import { walletName } from '../../options.ts'
import { show } from '../../output.ts'

/** `ambrosia keys create`. */
export function define(create: Command): void {
  create
    .argument('<name>', 'name of the keys', walletName)
    .addHelpText(
      'after',
      `
Keys that are there already stay as they are and are shown.

Example:
  ambrosia keys create alice

With --json: {"version":1,"name":"alice","created":true,"account":"0x…","holder":"did:key:z…","deliveryKey":"0x…"}`,
    )
    .action(async (name: string, _options: object, command: Command) => {
      const { openWallet } = await import('../../wallet/Wallet.ts')
      const { toHex } = await import('@ambrosia/primitives/Bytes')
      const wallet = await openWallet(homeOf())
      const created = !wallet.names().includes(`account.${name}`)
      const account = wallet.account(name).address
      const holder = wallet.holderKey(name).did
      const { publicKey } = await wallet.encryptionKey(name)
      show(command, { name, created, account, holder, deliveryKey: toHex(publicKey) }, [
        ...(created ? [] : [`${name} has keys already; nothing was changed`]),
        `account       ${account}`,
        `holder key    ${holder}`,
        `delivery key  ${toHex(publicKey)}`,
      ])
    })
}
