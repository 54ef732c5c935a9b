import { random, toHex } from '@ambrosia/primitives/Bytes'
import type { Keystore } from '@ambrosia/service/Keystore'
import { type LocalAccount, privateKeyToAccount } from 'viem/accounts'

/**
 * The account that operates this oracle: it pays for gas and holds the stake. All other keys are
 * the enclave's.
 */
export function openOperator(keystore: Keystore): LocalAccount {
  return privateKeyToAccount(toHex(keystore.getOrCreate('operator', () => random(32))))
}
