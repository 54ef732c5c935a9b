import type { Hex } from '@ambrosia/primitives/Bytes'
import type { Server } from '@ambrosia/service/Server'
import type { preValidationHookHandler } from 'fastify'
import { Type } from 'typebox'
import { acceptDocument, readDocument } from '../holdings/documents.ts'
import type { Store } from '../Store.ts'
import { Hash } from './schemas.ts'

export function addDocumentRoutes(
  app: Server,
  store: Store,
  verify: preValidationHookHandler,
): void {
  const params = Type.Object({ hash: Hash })

  app.put(
    '/v1/documents/:hash',
    {
      preValidation: verify,
      schema: {
        summary:
          'Publishes the criteria or the agreement of a deal, whose hash stands in its terms',
        params,
        querystring: Type.Object({ deal: Hash }),
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      const { hash } = request.params
      // The bytes themselves are what the hash is of; the body was parsed only to know that it is JSON.
      const content = request.rawBody ?? new Uint8Array(0)
      await acceptDocument(store, request.query.deal as Hex, hash as Hex, content)
      return reply.status(204).send(null)
    },
  )

  app.get(
    '/v1/documents/:hash',
    { schema: { summary: 'A document of a deal, by its SHA-256; public', params } },
    async (request, reply) => {
      const content = await readDocument(store, request.params.hash as Hex)
      return reply
        .type('application/json')
        .header('cache-control', 'public, immutable, max-age=31536000')
        .header('x-content-type-options', 'nosniff')
        .send(Buffer.from(content))
    },
  )
}
