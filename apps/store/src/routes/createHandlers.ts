import { describe } from '@ambrosia/api/ServiceDescription'
import type { storeRoutes } from '@ambrosia/api/store/routes'
import * as PermissionToCheck from '@ambrosia/exchange/PermissionToCheck'
import * as Release from '@ambrosia/exchange/Release'
import * as StorageReceipt from '@ambrosia/exchange/StorageReceipt'
import type { Hex } from '@ambrosia/primitives/Bytes'
import * as ContentAddress from '@ambrosia/sealing/ContentAddress'
import * as Envelope from '@ambrosia/sealing/Envelope'
import * as Manifest from '@ambrosia/sealing/Manifest'
import type { Handlers } from '@ambrosia/service/addRoutes'
import { acceptUpload, TicketRefusedError } from '../holdings/acceptUpload.ts'
import { createTicket } from '../holdings/createTicket.ts'
import { acceptDocument, readDocument } from '../holdings/documents.ts'
import { findReadable } from '../holdings/findReadable.ts'
import { acceptRelease, readReleases } from '../holdings/releases.ts'
import type { Store } from '../Store.ts'

/** What the store does for each of its routes. */
export function createHandlers(store: Store): Handlers<typeof storeRoutes> {
  return {
    describe: async () => describe('store', store.chainId, store.account.address),
    askTicket: async ({ account, body }) => {
      ContentAddress.assert(body.contentAddress)
      const { permission, permissionSignature, ...blob } = body
      const { ticket, expiresAtSec } = await createTicket(store, account, {
        ...blob,
        permission: {
          permission: PermissionToCheck.fromJson(permission),
          signature: permissionSignature,
        },
      })
      return { ticket, expiresAt: new Date(expiresAtSec * 1000).toISOString() }
    },
    upload: async ({ params, body, bearer, sizeBytes }) => {
      const contentAddress = ContentAddress.assert(params.cid)
      if (bearer === undefined) throw new TicketRefusedError()
      const upload = { contentAddress, secret: bearer, content: body, sizeBytes }
      const { receipt, signature } = await acceptUpload(store, upload)
      return { receipt: StorageReceipt.toJson(receipt), signature }
    },
    read: async ({ params, account }) => {
      const contentAddress = ContentAddress.assert(params.cid)
      const { size_bytes } = await findReadable(store, contentAddress, account)
      return { content: store.blobs.get(contentAddress), sizeBytes: Number(size_bytes) }
    },
    putRelease: async ({ params, body }) => {
      const { release, signature, envelope, manifest } = body
      // In lower case it has no checksum that could be wrong.
      const oracle = params.oracle.toLowerCase() as Hex
      await acceptRelease(store, params.recordId, oracle, {
        release: Release.fromJson(release),
        signature,
        envelope: Envelope.parse(envelope),
        ...(manifest === undefined ? {} : { manifest: Manifest.parse(manifest) }),
      })
      return undefined
    },
    delivery: async ({ params, account }) => {
      const delivery = await readReleases(store, params.recordId, account)
      const releases = delivery.releases.map((one) => ({
        ...one,
        release: Release.toJson(one.release),
      }))
      return { ...delivery, releases }
    },
    // The bytes themselves are what the hash is of; that they are JSON was found on the way in.
    putDocument: async ({ params, query, body }) => {
      await acceptDocument(store, query.deal, params.hash, body)
      return undefined
    },
    document: async ({ params }) => await readDocument(store, params.hash),
  }
}
