import type { SignedRelease } from '@ambrosia/api/store/StoreClient'
import { fromDid } from '@ambrosia/credentials/DidAmbrosia'
import type { Criteria } from '@ambrosia/exchange/Criteria'
import { dealBookDomain } from '@ambrosia/exchange/messages/Message'
import * as Release from '@ambrosia/exchange/Release'
import { releaseContext, sealContext } from '@ambrosia/exchange/SealContext'
import { type Hex, toHex } from '@ambrosia/primitives/Bytes'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import { keccak256 } from '@ambrosia/primitives/Hash'
import * as Envelope from '@ambrosia/sealing/Envelope'
import * as Manifest from '@ambrosia/sealing/Manifest'
import type { Address, LocalAccount } from 'viem'
import type { OracleChain } from '../chain.ts'
import { keyInForce } from './consumerKey.ts'

/**
 * Wraps the data key of a settled record to the consumer's key that was in force at a time: for the
 * store now, for a claim at the settlement.
 * @throws Release.NoConsumerKey, Envelope.*
 */
export async function createRelease(options: {
  chainId: number
  dealBook: Address
  recordId: Hex
  dealId: Hex
  provider: Address
  consumer: Address
  criteria: Criteria
  manifest: Manifest.Manifest
  self: { keyId: string; epoch: number; privateKey: Uint8Array }
  signer: LocalAccount
  chain: Pick<OracleChain, 'didVersions'>
  /** Time at which the key counts, seconds; versions of the DID after it do not exist yet. */
  keyAtSec: bigint
  blockNumber: bigint
}): Promise<SignedRelease> {
  const { self, criteria } = options
  const { keyAtSec } = options
  const versions = await options.chain.didVersions(fromDid(criteria.consumer).id, keyAtSec)
  const known = versions.filter(({ timeSec }) => timeSec <= keyAtSec)
  const key = keyInForce(known, keyAtSec)
  if (key === undefined) throw new NoConsumerKeyError()
  const own = Manifest.recipientOf(options.manifest, self.keyId, self.epoch)
  if (!own) throw new NotRecipientError()
  const dataKey = await Envelope.unwrap({
    envelope: own,
    privateKey: self.privateKey,
    context: sealContext(options),
  })
  const keyId = `${criteria.consumer}#${key.fragment}`
  const envelope = await Envelope.wrap({
    dataKey,
    recipient: { keyId, epoch: 1, publicKey: key.publicKey },
    context: releaseContext(options),
  })
  const release: Release.Release = {
    recordId: options.recordId,
    consumerKeyHash: toHex(keccak256(key.publicKey)),
    envelopeHash: Envelope.hash(envelope),
    blockNumber: options.blockNumber,
  }
  const domain = dealBookDomain(options.chainId, options.dealBook)
  const signature = await options.signer.signTypedData(Release.toTypedData(release, domain))
  return { release, signature, envelope }
}

export class NoConsumerKeyError extends AmbrosiaError {
  constructor() {
    super('Release.NoConsumerKey', "the consumer's DID names no keyAgreement key to release to")
  }
}

export class NotRecipientError extends AmbrosiaError {
  constructor() {
    super('Release.NotRecipient', 'the record was not sealed for this oracle')
  }
}
