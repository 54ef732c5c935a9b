import type { StoreClient } from '@ambrosia/api/store/StoreClient'
import * as StorageReceipt from '@ambrosia/exchange/StorageReceipt'
import type { Hex } from '@ambrosia/primitives/Bytes'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import { newAccount } from '@ambrosia/testing/values'

type Domain = Parameters<typeof StorageReceipt.toTypedData>[1]

/** A store whose receipts are of this exchange. */
export function createMemoryStore(domain: Domain) {
  const account = newAccount()
  const documents = new Map<Hex, Uint8Array>()
  const uploads: Parameters<StoreClient['upload']>[1][] = []
  const state = {
    account,
    documents,
    uploads,
    /** Changes what the store says it holds. */
    receipt: (receipt: StorageReceipt.StorageReceipt) => receipt,
    client: {} as StoreClient,
  }
  state.client = {
    account: async () => account.address,
    publish: async (_, __, key: Hex, document: Uint8Array) => {
      documents.set(key, document)
    },
    document: async (key: Hex) => {
      const document = documents.get(key)
      if (!document) throw new AmbrosiaError('Document.NotFound', 'no such document')
      return document
    },
    upload: async (_, blob) => {
      uploads.push(blob)
      const receipt = state.receipt({
        store: account.address,
        manifestHash: blob.manifestHash,
        sizeBytes: BigInt(blob.sealed.length),
        dealId: blob.dealId,
        storedUntil: 2n ** 40n,
      })
      const typed = StorageReceipt.toTypedData(receipt, domain)
      return { receipt, signature: await account.signTypedData(typed) }
    },
  } as Partial<StoreClient> as StoreClient
  return state
}
