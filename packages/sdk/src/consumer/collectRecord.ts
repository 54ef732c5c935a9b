import type { StoreClient, Delivery as StoreDelivery } from '@ambrosia/api/store/StoreClient'
import type { Loader } from '@ambrosia/credentials/Contexts'
import type { DIDDocument, Resolvable } from '@ambrosia/credentials/Resolver'
import type { Criteria } from '@ambrosia/exchange/Criteria'
import { toBundleText } from '@ambrosia/exchange/IssuedRecord'
import * as Payload from '@ambrosia/exchange/Payload'
import { releaseContext, sealContext } from '@ambrosia/exchange/SealContext'
import type { SettledRecord } from '@ambrosia/exchange/SettledRecord'
import type { Hex } from '@ambrosia/primitives/Bytes'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import * as ContentAddress from '@ambrosia/sealing/ContentAddress'
import * as Envelope from '@ambrosia/sealing/Envelope'
import * as Manifest from '@ambrosia/sealing/Manifest'
import * as Seal from '@ambrosia/sealing/Seal'
import type { Address, LocalAccount } from 'viem'
import { ignoreProgress, type OnProgress } from '../Progress.ts'
import { type DeliveryProof, verifyDelivery } from './verifyDelivery.ts'

/** The consumer's key that records are released to. */
export type ConsumerKey = { keyId: string; privateKey: Uint8Array }

/**
 * A delivered record: the resources as a FHIR Bundle, and everything needed to check them again.
 */
export type CollectedRecord = {
  recordId: Hex
  bundleText: string
  resourceCount: number
  proof: DeliveryProof
}

const RELEASE_WAIT_MS = 60_000
/** How long to wait for another oracle's release when those at hand do not open the record. */
const NEXT_RELEASE_WAIT_MS = 5_000

/**
 * Waits for an oracle's release, fetches the sealed record by its address, opens it and checks by
 * itself what was certified: every digest under the issuer's own signature. No oracle is trusted.
 * @throws Delivery.*
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
  const { payload, sealedSizeBytes } = await openWhenReleased(options)
  onProgress({ step: 'open', done: sealedSizeBytes, total: sealedSizeBytes, unit: 'bytes' })
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

type Opened = { payload: Payload.Payload; sealedSizeBytes: number }

/**
 * Opens the record with the first release that does. An envelope may open and still hold another
 * key, so one bad oracle must not hold up the delivery: the next release is tried, and one that
 * comes a little later too.
 */
async function openWhenReleased(options: Parameters<typeof collectRecord>[0]): Promise<Opened> {
  const tried = new Set<Hex>()
  let deadline = options.now() + RELEASE_WAIT_MS
  let failure: unknown
  let sealed: Uint8Array | undefined
  for (;;) {
    const delivery = await tryDelivery(options)
    for (const { release, envelope } of delivery?.releases ?? []) {
      const hash = Envelope.hash(envelope)
      const isStated = release.recordId === options.recordId && release.envelopeHash === hash
      if (!isStated || tried.has(hash)) continue
      if (tried.size === 0) deadline = Math.min(deadline, options.now() + NEXT_RELEASE_WAIT_MS)
      tried.add(hash)
      const dataKey = await unwrapRelease(envelope, options)
      if (dataKey === undefined) continue
      try {
        sealed ??= await download(options, manifestOf(delivery as StoreDelivery, options))
        return {
          payload: await openSealed(sealed, dataKey, options),
          sealedSizeBytes: sealed.length,
        }
      } catch (error) {
        failure = error
      }
    }
    if (options.now() > deadline) {
      if (tried.size === 0) throw new NotReleasedError(options.recordId)
      throw failure ?? new NotForThisKeyError()
    }
    await options.pause(250)
  }
}

async function unwrapRelease(
  envelope: Envelope.Envelope,
  options: Parameters<typeof collectRecord>[0],
): Promise<Uint8Array | undefined> {
  const { chainId, dealBook, recordId, record, key } = options
  const context = releaseContext({ chainId, dealBook, recordId, consumer: record.consumer })
  try {
    return await Envelope.unwrap({ envelope, privateKey: key.privateKey, context })
  } catch {
    // Made for another key, or no envelope at all.
    return undefined
  }
}

/**
 * The manifest whose hash stands on chain. Without it a store could serve another record sealed
 * under the same key than the one that was judged.
 * @throws Delivery.WrongContent
 */
function manifestOf(
  delivery: StoreDelivery,
  { record }: Parameters<typeof collectRecord>[0],
): Manifest.Manifest {
  const manifest = Manifest.parse(delivery.manifest)
  const isSettled = Manifest.hash(manifest) === record.manifestHash
  if (!isSettled) throw new WrongContentError()
  return manifest
}

async function download(
  options: Parameters<typeof collectRecord>[0],
  { contentAddress, sizeBytes }: Manifest.Manifest,
): Promise<Uint8Array> {
  const sealed = await options.store.download(options.account, contentAddress, sizeBytes)
  const { cid } = await ContentAddress.fromBytes(sealed)
  if (cid !== contentAddress) throw new WrongContentError()
  return sealed
}

async function openSealed(
  ciphertext: Uint8Array,
  dataKey: Uint8Array,
  options: Parameters<typeof collectRecord>[0],
): Promise<Payload.Payload> {
  const { chainId, dealBook, record, onProgress = ignoreProgress } = options
  const { dealId, provider } = record
  const context = sealContext({ chainId, dealBook, dealId, provider })
  const plaintext = await Seal.openBytes({ ciphertext, dataKey, context })
  onProgress({ step: 'key', done: 1, total: 1, unit: 'records' })
  const payload = Payload.decode(plaintext)
  const isForDeal =
    payload.dealId === dealId && payload.consumer.toLowerCase() === record.consumer.toLowerCase()
  if (!isForDeal) throw new WrongContentError()
  return payload
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

async function resolveIssuer(
  presentation: Record<string, unknown>,
  resolver: Resolvable,
): Promise<DIDDocument> {
  const issuer = presentation['issuer']
  const did = typeof issuer === 'string' ? issuer : (issuer as { id?: unknown })?.id
  if (typeof did !== 'string') throw new WrongContentError()
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
