/**
 * Refusals of a service as problem details (RFC 9457) with our stable code; the server writes them,
 * the client reads them.
 */
export type HttpProblem = {
  type: string
  title: string
  status: number
  detail: string
  code: string
  hint: string
}

/** JSON Schema of a problem as a service sends it; `instance` names the request in the logs. */
export const SCHEMA = {
  type: 'object',
  required: ['type', 'title', 'status', 'detail', 'code', 'hint', 'instance'],
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string' },
    code: { type: 'string' },
    hint: { type: 'string' },
    instance: { type: 'string' },
  },
} as const

export const MEDIA_TYPE = 'application/problem+json'

/** Longest problem that a client reads, bytes. */
export const LIMIT_BYTES = 16 * 1024

/** A code of ours: `Ticket.TooLarge`. */
const CODE = /^[A-Za-z][A-Za-z0-9]{0,39}(?:\.[A-Za-z][A-Za-z0-9]{0,59})?$/
const TEXT_LENGTH = 1000

export function create(options: {
  code: string
  status: number
  detail: string
  hint: string
}): HttpProblem {
  const { code, status, detail, hint } = options
  return { type: `urn:ambrosia:error:${code}`, title: code, status, detail, code, hint }
}

/**
 * What a foreign service's problem says, as far as it is one: every text is bounded and holds no
 * control characters.
 */
export function read(value: unknown): { code?: string; detail?: string; hint?: string } {
  if (typeof value !== 'object' || value === null) return {}
  const { code, detail, title, hint } = value as Record<string, unknown>
  return {
    ...(typeof code === 'string' && CODE.test(code) ? { code } : {}),
    ...textOf('detail', detail ?? title),
    ...textOf('hint', hint),
  }
}

function textOf(name: 'detail' | 'hint', value: unknown): { [name: string]: string } {
  if (typeof value !== 'string' || value === '') return {}
  // A terminal must not be steered by what a service answers.
  return { [name]: value.replace(/[\p{Cc}\p{Cf}]/gu, ' ').slice(0, TEXT_LENGTH) }
}

/** A fault that a validator of JSON Schema found. */
export type SchemaFault = {
  keyword?: string
  schemaPath?: string
  params?: object
}

/**
 * Where a value differs from its schema, in names of the schema only, since what the value itself
 * holds could be anything: `/tickets/[]/size is not what the schema asks for (integer)`.
 */
export function describeFault(faults: readonly SchemaFault[]): string {
  const fault = faults.find(({ keyword }) => keyword !== 'boolean') ?? faults[0] ?? {}
  const segments = (fault.schemaPath ?? '').split('/')
  const path = segments.flatMap((segment, i) => {
    const before = segments[i - 1]
    if (before === 'properties') return [`/${segment}`]
    if (segment === 'items' || segment === 'patternProperties') return ['/[]']
    return []
  })
  const { requiredProperties: required = [] } = (fault.params ?? {}) as {
    requiredProperties?: string[]
  }
  const missing = required.length > 0 ? `: ${required.join(', ')} is missing` : ''
  return `${path.join('')} is not what the schema asks for (${fault.keyword ?? 'schema'})${missing}`
}
