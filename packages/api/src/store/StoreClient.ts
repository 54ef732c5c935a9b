import * as Release from '@ambrosia/exchange/Release'
import * as StorageReceipt from '@ambrosia/exchange/StorageReceipt'
import { fromUtf8, type Hex } from '@ambrosia/primitives/Bytes'
import { hasCode } from '@ambrosia/primitives/Errors'
import { type RequestSigner, signRequest } from '@ambrosia/primitives/SignedRequest'
import type { Envelope } from '@ambrosia/sealing/Envelope'
import type { Address } from 'viem'
import { type Fetch, request } from '../request.ts'

/** Keys that oracles released for a settled record, and where the record lies. */
export type Delivery = {
  contentAddress: string
  sizeBytes: number
  /** As the store gives it: check it against the hash on chain. */
  manifest?: unknown
  releases: { oracle: Address; release: Release.Release; signature: Hex; envelope: Envelope }[]
}

/** The routes of a store. Who signs is an argument of each call: a person uses a fresh account for each deal. */
export type StoreClient = {
  /** The account that signs receipts. */
  account(): Promise<Address>
  /** Uploads a sealed record and returns the store's receipt. */
  upload(
    signer: RequestSigner,
    blob: { dealId: Hex; manifestHash: Hex; contentAddress: string; sealed: Uint8Array },
  ): Promise<{ receipt: StorageReceipt.StorageReceipt; signature: Hex }>
  download(signer: RequestSigner, contentAddress: string): Promise<Uint8Array>
  delivery(signer: RequestSigner, recordId: Hex): Promise<Delivery>
  /** Publishes a document whose hash stands in the deal: criteria or agreement. */
  publish(signer: RequestSigner, dealId: Hex, hash: Hex, document: Uint8Array): Promise<void>
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
}): StoreClient {
  const { url: base, chainId, fetch, now } = options
  let known: Promise<Address> | undefined
  const account = (): Promise<Address> => {
    known ??= request(fetch, 'store', `${base}/v1/service`).then(
      async (response) => ((await response.json()) as { account: Address }).account,
    )
    return known
  }
  const signed = async (
    signer: RequestSigner,
    method: string,
    path: string,
    body?: Uint8Array,
    type = 'application/json',
  ): Promise<Response> => {
    const url = `${base}${path}`
    const headers = await signRequest({
      method,
      url,
      body,
      chainId,
      signer,
      audience: await account(),
      nowSec: Math.floor(now() / 1000),
    })
    const init = body
      ? { body: body as BodyInit, headers: { ...headers, 'content-type': type } }
      : { headers }
    return await request(fetch, 'store', url, { method, ...init })
  }
  /** A store follows final blocks, so it may hear of a deal a little later than we do. */
  const untilKnown = async <T>(work: () => Promise<T>): Promise<T> => {
    const deadline = now() + DEAL_WAIT_MS
    for (;;) {
      try {
        return await work()
      } catch (error) {
        const isUnseen =
          hasCode(error, 'Ticket.DealUnknown') || hasCode(error, 'Document.DealUnknown')
        if (!isUnseen || now() > deadline) throw error
        await options.pause(250)
      }
    }
  }
  return {
    account,
    upload: async (signer, { dealId, manifestHash, contentAddress, sealed }) => {
      const ask = { dealId, manifestHash, contentAddress, sizeBytes: sealed.length }
      const answer = await untilKnown(() =>
        signed(signer, 'POST', '/v1/tickets', fromUtf8(JSON.stringify(ask))),
      )
      const { ticket } = (await answer.json()) as { ticket: string }
      const response = await request(fetch, 'store', `${base}/v1/blobs/${contentAddress}`, {
        method: 'PUT',
        headers: { authorization: `Bearer ${ticket}`, 'content-type': 'application/octet-stream' },
        body: sealed as BodyInit,
      })
      const { receipt, signature } = (await response.json()) as { receipt: unknown; signature: Hex }
      return { receipt: StorageReceipt.fromJson(receipt), signature }
    },
    download: async (signer, contentAddress) => {
      const response = await signed(signer, 'GET', `/v1/blobs/${contentAddress}`)
      return new Uint8Array(await response.arrayBuffer())
    },
    delivery: async (signer, recordId) => {
      const response = await signed(signer, 'GET', `/v1/releases/${recordId}`)
      const answer = (await response.json()) as Delivery
      return {
        ...answer,
        releases: answer.releases.map((one) => ({
          ...one,
          release: Release.fromJson(one.release),
        })),
      }
    },
    publish: async (signer, dealId, hash, document) => {
      await untilKnown(() =>
        signed(signer, 'PUT', `/v1/documents/${hash}?deal=${dealId}`, document, 'application/json'),
      )
    },
    document: async (hash) => {
      const response = await request(fetch, 'store', `${base}/v1/documents/${hash}`)
      return new Uint8Array(await response.arrayBuffer())
    },
  }
}
