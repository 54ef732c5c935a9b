import type { Fetch } from '@ambrosia/api/client/call'
import { askTagSecret } from '@ambrosia/api/oracle/OracleClient'
import { fromHex, fromUint, random } from '@ambrosia/primitives/Bytes'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import { sha256Tagged } from '@ambrosia/primitives/Hash'
import type { RequestSigner } from '@ambrosia/primitives/SignedRequest'
import * as Envelope from '@ambrosia/sealing/Envelope'
import type { Keystore } from '@ambrosia/service/Keystore'
import type { Address } from 'viem'

/**
 * The secret behind the tags, shared by the oracles: the first registered one makes it, the others get it wrapped to the key that the
 * registry holds for them, never to a key that a request names.
 */
const NAME = 'tag-secret'

/** Where another oracle is, as the registry lists it. */
export type PeerAddress = { operator: Address; endpoint: string }

/** Another oracle with its registered key. */
export type Peer = PeerAddress & {
  publicKey: Uint8Array
  keyId: string
  epoch: number
}

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

/** Asks the other oracles in turn until one hands the secret over, and keeps it. @throws TagSecret.NotHandedOver */
export async function fetchTagSecret(options: {
  peers: readonly PeerAddress[]
  self: { operator: Address; privateKey: Uint8Array }
  operator: RequestSigner
  chainId: number
  dealBook: Address
  keystore: Keystore
  fetch: Fetch
  now: () => number
}): Promise<Uint8Array> {
  const { chainId, dealBook, self, operator, fetch, now } = options
  for (const { endpoint: url, operator: audience } of options.peers) {
    try {
      const envelope = await askTagSecret({ url, fetch, now, chainId, audience, operator })
      const context = contextOf(chainId, dealBook, self.operator)
      const secret = await Envelope.unwrap({ envelope, privateKey: self.privateKey, context })
      return options.keystore.getOrCreate(NAME, () => secret)
    } catch {
      // The next peer may answer; the caller tries again later when none does.
    }
  }
  throw new NotHandedOverError(options.peers.length)
}

export class NotHandedOverError extends AmbrosiaError {
  constructor(peerCount: number) {
    super('TagSecret.NotHandedOver', `none of ${peerCount} oracles handed over the tag secret`)
  }
}
