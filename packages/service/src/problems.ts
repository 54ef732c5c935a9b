import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import * as HttpProblem from '@ambrosia/primitives/HttpProblem'
import { COMMON_ERRORS, statusOf } from '@ambrosia/primitives/HttpRoute'
import { isDiskFull } from './files.ts'

/** Status by code, or by domain where the key ends in a dot. */
export type Statuses = Readonly<Record<string, number>>

/** Codes of the framework that are the client's fault, and ours for them. */
const FRAMEWORK: Readonly<Record<string, readonly [code: string, status: number, text: string]>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: ['Request.TooLarge', 413, 'the body is too large'],
  FST_ERR_CTP_INVALID_MEDIA_TYPE: [
    'Request.UnsupportedMediaType',
    415,
    'this content type is not accepted here',
  ],
  FST_ERR_CTP_EMPTY_JSON_BODY: ['Request.InvalidJson', 400, 'the body is empty'],
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: [
    'Request.Truncated',
    400,
    'the body is not as long as its Content-Length',
  ],
  ECONNRESET: ['Request.Truncated', 400, 'the connection ended before the body did'],
  FST_ERR_BAD_URL: ['Request.NotFound', 404, 'there is no such resource'],
  FST_STATIC_FORBIDDEN_PATH: ['Request.NotFound', 404, 'there is no such resource'],
  FST_ERR_MAX_PARAM_LENGTH: ['Request.NotFound', 404, 'there is no such resource'],
}

/**
 * The problem that an error is. What is not ours to tell becomes `Internal` without its message.
 */
export function problemOf(error: unknown, statuses: Statuses): HttpProblem.HttpProblem {
  if (error instanceof AmbrosiaError) {
    const { code, message, hint = '' } = error
    const status = statusOf(code, statuses) ?? statusOf(code, COMMON_ERRORS) ?? 400
    return HttpProblem.create({ code, status, detail: message, hint })
  }
  const { code, validation, validationContext } = (error ?? {}) as {
    code?: string
    validation?: HttpProblem.SchemaFault[]
    validationContext?: string
  }
  if (validation) {
    return HttpProblem.create({
      code: 'Request.Invalid',
      status: 400,
      detail: `${validationContext ?? 'request'}${HttpProblem.describeFault(validation)}`,
      hint: 'Compare the request with the schema at /docs.',
    })
  }
  if (isDiskFull(error)) {
    const detail = 'the disk of the service takes no more'
    const hint = 'Try again later.'
    return HttpProblem.create({ code: 'Service.DiskFull', status: 507, detail, hint })
  }
  const known = code === undefined ? undefined : FRAMEWORK[code]
  if (known) {
    return HttpProblem.create({ code: known[0], status: known[1], detail: known[2], hint: '' })
  }
  return HttpProblem.create({
    code: 'Internal',
    status: 500,
    detail: 'the service failed to answer',
    hint: 'Try again later.',
  })
}

export class TooManyRequestsError extends AmbrosiaError {
  constructor(afterMs: number) {
    const afterSec = Math.ceil(afterMs / 1000)
    super('Request.TooMany', 'too many requests', {
      details: { afterSec },
      hint: `Try again in ${afterSec} seconds.`,
    })
  }
}
