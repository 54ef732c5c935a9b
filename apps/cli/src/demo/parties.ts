import * as DidAmbrosia from '@ambrosia/credentials/DidAmbrosia'
import * as Keys from '@ambrosia/credentials/Keys'
import { developmentAccount } from '@ambrosia/devnet/accounts'
import type { Network } from '@ambrosia/devnet/Network'
import type { ConsumerKey } from '@ambrosia/sdk/consumer/collectRecord'
import { createDid } from '@ambrosia/sdk/identity/createDid'
import type { LocalAccount } from 'viem'
import type { Wallet } from '../wallet.ts'

/** The researcher: an account with MED, and a DID that names the key for deliveries. */
export type Consumer = { account: LocalAccount; did: string; key: ConsumerKey }

export async function createConsumer(network: Network, wallet: Wallet): Promise<Consumer> {
  const account = developmentAccount('consumer')
  const { publicKey, privateKey } = await wallet.encryptionKey('consumer')
  const { did } = await createDid({
    chain: network.chain,
    controller: account,
    relayer: account,
    salt: `0x${'00'.repeat(32)}`,
    methods: [
      {
        fragment: 'delivery-1',
        purposes: DidAmbrosia.PURPOSES.keyAgreement,
        multikey: Keys.toMulticodec({ type: 'X25519', bytes: publicKey }),
      },
    ],
    services: [],
    now: Date.now,
  })
  return { account, did, key: { keyId: `${did}#delivery-1`, privateKey } }
}
