import type { Hex } from '@ambrosia/primitives/Bytes'
import * as ContentAddress from '@ambrosia/sealing/ContentAddress'
import type { Server } from '@ambrosia/service/Server'
import { signerOf } from '@ambrosia/service/SignedRequest'
import type { preValidationHookHandler } from 'fastify'
import { Type } from 'typebox'
import { createTicket } from '../holdings/createTicket.ts'
import type { Store } from '../Store.ts'
import * as Schemas from './schemas.ts'

export function addTicketRoutes(app: Server, store: Store, verify: preValidationHookHandler): void {
  app.post(
    '/v1/tickets',
    {
      preValidation: verify,
      schema: {
        summary: 'Leave to upload a sealed record for a deal; signed by the provider account',
        body: Type.Object(
          {
            dealId: Schemas.Hash,
            manifestHash: Schemas.Hash,
            contentAddress: Schemas.ContentAddress,
            sizeBytes: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }),
          },
          Schemas.closed,
        ),
        response: {
          201: Type.Object({ ticket: Schemas.Ticket, expiresAt: Type.String() }),
        },
      },
    },
    async (request, reply) => {
      const { dealId, manifestHash, contentAddress, sizeBytes } = request.body
      ContentAddress.assert(contentAddress)
      const { ticket, expiresAtSec } = await createTicket(store, signerOf(request), {
        dealId: dealId as Hex,
        manifestHash: manifestHash as Hex,
        contentAddress,
        sizeBytes,
      })
      const expiresAt = new Date(expiresAtSec * 1000).toISOString()
      return reply.status(201).send({ ticket, expiresAt })
    },
  )
}
