import { random, toHex } from '@ambrosia/primitives/Bytes'
import { openKeystore, placesOf } from '@ambrosia/service/settings'
import { type PrivateKeyAccount, privateKeyToAccount } from 'viem/accounts'
import type { NodeConfig } from './config.ts'

/**
 * The account of the member that this node is of; made where there is none.
 * @throws Config.*, Keystore.*
 */
export async function openAccount(config: NodeConfig): Promise<PrivateKeyAccount> {
  const keystore = await openKeystore(config, placesOf(config, 'node'))
  return privateKeyToAccount(toHex(keystore.getOrCreate('account', () => random(32))))
}
