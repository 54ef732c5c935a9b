import { random, toHex } from '@ambrosia/primitives/Bytes'
import * as Envelope from '@ambrosia/sealing/Envelope'
import type { Keystore } from '@ambrosia/service/Keystore'
import { type LocalAccount, privateKeyToAccount } from 'viem/accounts'

/** What an oracle holds: an account that operates it, a key that signs certificates, and a key that opens records. */
export type OracleKeys = {
  operator: LocalAccount
  signer: LocalAccount
  publicKey: Uint8Array
  privateKey: Uint8Array
  /** Names the encryption key in manifests. */
  keyId: string
  epoch: number
}

/** The keys of this oracle, made and kept at the first start. */
export async function openKeys(keystore: Keystore): Promise<OracleKeys> {
  const secret = (name: string): Uint8Array => keystore.getOrCreate(name, () => random(32))
  const operator = privateKeyToAccount(toHex(secret('operator')))
  const seed = secret('encryption-1')
  const { publicKey, privateKey } = await Envelope.createKeyPair(() => seed.slice())
  return {
    operator,
    signer: privateKeyToAccount(toHex(secret('signer'))),
    publicKey,
    privateKey,
    keyId: operator.address.toLowerCase(),
    epoch: 1,
  }
}

/** The side of the keys that opens records. */
export function selfOf({ operator, keyId, epoch, privateKey }: OracleKeys) {
  return { operator: operator.address, keyId, epoch, privateKey }
}
