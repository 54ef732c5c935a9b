import * as Release from '@ambrosia/exchange/Release'
import type { Hex } from '@ambrosia/primitives/Bytes'
import * as Envelope from '@ambrosia/sealing/Envelope'
import * as Manifest from '@ambrosia/sealing/Manifest'
import type { Server } from '@ambrosia/service/Server'
import { signerOf } from '@ambrosia/service/SignedRequest'
import type { preValidationHookHandler } from 'fastify'
import { Type } from 'typebox'
import type { Address } from 'viem'
import { acceptRelease, readReleases } from '../holdings/releases.ts'
import type { Store } from '../Store.ts'
import * as Schemas from './schemas.ts'

const { AccountAddress, closed, EnvelopeSchema, Hash, ReleaseSchema, Signature } = Schemas

export function addReleaseRoutes(
  app: Server,
  store: Store,
  verify: preValidationHookHandler,
): void {
  app.put(
    '/v1/releases/:recordId/:oracle',
    {
      schema: {
        summary: "An oracle's wrapped key for the consumer, with its signed Release statement",
        params: Type.Object({ recordId: Hash, oracle: AccountAddress }),
        body: Type.Object(
          {
            release: ReleaseSchema,
            signature: Signature,
            envelope: EnvelopeSchema,
            manifest: Type.Optional(Type.Unknown()),
          },
          closed,
        ),
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      const { recordId, oracle } = request.params
      const { release, signature, envelope, manifest } = request.body
      await acceptRelease(store, recordId as Hex, oracle as Address, {
        release: Release.fromJson(release),
        signature: signature as Hex,
        envelope: Envelope.parse(envelope),
        ...(manifest === undefined ? {} : { manifest: Manifest.parse(manifest) }),
      })
      return reply.status(204).send(null)
    },
  )

  app.get(
    '/v1/releases/:recordId',
    {
      preValidation: verify,
      schema: {
        summary:
          'Where a settled record lies and the keys wrapped to its consumer, who signs the request',
        params: Type.Object({ recordId: Hash }),
        response: {
          200: Type.Object({
            contentAddress: Type.String(),
            sizeBytes: Type.Integer(),
            manifest: Type.Optional(Type.Unknown()),
            releases: Type.Array(
              Type.Object({
                oracle: AccountAddress,
                release: ReleaseSchema,
                signature: Signature,
                envelope: EnvelopeSchema,
              }),
            ),
          }),
        },
      },
    },
    async (request) => {
      const { recordId } = request.params
      const delivery = await readReleases(store, recordId as Hex, signerOf(request))
      const releases = delivery.releases.map((one) => ({
        ...one,
        release: Release.toJson(one.release),
      }))
      return { ...delivery, releases } as never
    },
  )
}
