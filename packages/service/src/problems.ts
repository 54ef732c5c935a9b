import { AmbrosiaError } from '@ambrosia/primitives/Errors'

/** A problem of RFC 9457, with our code. */
export type Problem = {
  type: string
  title: string
  status: number
  detail: string
  code: string
  hint: string
}

/** Status by code, or by domain where the key ends in a dot. */
export type Statuses = Readonly<Record<string, number>>

const COMMON: Statuses = {
  'Request.NotFound': 404,
  'Request.TooMany': 429,
  'Request.TooLarge': 413,
  'Request.UnsupportedMediaType': 415,
  'HttpSignature.': 401,
  'SignedRequest.': 401,
  'ContentAddress.Mismatch': 422,
  'BlobStore.NotFound': 404,
  'BlobStore.TooLarge': 413,
  'BlobStore.Full': 507,
  'Chain.Unreachable': 503,
}

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
  FST_ERR_MAX_PARAM_LENGTH: ['Request.NotFound', 404, 'there is no such resource'],
}

/** The problem that an error is. What is not ours to tell becomes `Internal` without its message. */
export function problemOf(error: unknown, statuses: Statuses): Problem {
  if (error instanceof AmbrosiaError) {
    const { code, message, hint = '' } = error
    const status = statusOf(code, statuses) ?? statusOf(code, COMMON) ?? 400
    return problem(code, status, message, hint)
  }
  const { code, validation, validationContext } = (error ?? {}) as {
    code?: string
    validation?: Fault[]
    validationContext?: string
  }
  if (validation) {
    const detail = `${validationContext ?? 'request'}${faultOf(validation)}`
    return problem('Request.Invalid', 400, detail, 'Compare the request with the schema at /docs.')
  }
  const known = code === undefined ? undefined : FRAMEWORK[code]
  if (known) return problem(known[0], known[1], known[2], '')
  return problem('Internal', 500, 'the service failed to answer', 'Try again later.')
}

type Fault = { keyword?: string; schemaPath?: string; params?: { requiredProperties?: string[] } }

/** Where a request differs from its schema, in names of the schema only: a name of the request's own could be anything. */
function faultOf(faults: readonly Fault[]): string {
  const fault = faults.find(({ keyword }) => keyword !== 'boolean') ?? faults[0] ?? {}
  const segments = (fault.schemaPath ?? '').split('/')
  const path = segments.flatMap((segment, i) => {
    const before = segments[i - 1]
    if (before === 'properties') return [`/${segment}`]
    if (segment === 'items' || segment === 'patternProperties') return ['/*']
    return []
  })
  const required = fault.params?.requiredProperties ?? []
  const missing = required.length > 0 ? `: ${required.join(', ')} is missing` : ''
  return `${path.join('')} is not what the schema asks for (${fault.keyword ?? 'schema'})${missing}`
}

function statusOf(code: string, statuses: Statuses): number | undefined {
  return statuses[code] ?? statuses[`${code.split('.')[0]}.`]
}

function problem(code: string, status: number, detail: string, hint: string): Problem {
  return { type: `urn:ambrosia:error:${code}`, title: code, status, detail, code, hint }
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
