import { CRITERIA_SIZE_BYTES } from '@ambrosia/exchange/Limits'
import * as PermissionToCheck from '@ambrosia/exchange/PermissionToCheck'
import * as Release from '@ambrosia/exchange/Release'
import * as StorageReceipt from '@ambrosia/exchange/StorageReceipt'
import type { HttpRoutes } from '@ambrosia/primitives/HttpRoute'
import * as Type from 'typebox'
import { describeRoute } from '../ServiceDescription.ts'
import { Account, AnyObject, closed, Envelope, Hash, messageJson, Signature } from '../shapes.ts'

/** A content address as `packages/sealing` writes it. */
const ContentAddress = Type.String({ pattern: '^b[a-z2-7]{58}$' })
/** Any text that may be one: the store says why it is not. */
const SomeContentAddress = Type.String({ maxLength: 128 })
const Ticket = Type.String({ pattern: '^[A-Za-z0-9_-]{43}$' })
const ReleaseJson = messageJson(Release.schema)
const OCTETS = 'application/octet-stream'

/** A request of this service's own size: messages, no records. */
const MESSAGE_BYTES = 64 * 1024
/** Keys of at most 16 oracles, and a manifest with as many recipients. */
const DELIVERY_BYTES = 256 * 1024

/** The routes of a store. It can open nothing of what it holds. */
export const storeRoutes = {
  describe: describeRoute('store', {}),

  askTicket: {
    method: 'POST',
    path: '/v1/tickets',
    summary:
      'Leave to upload a sealed record for a deal, under the permission to check it; signed by the provider account',
    auth: 'account',
    body: {
      kind: 'json',
      limitBytes: MESSAGE_BYTES,
      schema: Type.Object(
        {
          dealId: Hash,
          manifestHash: Hash,
          contentAddress: ContentAddress,
          sizeBytes: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }),
          permission: messageJson(PermissionToCheck.schema),
          permissionSignature: Signature,
        },
        closed,
      ),
    },
    answer: {
      kind: 'json',
      status: 201,
      limitBytes: MESSAGE_BYTES,
      schema: Type.Object({ ticket: Ticket, expiresAt: Type.String({ maxLength: 40 }) }),
    },
    errors: {
      'Ticket.TooLarge': 413,
      'Ticket.DealUnknown': 404,
      'Ticket.StoreNotNamed': 403,
      'Ticket.NotPermitted': 403,
      'Ticket.DealNotOpen': 409,
      'Ticket.QuotaExceeded': 429,
      'Ticket.DealFull': 429,
      'Ticket.StoreFull': 507,
      'ContentAddress.Invalid': 400,
    },
    timeoutMs: 30_000,
  },

  upload: {
    method: 'PUT',
    path: '/v1/blobs/:cid',
    summary: 'Uploads a sealed record; the ticket goes in Authorization: Bearer',
    auth: 'bearer',
    params: Type.Object({ cid: SomeContentAddress }),
    body: { kind: 'stream', mediaTypes: [OCTETS] },
    answer: {
      kind: 'json',
      status: 201,
      limitBytes: MESSAGE_BYTES,
      schema: Type.Object({
        receipt: messageJson(StorageReceipt.schema),
        signature: Signature,
      }),
    },
    errors: {
      'Upload.TicketRefused': 401,
      'Upload.SizeMismatch': 422,
      'Upload.TicketInUse': 409,
      'Upload.Busy': 503,
      'Upload.Stalled': 408,
      'Upload.Interrupted': 503,
      'Ticket.DealFull': 429,
      'Ticket.StoreFull': 507,
      'ContentAddress.Invalid': 400,
      'ContentAddress.Mismatch': 422,
      'BlobStore.TooLarge': 413,
      'BlobStore.Full': 507,
    },
    // The largest blob over a slow line.
    timeoutMs: 3_600_000,
  },

  read: {
    method: 'GET',
    path: '/v1/blobs/:cid',
    summary: 'The sealed record; signed by an oracle of the deal, or by its consumer once settled',
    auth: 'account',
    params: Type.Object({ cid: SomeContentAddress }),
    answer: { kind: 'stream', status: 200, mediaType: OCTETS, cache: 'none' },
    errors: { 'Blob.Refused': 404, 'BlobStore.NotFound': 404, 'ContentAddress.Invalid': 400 },
    timeoutMs: 600_000,
  },

  putRelease: {
    method: 'PUT',
    path: '/v1/releases/:recordId/:oracle',
    summary: "An oracle's wrapped key for the consumer, with its signed Release statement",
    auth: 'anyone',
    params: Type.Object({ recordId: Hash, oracle: Account }),
    body: {
      kind: 'json',
      limitBytes: MESSAGE_BYTES,
      schema: Type.Object(
        {
          release: ReleaseJson,
          signature: Signature,
          envelope: Envelope,
          manifest: Type.Optional(AnyObject),
        },
        closed,
      ),
    },
    answer: { kind: 'empty', status: 204 },
    errors: {
      'Release.RecordUnknown': 404,
      'Release.Ended': 410,
      'Release.OracleNotNamed': 403,
      'Release.EnvelopeMismatch': 422,
      'Release.ManifestMismatch': 422,
      'Release.SignatureRefused': 401,
      'Release.Stale': 409,
      'Message.Malformed': 400,
      'Envelope.Invalid': 400,
      'Manifest.Invalid': 400,
    },
    timeoutMs: 30_000,
  },

  delivery: {
    method: 'GET',
    path: '/v1/releases/:recordId',
    summary:
      'Where a settled record lies and the keys wrapped to its consumer, who signs the request',
    auth: 'account',
    params: Type.Object({ recordId: Hash }),
    answer: {
      kind: 'json',
      status: 200,
      limitBytes: DELIVERY_BYTES,
      schema: Type.Object({
        contentAddress: ContentAddress,
        sizeBytes: Type.Integer({ minimum: 0 }),
        manifest: Type.Optional(AnyObject),
        releases: Type.Array(
          Type.Object({
            oracle: Account,
            release: ReleaseJson,
            signature: Signature,
            envelope: Envelope,
          }),
          { maxItems: 64 },
        ),
      }),
    },
    errors: { 'Release.RecordUnknown': 404, 'Release.Ended': 410 },
    timeoutMs: 30_000,
  },

  putDocument: {
    method: 'PUT',
    path: '/v1/documents/:hash',
    summary: 'Publishes the criteria or the agreement of a deal, whose hash stands in its terms',
    auth: 'account',
    params: Type.Object({ hash: Hash }),
    query: Type.Object({ deal: Hash }),
    body: { kind: 'bytes', mediaTypes: ['application/json'], limitBytes: CRITERIA_SIZE_BYTES },
    answer: { kind: 'empty', status: 204 },
    errors: {
      'Document.TooLarge': 413,
      'Document.HashMismatch': 422,
      'Document.DealUnknown': 404,
      'Document.NotOfDeal': 403,
    },
    timeoutMs: 30_000,
  },

  document: {
    method: 'GET',
    path: '/v1/documents/:hash',
    summary: 'A document of a deal, by its SHA-256; public',
    auth: 'anyone',
    params: Type.Object({ hash: Hash }),
    answer: {
      kind: 'bytes',
      status: 200,
      mediaType: 'application/json',
      limitBytes: CRITERIA_SIZE_BYTES,
      cache: 'immutable',
    },
    errors: { 'Document.NotFound': 404 },
    timeoutMs: 30_000,
  },
} as const satisfies HttpRoutes
