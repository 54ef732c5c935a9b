import { fromHex, fromUint, random } from '@ambrosia/primitives/Bytes'
import { sha256Tagged } from '@ambrosia/primitives/Hash'
import * as Envelope from '@ambrosia/sealing/Envelope'
import type { Keystore } from '@ambrosia/service/Keystore'
import type { Address } from 'viem'
import type { Peer } from './Enclave.ts'

/**
 * The secret behind the tags where there are no epochs: the first registered oracle makes it, the
 * others get it wrapped to the key that the registry holds for them, never to a key that a request
 * names.
 */
const NAME = 'tag-secret'

export function readTagSecret(keystore: Keystore): Uint8Array | undefined {
  return keystore.get(NAME)
}

/** Makes the secret. Only for the oracle that registered first. */
export function createTagSecret(keystore: Keystore): Uint8Array {
  return keystore.getOrCreate(NAME, () => random(32))
}

/** What a wrapped tag secret is bound to. */
function contextOf(chainId: number, dealBook: Address, to: Address): Uint8Array {
  return sha256Tagged(
    'ambrosia/tag-secret/1',
    fromUint(chainId, 32),
    fromHex(dealBook),
    fromHex(to),
  )
}

/** Wraps the secret to a registered oracle. */
export async function wrapTagSecret(options: {
  secret: Uint8Array
  peer: Peer
  chainId: number
  dealBook: Address
}): Promise<Envelope.Envelope> {
  const { peer } = options
  return await Envelope.wrap({
    dataKey: options.secret,
    recipient: { keyId: peer.keyId, epoch: peer.epoch, publicKey: peer.publicKey },
    context: contextOf(options.chainId, options.dealBook, peer.operator),
  })
}

/** Keeps the secret that another oracle wrapped to this one. @throws Envelope.* */
export async function openTagSecret(options: {
  envelope: Envelope.Envelope
  self: { operator: Address; privateKey: Uint8Array }
  chainId: number
  dealBook: Address
  keystore: Keystore
}): Promise<void> {
  const { envelope, self } = options
  const context = contextOf(options.chainId, options.dealBook, self.operator)
  const secret = await Envelope.unwrap({ envelope, privateKey: self.privateKey, context })
  options.keystore.getOrCreate(NAME, () => secret)
}
