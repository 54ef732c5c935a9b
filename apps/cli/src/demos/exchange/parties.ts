import { developmentAccount } from '@ambrosia/devnet/accounts'
import type { Network } from '@ambrosia/devnet/Network'
import type { ConsumerKey } from '@ambrosia/sdk/consumer/collectRecord'
import { createConsumerDid } from '@ambrosia/sdk/identity/createDid'
import type { LocalAccount } from 'viem'
import type { Wallet } from '../../wallet/Wallet.ts'

/** The researcher: an account with MED, and a DID that names the key for deliveries. */
export type Consumer = { account: LocalAccount; did: string; key: ConsumerKey }

export async function createConsumer(network: Network, wallet: Wallet): Promise<Consumer> {
  const account = developmentAccount('consumer')
  const { publicKey, privateKey } = await wallet.encryptionKey('consumer')
  const { did, keyId } = await createConsumerDid({
    chain: network.chain,
    controller: account,
    relayer: account,
    deliveryKey: publicKey,
    now: Date.now,
  })
  return { account, did, key: { keyId, privateKey } }
}
