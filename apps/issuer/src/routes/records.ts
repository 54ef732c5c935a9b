import { timingSafeEqual } from 'node:crypto'
import * as Keys from '@ambrosia/credentials/Keys'
import type { RecordForm } from '@ambrosia/exchange/IssuedRecord'
import type { Issuance } from '@ambrosia/exchange/issue/issueRecord'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import { BUNDLE_SIZE_BYTES } from '@ambrosia/primitives/Limits'
import type { Server } from '@ambrosia/service/Server'
import type { FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import type { StatusLists } from '../status/statusLists.ts'

/** Issues a record of a Bundle to a holder. */
export type Issue = (request: {
  bundle: Uint8Array
  form: RecordForm
  holder: string
}) => Promise<Issuance & { statusIndex: number }>

/** Routes for the issuer's own staff: issuing and revoking. */
export function addRecordRoutes(
  app: Server,
  options: { issue: Issue; statusLists: StatusLists; operatorToken: string },
): void {
  const preValidation = async (request: FastifyRequest): Promise<void> => {
    assertOperator(request, options.operatorToken)
  }
  app.register(async (plugin) => {
    const scope = plugin as unknown as Server
    scope.addContentTypeParser(
      ['application/fhir+json', 'application/octet-stream'],
      { parseAs: 'buffer', bodyLimit: BUNDLE_SIZE_BYTES },
      (_request, body, done) => done(null, body),
    )
    scope.post(
      '/v1/records',
      {
        preValidation,
        bodyLimit: BUNDLE_SIZE_BYTES,
        schema: {
          summary: 'Issue a FHIR Bundle as a signed record',
          querystring: Type.Object({
            holder: Type.String({ maxLength: 200 }),
            form: Type.Union([Type.Literal('safe-harbor'), Type.Literal('identified')]),
          }),
        },
      },
      async (request, reply) => {
        const { holder, form } = request.query
        assertHolder(holder)
        const issued = await options.issue({ bundle: request.body as Uint8Array, form, holder })
        return reply.status(201).send(issued)
      },
    )
  })
  app.post(
    '/v1/status/1/:index/revoke',
    {
      preValidation,
      schema: {
        summary: 'Revoke a credential by its status index',
        params: Type.Object({ index: Type.Integer({ minimum: 0 }) }),
      },
    },
    async (request, reply) => {
      await options.statusLists.revoke(request.params.index)
      return reply.status(204).send()
    },
  )
  app.get(
    '/v1/status/1',
    {
      schema: {
        summary: 'The status list as published at an epoch (seconds), or now',
        querystring: Type.Object({ epoch: Type.Optional(Type.Integer({ minimum: 0 })) }),
      },
    },
    async (request, reply) => {
      const body = await options.statusLists.published(request.query.epoch)
      return reply.type('application/vc').send(body)
    },
  )
}

function assertOperator(request: FastifyRequest, operatorToken: string): void {
  const [scheme, token = ''] = (request.headers.authorization ?? '').split(' ')
  const expected = Buffer.from(operatorToken)
  const given = Buffer.from(token)
  const isSame = given.length === expected.length && timingSafeEqual(given, expected)
  if (scheme !== 'Bearer' || !isSame) throw new NotOperatorError()
}

function assertHolder(holder: string): void {
  try {
    Keys.fromMultibase(holder.replace(/^did:key:/, ''))
  } catch {
    throw new InvalidHolderError()
  }
}

export class NotOperatorError extends AmbrosiaError {
  constructor() {
    super('Issuer.NotOperator', 'only the operator of this issuer may do this', {
      hint: 'Send the operator token of the issuer as a bearer token.',
    })
  }
}

export class InvalidHolderError extends AmbrosiaError {
  constructor() {
    super('Issuer.InvalidHolder', 'holder is no did:key of an Ed25519 key')
  }
}
