import { toUtf8 } from '@ambrosia/primitives/Bytes'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import * as PlainJson from '@ambrosia/primitives/PlainJson'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { ownTurn } from './ownTurn.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Body bytes as received, where they were read as JSON. */
    rawBody: Uint8Array | undefined
  }
}

/** JSON keeps its bytes beside its value, since signatures cover bytes. */
export function keepRawJson(app: FastifyInstance): void {
  app.decorateRequest('rawBody', undefined)
  const parse = app.getDefaultJsonParser('error', 'error')
  app.removeContentTypeParser(['application/json', 'text/plain'])
  app.addContentTypeParser(
    'application/json',
    { parseAs: 'buffer' },
    async (request: FastifyRequest, body: Buffer) => {
      const bytes = new Uint8Array(body)
      request.rawBody = bytes
      if (bytes.length > OWN_TURN_BYTES) await ownTurn()
      let text: string
      try {
        PlainJson.assertBounded(bytes)
        text = toUtf8(bytes)
      } catch (error) {
        throw error instanceof PlainJson.TooMuchError
          ? new TooManyValuesError(error)
          : new InvalidJsonError()
      }
      // What a parser says of its input may quote it.
      return await new Promise((done, failed) => {
        parse(request, text, (error, value) =>
          error ? failed(new InvalidJsonError()) : done(value),
        )
      })
    },
  )
}

/** Bodies from here on take milliseconds to be read: many that came at once are read by turns. */
const OWN_TURN_BYTES = 32 * 1024

class TooManyValuesError extends AmbrosiaError {
  constructor({ message }: PlainJson.TooMuchError) {
    super('Request.TooManyValues', message)
  }
}

class InvalidJsonError extends AmbrosiaError {
  constructor() {
    super('Request.InvalidJson', 'the body is not JSON in UTF-8')
  }
}
