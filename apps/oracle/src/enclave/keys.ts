import { random, toHex } from '@ambrosia/primitives/Bytes'
import * as Envelope from '@ambrosia/sealing/Envelope'
import type { Keystore } from '@ambrosia/service/Keystore'
import type { Address } from 'viem'
import { type PrivateKeyAccount, privateKeyToAccount } from 'viem/accounts'

/** The keys that are born in the enclave and never leave it. */
export type EnclaveKeys = {
  operator: Address
  signer: PrivateKeyAccount
  publicKey: Uint8Array
  privateKey: Uint8Array
  /** Names the encryption key in manifests. */
  keyId: string
  epoch: number
}

/** The keys of this enclave, made and sealed at the first start. */
export async function openKeys(keystore: Keystore, operator: Address): Promise<EnclaveKeys> {
  const secret = (name: string): Uint8Array => keystore.getOrCreate(name, () => random(32))
  const seed = secret('encryption-1')
  const { publicKey, privateKey } = await Envelope.createKeyPair(() => seed.slice())
  return {
    operator,
    signer: privateKeyToAccount(toHex(secret('signer'))),
    publicKey,
    privateKey,
    keyId: operator.toLowerCase(),
    epoch: 1,
  }
}
