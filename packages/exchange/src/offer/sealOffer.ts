import type { Loader } from '@ambrosia/credentials/Contexts'
import * as Credential from '@ambrosia/credentials/Credential'
import { fromHex, type Hex, type RandomBytes, random } from '@ambrosia/primitives/Bytes'
import * as ContentAddress from '@ambrosia/sealing/ContentAddress'
import * as DataKey from '@ambrosia/sealing/DataKey'
import * as Envelope from '@ambrosia/sealing/Envelope'
import * as Manifest from '@ambrosia/sealing/Manifest'
import * as Seal from '@ambrosia/sealing/Seal'
import type { Address } from 'viem'
import type { Criteria } from '../Criteria.ts'
import * as Delivery from '../Delivery.ts'
import type { IssuedRecord } from '../IssuedRecord.ts'
import { type Domain, dealBookDomain } from '../messages/Message.ts'
import * as Payload from '../Payload.ts'
import { sealContext } from '../SealContext.ts'
import { payloadResources } from './payloadResources.ts'
import type { SelectedRecord } from './selectRecord.ts'

/** A deal as a provider sees it. */
export type DealView = {
  chainId: number
  dealBook: Address
  dealId: Hex
  consumer: Address
  criteria: Criteria
  criteriaHash: Hex
}

/** An oracle that may open the record. */
export type OracleRecipient = {
  operator: Address
  publicKey: Uint8Array
  keyId: string
  epoch: number
}

/** A record sealed for one deal: only its oracles can open it. */
export type SealedOffer = {
  payloadRoot: Hex
  sealed: Uint8Array
  contentAddress: string
  manifest: Manifest.Manifest
  manifestHash: Hex
  plaintextSizeBytes: number
}

/**
 * Derives presentation (b), builds the payload and seals it under a fresh key wrapped to the deal's
 * oracles.
 */
export async function sealOffer(options: {
  record: IssuedRecord
  selected: SelectedRecord
  deal: DealView
  provider: Address
  oracles: readonly OracleRecipient[]
  loader: Loader
  /** Of the record's credential, where they were read already. */
  statements?: Credential.Statements
  randomBytes?: RandomBytes
}): Promise<SealedOffer> {
  const { record, selected, deal } = options
  const randomBytes = options.randomBytes ?? random
  const resources = payloadResources(record, selected.indexes)
  const domain: Domain = dealBookDomain(deal.chainId, deal.dealBook)
  const payloadRoot = Payload.root(resources)
  const header = Delivery.hash(
    { dealId: deal.dealId, consumer: deal.consumer, payloadRoot },
    domain,
  )
  const { statements = await Credential.openBbs({ ...options, signed: record.credential }) } =
    options
  const disclosure = await statements.disclose(selected.pointers.shared)
  const presentation = disclosure.present(fromHex(header))
  const plaintext = Payload.encode({
    version: 1,
    dealId: deal.dealId,
    consumer: deal.consumer,
    resources,
    presentation,
  })
  const dataKey = DataKey.create(randomBytes)
  const context = sealContext({ ...deal, provider: options.provider })
  const sealed = await Seal.sealBytes({ plaintext, dataKey, context })
  const { cid: contentAddress } = await ContentAddress.fromBytes(sealed)
  const recipients: Envelope.Envelope[] = []
  for (const oracle of options.oracles) {
    const recipient = { keyId: oracle.keyId, epoch: oracle.epoch, publicKey: oracle.publicKey }
    recipients.push(await Envelope.wrap({ dataKey, recipient, context }))
  }
  const manifest = Manifest.create({
    contentAddress,
    sizeBytes: sealed.length,
    paddedSizeBytes: Seal.paddedSize(sealed.length),
    keyCommitment: DataKey.commitment(dataKey),
    recipients,
  })
  return {
    payloadRoot,
    sealed,
    contentAddress,
    manifest,
    manifestHash: Manifest.hash(manifest),
    plaintextSizeBytes: plaintext.length,
  }
}
