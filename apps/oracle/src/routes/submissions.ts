import type { Server } from '@ambrosia/service/Server'
import { Type } from 'typebox'
import type { CertifiedJson } from '../submissions/receive.ts'

/** Sealed records come here to be judged. Presentation and manifest are the large parts; the record itself lies at the store. */
const BODY_LIMIT_BYTES = 4 * 1024 * 1024

export function addSubmissionRoutes(
  app: Server,
  options: {
    receive: (body: unknown) => Promise<CertifiedJson>
    read: (id: string) => Promise<CertifiedJson>
  },
): void {
  app.post(
    '/v1/submissions',
    {
      bodyLimit: BODY_LIMIT_BYTES,
      schema: {
        summary: 'Judge a sealed record and certify it',
        description:
          'Signed by provider account and holder key inside; the same submission returns the same certificate.',
        body: Type.Unknown(),
      },
    },
    async (request, reply) => reply.status(201).send(await options.receive(request.body)),
  )
  app.get(
    '/v1/submissions/:id',
    {
      schema: {
        summary: 'The certificate of a submission judged before',
        params: Type.Object({ id: Type.String({ pattern: '^0x[0-9a-f]{64}$' }) }),
      },
    },
    async (request) => await options.read(request.params.id),
  )
}
