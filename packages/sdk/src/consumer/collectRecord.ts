import type { Loader } from '@ambrosia/credentials/Contexts'
import type { DIDDocument, Resolvable } from '@ambrosia/credentials/Resolver'
import type { Criteria } from '@ambrosia/exchange/Criteria'
import { toBundleText } from '@ambrosia/exchange/IssuedRecord'
import { dealBookDomain } from '@ambrosia/exchange/messages/Message'
import * as Payload from '@ambrosia/exchange/Payload'
import * as Release from '@ambrosia/exchange/Release'
import { releaseContext, sealContext } from '@ambrosia/exchange/SealContext'
import type { Hex } from '@ambrosia/primitives/Bytes'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import * as ContentAddress from '@ambrosia/sealing/ContentAddress'
import * as Envelope from '@ambrosia/sealing/Envelope'
import * as Seal from '@ambrosia/sealing/Seal'
import type { Address, LocalAccount } from 'viem'
import { ignoreProgress, type OnProgress } from '../Progress.ts'
import type { SettledRecord } from '../relay/settle.ts'
import type { StoreClient, Delivery as StoreDelivery } from '../StoreClient.ts'
import { type DeliveryProof, verifyDelivery } from './verifyDelivery.ts'

/** The consumer's key that records are released to. */
export type ConsumerKey = { keyId: string; privateKey: Uint8Array }

/** A delivered record: the resources as a FHIR Bundle, and everything needed to check them again. */
export type CollectedRecord = {
  recordId: Hex
  bundleText: string
  resourceCount: number
  proof: DeliveryProof
}

const RELEASE_WAIT_MS = 60_000

/**
 * Waits for an oracle's release, fetches the sealed record by its address, opens it and checks by itself what was certified: every
 * digest under the issuer's own signature. No oracle is trusted. @throws Delivery.*
 */
export async function collectRecord(options: {
  chainId: number
  dealBook: Address
  record: SettledRecord
  recordId: Hex
  criteria: Criteria
  account: LocalAccount
  key: ConsumerKey
  store: StoreClient
  resolver: Resolvable
  loader: Loader
  now: () => number
  pause: (ms: number) => Promise<void>
  onProgress?: OnProgress
}): Promise<CollectedRecord> {
  const { record, recordId, chainId, dealBook } = options
  const onProgress = options.onProgress ?? ignoreProgress
  const delivery = await waitForRelease(options)
  const context = releaseContext({ chainId, dealBook, recordId, consumer: record.consumer })
  const dataKey = await openFirst(delivery, options.key, context)
  onProgress({ step: 'key', done: 1, total: 1, unit: 'records' })
  const sealed = await options.store.download(options.account, delivery.contentAddress)
  const { cid } = await ContentAddress.fromBytes(sealed)
  if (cid !== delivery.contentAddress) throw new WrongContentError()
  const seal = sealContext({
    chainId,
    dealBook,
    dealId: record.dealId,
    provider: record.provider,
    epoch: 1,
  })
  const payload = Payload.decode(
    await Seal.openBytes({ ciphertext: sealed, dataKey, context: seal }),
  )
  onProgress({ step: 'open', done: sealed.length, total: sealed.length, unit: 'bytes' })
  const proof: DeliveryProof = {
    version: 1,
    chainId,
    dealBook,
    dealId: record.dealId,
    recordId,
    consumer: record.consumer,
    settledAt: new Date(Number(record.settledAt) * 1000).toISOString(),
    criteria: options.criteria,
    resources: payload.resources.map(({ salt, proof: path }) => ({
      salt,
      ...(path ? { proof: path } : {}),
    })),
    presentation: payload.presentation,
    issuerDocument: await resolveIssuer(payload.presentation, options.resolver),
  }
  const bundleText = toBundleText(payload.resources)
  await verifyDelivery({ bundleText, proof, loader: options.loader, resolver: options.resolver })
  onProgress({
    step: 'verify',
    done: payload.resources.length,
    total: payload.resources.length,
    unit: 'resources',
  })
  return { recordId, bundleText, resourceCount: payload.resources.length, proof }
}

async function waitForRelease(
  options: Parameters<typeof collectRecord>[0],
): Promise<StoreDelivery> {
  const domain = dealBookDomain(options.chainId, options.dealBook)
  const deadline = options.now() + RELEASE_WAIT_MS
  for (;;) {
    const delivery = await tryDelivery(options)
    const releases = delivery?.releases.filter(
      ({ release, envelope }) =>
        release.recordId === options.recordId && release.envelopeHash === Envelope.hash(envelope),
    )
    if (delivery && releases && releases.length > 0) {
      for (const { release, signature } of releases)
        await Release.recover(release, domain, signature)
      return { ...delivery, releases }
    }
    if (options.now() > deadline) throw new NotReleasedError(options.recordId)
    await options.pause(250)
  }
}

async function tryDelivery(
  options: Parameters<typeof collectRecord>[0],
): Promise<StoreDelivery | undefined> {
  try {
    return await options.store.delivery(options.account, options.recordId)
  } catch (error) {
    if (error instanceof AmbrosiaError && error.code === 'Release.RecordUnknown') return undefined
    throw error
  }
}

async function openFirst(
  delivery: StoreDelivery,
  key: ConsumerKey,
  context: Uint8Array,
): Promise<Uint8Array> {
  for (const { envelope } of delivery.releases) {
    try {
      return await Envelope.unwrap({ envelope, privateKey: key.privateKey, context })
    } catch {
      // Another oracle's envelope may be sound; one bad release must not hold up the delivery.
    }
  }
  throw new NotForThisKeyError()
}

async function resolveIssuer(
  presentation: Record<string, unknown>,
  resolver: Resolvable,
): Promise<DIDDocument> {
  const issuer = presentation['issuer']
  const did = typeof issuer === 'string' ? issuer : String((issuer as { id?: string })?.id)
  const { didDocument } = await resolver.resolve(did)
  if (!didDocument) throw new WrongContentError()
  return didDocument
}

export class NotReleasedError extends AmbrosiaError {
  constructor(recordId: Hex) {
    super('Delivery.NotReleased', `no oracle has released the key of record ${recordId} yet`, {
      hint: 'Wait and collect again; after that oblige the oracles with claim-delivery.',
    })
  }
}

export class NotForThisKeyError extends AmbrosiaError {
  constructor() {
    super('Delivery.NotForThisKey', 'no released key opens with the key at hand', {
      hint: "Use the key that the consumer's DID named as keyAgreement when the record was settled.",
    })
  }
}

export class WrongContentError extends AmbrosiaError {
  constructor() {
    super('Delivery.WrongContent', 'what the store gave is not the sealed record')
  }
}
