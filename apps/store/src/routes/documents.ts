import { type Hex, toHex } from '@ambrosia/primitives/Bytes'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import { sha256 } from '@ambrosia/primitives/Hash'
import type { Server } from '@ambrosia/service/Server'
import { signerOf } from '@ambrosia/service/SignedRequest'
import type { preValidationHookHandler } from 'fastify'
import { Type } from 'typebox'
import { isAddressEqual } from 'viem'
import type { Store } from '../Store.ts'
import * as Schemas from './schemas.ts'

/** The public documents of a deal (criteria, agreement): whoever knows the hash that stands on chain may read them. */
export function addDocumentRoutes(
  app: Server,
  store: Store,
  verify: preValidationHookHandler,
): void {
  app.put(
    '/v1/documents/:hash',
    {
      preValidation: verify,
      schema: {
        summary: 'Publishes a document whose SHA-256 stands in a deal; signed by its consumer',
        params: Type.Object({ hash: Schemas.Hash }),
        querystring: Type.Object({ deal: Schemas.Hash }),
        body: Type.Unknown(),
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      const hash = request.params.hash as Hex
      const content = request.rawBody ?? new Uint8Array()
      const deal = await store.reader.dealOf(request.query.deal as Hex)
      if (!deal) throw new DealUnknownError()
      const { consumer, criteriaHash, agreementHash } = deal.terms
      const isNamed = hash === criteriaHash || hash === agreementHash
      if (!isNamed || !isAddressEqual(consumer, signerOf(request))) throw new NotNamedError()
      if (toHex(sha256(content)) !== hash) throw new HashMismatchError()
      await store.database
        .insertInto('document')
        .values({ hash, content: new TextDecoder().decode(content) })
        .onConflict((conflict) => conflict.column('hash').doNothing())
        .execute()
      return reply.status(204).send(null)
    },
  )

  app.get(
    '/v1/documents/:hash',
    {
      schema: {
        summary: 'A published document',
        params: Type.Object({ hash: Schemas.Hash }),
      },
    },
    async (request, reply) => {
      const row = await store.database
        .selectFrom('document')
        .select('content')
        .where('hash', '=', request.params.hash)
        .executeTakeFirst()
      if (!row) throw new UnknownError()
      return reply.type('application/json').send(row.content)
    },
  )
}

export class DealUnknownError extends AmbrosiaError {
  constructor() {
    super('Document.DealUnknown', 'no final block has this deal', {
      hint: 'Check the deal id, or wait until the deal is final.',
    })
  }
}

export class NotNamedError extends AmbrosiaError {
  constructor() {
    super('Document.NotNamed', 'only the consumer of a deal publishes the documents that it names')
  }
}

export class HashMismatchError extends AmbrosiaError {
  constructor() {
    super('Document.HashMismatch', 'the document does not have this hash')
  }
}

export class UnknownError extends AmbrosiaError {
  constructor() {
    super('Document.Unknown', 'no document of this hash is published here')
  }
}
