import * as Release from '@ambrosia/exchange/Release'
import { fromUtf8, type Hex, toHex } from '@ambrosia/primitives/Bytes'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import { sha256 } from '@ambrosia/primitives/Hash'
import { signRequest } from '@ambrosia/primitives/SignedRequest'
import type { Manifest } from '@ambrosia/sealing/Manifest'
import type { Address, LocalAccount } from 'viem'
import type { SignedRelease } from './releases/release.ts'

const DOCUMENT_SIZE_BYTES = 64 * 1024

/** What an oracle asks of the store. */
export type StoreAccess = {
  /** A sealed payload; only oracles named in the deal may read it before settlement. */
  readBlob(contentAddress: string): AsyncIterable<Uint8Array>
  /** A public document (criteria) by its SHA-256; undefined while the store does not have it. */
  readDocument(hash: Hex): Promise<Uint8Array | undefined>
  /** Pushes a release with the record's manifest, which the consumer checks against the chain. */
  pushRelease(signed: SignedRelease, manifest: Manifest): Promise<void>
}

export function createStoreAccess(options: {
  url: string
  chainId: number
  operator: Address
  signer: LocalAccount
  fetch: typeof globalThis.fetch
}): StoreAccess {
  const { url: base, fetch } = options
  let account: Address | undefined
  const storeAccount = async (): Promise<Address> => {
    if (account) return account
    const answer = (await (await send(`${base}/v1/service`)).json()) as { account: Address }
    account = answer.account
    return account
  }
  const send = async (url: string, init: RequestInit = {}): Promise<Response> => {
    let response: Response
    try {
      // A signed request goes to the store that the network names and nowhere else.
      const signal = AbortSignal.timeout(30_000)
      response = await fetch(url, { signal, redirect: 'error', ...init })
    } catch (cause) {
      throw new StoreUnreachableError(cause)
    }
    return response
  }
  const signed = async (method: string, path: string, body?: Uint8Array): Promise<Response> => {
    const url = `${base}${path}`
    const headers = await signRequest({
      method,
      url,
      body,
      chainId: options.chainId,
      signer: options.signer,
      audience: await storeAccount(),
      nowSec: Math.floor(Date.now() / 1000),
    })
    const type = body ? { 'content-type': 'application/json' } : {}
    return await send(url, {
      method,
      headers: { ...headers, ...type },
      ...(body ? { body: body as BodyInit } : {}),
    })
  }
  return {
    readBlob: async function* (contentAddress) {
      const response = await signed('GET', `/v1/blobs/${contentAddress}`)
      if (!response.ok || !response.body) throw new StoreRefusedError('blob', response.status)
      yield* response.body
    },
    readDocument: async (hash) => {
      const response = await send(`${base}/v1/documents/${hash}`)
      if (response.status === 404) return undefined
      if (!response.ok) throw new StoreRefusedError('document', response.status)
      const bytes = new Uint8Array(await response.arrayBuffer())
      if (bytes.length > DOCUMENT_SIZE_BYTES || toHex(sha256(bytes)) !== hash)
        throw new StoreRefusedError('document hash', 200)
      return bytes
    },
    pushRelease: async ({ release, signature, envelope }, manifest) => {
      const body = fromUtf8(
        JSON.stringify({ release: Release.toJson(release), signature, envelope, manifest }),
      )
      const path = `/v1/releases/${release.recordId}/${options.operator}`
      const response = await signed('PUT', path, body)
      if (!response.ok) throw new StoreRefusedError('release', response.status)
    },
  }
}

export class StoreUnreachableError extends AmbrosiaError {
  constructor(cause: unknown) {
    super('Store.Unreachable', 'the store does not answer', {
      cause,
      hint: 'Try again when it runs.',
    })
  }
}

export class StoreRefusedError extends AmbrosiaError {
  constructor(what: string, status: number) {
    super('Store.Refused', `the store did not give the ${what} (status ${status})`)
  }
}
