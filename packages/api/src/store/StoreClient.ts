import * as PermissionToCheck from '@ambrosia/exchange/PermissionToCheck'
import type { BarePermission } from '@ambrosia/exchange/permission/uploadFault'
import * as Release from '@ambrosia/exchange/Release'
import * as StorageReceipt from '@ambrosia/exchange/StorageReceipt'
import { concat, type Hex, toHex } from '@ambrosia/primitives/Bytes'
import { hasCode } from '@ambrosia/primitives/Errors'
import { sha256 } from '@ambrosia/primitives/Hash'
import type { RequestSigner } from '@ambrosia/primitives/SignedRequest'
import type { Envelope } from '@ambrosia/sealing/Envelope'
import type { Manifest } from '@ambrosia/sealing/Manifest'
import { call, type Fetch, type Service, type Signing } from '../client/call.ts'
import { MalformedError } from '../client/errors.ts'
import { storeRoutes } from './routes.ts'

/** Keys that oracles released for a settled record, and where the record lies. */
export type Delivery = {
  contentAddress: string
  sizeBytes: number
  /** As the store gives it: check it against the hash on chain. */
  manifest?: unknown
  releases: (SignedRelease & { oracle: Hex })[]
}

/** A data key wrapped to the consumer, with the oracle's signed statement that it released it. */
export type SignedRelease = {
  release: Release.Release
  signature: Hex
  envelope: Envelope
}

/** A store's word for what it holds. */
export type SignedReceipt = { receipt: StorageReceipt.StorageReceipt; signature: Hex }

/**
 * The routes of a store. Who signs is an argument of each call: a person uses a fresh account for
 * each deal.
 */
export type StoreClient = {
  /** The account that signs receipts. */
  account(): Promise<Hex>
  /** Uploads a sealed record and returns the store's receipt. */
  upload(
    signer: RequestSigner,
    blob: {
      dealId: Hex
      manifestHash: Hex
      contentAddress: string
      sealed: Uint8Array
      /** Without its words: what leaves is not the store's to know. */
      permission: BarePermission
    },
  ): Promise<SignedReceipt>
  /** The sealed record as it comes, at most `sizeBytes` of it. */
  read(
    signer: RequestSigner,
    contentAddress: string,
    sizeBytes: number,
  ): Promise<AsyncIterable<Uint8Array>>
  /** The sealed record as a whole, at most `sizeBytes` of it. */
  download(signer: RequestSigner, contentAddress: string, sizeBytes: number): Promise<Uint8Array>
  delivery(signer: RequestSigner, recordId: Hex): Promise<Delivery>
  /**
   * Puts an oracle's release with the record's manifest, which the consumer checks against the
   * chain.
   */
  putRelease(oracle: Hex, signed: SignedRelease, manifest: Manifest): Promise<void>
  /** Publishes a document whose hash stands in the deal: criteria or agreement. */
  publish(signer: RequestSigner, dealId: Hex, hash: Hex, document: Uint8Array): Promise<void>
  /** The document of a hash, and no other. */
  document(hash: Hex): Promise<Uint8Array>
}

/** How long a store may need to see a new deal on chain. */
const DEAL_WAIT_MS = 15_000

export function createStoreClient(options: {
  url: string
  chainId: number
  fetch: Fetch
  now: () => number
  pause: (ms: number) => Promise<void>
  timeout?: Service['timeout']
}): StoreClient {
  const { url, chainId, now } = options
  const store: Service = { name: 'store', url, fetch: options.fetch, now, timeout: options.timeout }
  let known: Promise<Hex> | undefined
  const account = (): Promise<Hex> => {
    known ??= accountOf(store, chainId).catch((error: unknown) => {
      known = undefined
      throw error
    })
    return known
  }
  const by = async (signer: RequestSigner): Promise<Signing> => {
    return { signer, chainId, audience: await account() }
  }
  const untilKnown = <T>(work: () => Promise<T>) => untilDealKnown(work, now, options.pause)
  const read: StoreClient['read'] = async (signer, cid, limitBytes) =>
    await call(store, storeRoutes.read, { params: { cid }, signing: await by(signer), limitBytes })
  return {
    account,
    read,
    download: async (signer, contentAddress, sizeBytes) => {
      const chunks: Uint8Array[] = []
      for await (const chunk of await read(signer, contentAddress, sizeBytes)) chunks.push(chunk)
      return concat(...chunks)
    },
    upload: async (signer, { dealId, manifestHash, contentAddress, sealed, permission }) => {
      const body = {
        dealId,
        manifestHash,
        contentAddress,
        sizeBytes: sealed.length,
        permission: PermissionToCheck.toJson(permission.permission),
        permissionSignature: permission.signature,
      }
      const { ticket } = await untilKnown(async () =>
        call(store, storeRoutes.askTicket, { body, signing: await by(signer) }),
      )
      const params = { cid: contentAddress }
      const sent = { params, body: sealed, bearer: ticket }
      const { receipt, signature } = await call(store, storeRoutes.upload, sent)
      return { receipt: StorageReceipt.fromJson(receipt), signature }
    },
    delivery: async (signer, recordId) => {
      const sent = { params: { recordId }, signing: await by(signer) }
      const answer = await call(store, storeRoutes.delivery, sent)
      const releases = answer.releases.map((one) => ({
        ...one,
        release: Release.fromJson(one.release),
      }))
      return { ...answer, releases }
    },
    putRelease: async (oracle, { release, signature, envelope }, manifest) => {
      const body = { release: Release.toJson(release), signature, envelope, manifest }
      const params = { recordId: release.recordId, oracle }
      await call(store, storeRoutes.putRelease, { params, body })
    },
    publish: async (signer, deal, hash, body) => {
      const sent = { params: { hash }, query: { deal }, body }
      await untilKnown(async () =>
        call(store, storeRoutes.putDocument, { ...sent, signing: await by(signer) }),
      )
    },
    document: async (hash) => {
      const bytes = await call(store, storeRoutes.document, { params: { hash } })
      if (toHex(sha256(bytes)) === hash) return bytes
      throw new MalformedError('store', new URL(url).origin, 'it is not the document of that hash')
    },
  }
}

async function accountOf(store: Service, chainId: number): Promise<Hex> {
  const description = await call(store, storeRoutes.describe, {})
  if (description.chainId === chainId) return description.account
  throw new MalformedError('store', new URL(store.url).origin, 'it works on another chain')
}

/** A store follows final blocks, so it may hear of a deal a little later than we do. */
async function untilDealKnown<T>(
  work: () => Promise<T>,
  now: () => number,
  pause: (ms: number) => Promise<void>,
): Promise<T> {
  const deadline = now() + DEAL_WAIT_MS
  for (;;) {
    try {
      return await work()
    } catch (error) {
      const isUnseen =
        hasCode(error, 'Ticket.DealUnknown') || hasCode(error, 'Document.DealUnknown')
      if (!isUnseen || now() > deadline) throw error
      await pause(250)
    }
  }
}
