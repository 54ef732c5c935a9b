import { concat } from '@ambrosia/primitives/Bytes'
import * as ContentAddress from '@ambrosia/sealing/ContentAddress'
import * as DataKey from '@ambrosia/sealing/DataKey'
import * as Envelope from '@ambrosia/sealing/Envelope'
import * as Manifest from '@ambrosia/sealing/Manifest'
import * as Seal from '@ambrosia/sealing/Seal'
import type { Address } from 'viem'
import { RecordError } from '../judge/errors.ts'
import { PADDED_SIZE_BYTES } from '../Limits.ts'
import * as Payload from '../Payload.ts'
import { sealContext } from '../SealContext.ts'
import type { SubmissionBody } from '../SubmissionBody.ts'

/** Who opens, and how it reads what is sealed. */
export type OpenContext = {
  chainId: number
  dealBook: Address
  self: { operator: Address; keyId: string; epoch: number; privateKey: Uint8Array }
  /** Reads a sealed payload from the store that gave the receipt. */
  fetchSealed: (
    store: Address,
    contentAddress: string,
    sizeBytes: number,
  ) => AsyncIterable<Uint8Array>
}

/**
 * Fetches and opens the sealed record of a submission.
 * @throws Record.NotRecipient, Record.WrongKey, Record.WrongContent, Payload.*, Seal.*, Envelope.*
 */
export async function openPayload(
  body: SubmissionBody,
  manifest: Manifest.Manifest,
  context: OpenContext,
): Promise<Payload.Payload> {
  const { self } = context
  if (manifest.paddedSizeBytes > PADDED_SIZE_BYTES) throw new Payload.TooLargeError()
  const envelope = Manifest.recipientOf(manifest, self.keyId, self.epoch)
  if (!envelope) throw new RecordError('NotRecipient', 'the record is not sealed for this oracle')
  const { dealId, provider } = body.submission
  const seal = sealContext({ ...context, dealId, provider })
  const dataKey = await Envelope.unwrap({ envelope, privateKey: self.privateKey, context: seal })
  if (DataKey.commitment(dataKey) !== manifest.keyCommitment) {
    throw new RecordError('WrongKey', 'the wrapped key is not the one that the manifest commits to')
  }
  const { store } = body.receipt
  const sealed = context.fetchSealed(store, manifest.contentAddress, manifest.sizeBytes)
  let cid = ''
  async function* followed(): AsyncGenerator<Uint8Array> {
    cid = (yield* ContentAddress.follow(sealed)).cid
  }
  const chunks: Uint8Array[] = []
  const opened = Seal.open({ ciphertext: followed(), dataKey, context: seal })
  for await (const chunk of opened) chunks.push(chunk)
  // Under one key a provider can seal two records: what is judged must be what the manifest names
  // and the consumer will get.
  if (cid !== manifest.contentAddress)
    throw new RecordError('WrongContent', 'the store gave another payload than the manifest names')
  return Payload.decode(concat(...chunks))
}
