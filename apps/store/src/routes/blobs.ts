import { Readable } from 'node:stream'
import * as StorageReceipt from '@ambrosia/exchange/StorageReceipt'
import * as ContentAddress from '@ambrosia/sealing/ContentAddress'
import type { Server } from '@ambrosia/service/Server'
import { signerOf } from '@ambrosia/service/SignedRequest'
import type { preValidationHookHandler } from 'fastify'
import { Type } from 'typebox'
import { acceptUpload, TicketRefusedError } from '../holdings/acceptUpload.ts'
import { findReadable } from '../holdings/findReadable.ts'
import type { Store } from '../Store.ts'
import * as Schemas from './schemas.ts'

const BEARER = /^Bearer ([A-Za-z0-9_-]{43})$/

export function addBlobRoutes(app: Server, store: Store, verify: preValidationHookHandler): void {
  // The body is not read before the ticket is known to be good, and never as a whole.
  app.addContentTypeParser('application/octet-stream', (_request, content, done) => {
    done(null, content)
  })
  const params = Type.Object({ cid: Type.String({ maxLength: 128 }) })

  app.put(
    '/v1/blobs/:cid',
    {
      schema: {
        summary: 'Uploads a sealed record; the ticket goes in Authorization: Bearer',
        consumes: ['application/octet-stream'],
        params,
        response: {
          201: Type.Object({ receipt: Schemas.ReceiptSchema, signature: Schemas.Signature }),
        },
      },
    },
    async (request, reply) => {
      const contentAddress = ContentAddress.assert(request.params.cid)
      const [, secret] = BEARER.exec(request.headers.authorization ?? '') ?? []
      if (secret === undefined) throw new TicketRefusedError()
      const length = request.headers['content-length']
      const { receipt, signature } = await acceptUpload(store, {
        contentAddress,
        secret,
        content: (request.body as Readable | undefined) ?? Readable.from([]),
        sizeBytes: length === undefined ? undefined : Number(length),
      })
      const body = { receipt: StorageReceipt.toJson(receipt), signature }
      return reply.status(201).send(body as never)
    },
  )

  app.get(
    '/v1/blobs/:cid',
    {
      preValidation: verify,
      schema: {
        summary:
          'The sealed record; signed by an oracle of the deal, or by its consumer once settled',
        produces: ['application/octet-stream'],
        params,
      },
    },
    async (request, reply) => {
      const contentAddress = ContentAddress.assert(request.params.cid)
      const { size_bytes } = await findReadable(store, contentAddress, signerOf(request))
      return reply
        .type('application/octet-stream')
        .header('content-length', Number(size_bytes))
        .header('cache-control', 'no-store')
        .send(Readable.from(store.blobs.get(contentAddress)))
    },
  )
}
