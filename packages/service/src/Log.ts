import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import { type DestinationStream, destination, type LogFn, type Logger, pino } from 'pino'

/**
 * Logs as JSON lines on standard error. No secret may reach them: what could hold one is censored
 * by name, an error of ours shows its code and public details, and of any other error only its name
 * and stack frames are kept, since its message may quote what it failed on.
 */
export type Log = Logger

export const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const
export type Level = (typeof LEVELS)[number]

const SECRET_NAMES = [
  'authorization',
  'cookie',
  'password',
  'secret',
  'token',
  'ticket',
  'privateKey',
  'dataKey',
  'mnemonic',
  'seed',
  'wrapped',
  'signature',
  'signature-input',
  'ambrosia-ticket',
  'body',
  'rawBody',
  'payload',
  'plaintext',
  'resources',
  'presentation',
]
const SECRET_KEYS = new Set(SECRET_NAMES.map((name) => name.toLowerCase()))
const CENSOR = '[secret]'
const DEPTH = 8

/** Lines that a full disk does not take are lost, and no request fails for them. */
function standardError(): DestinationStream {
  const stream = destination({ fd: 2, sync: true })
  stream.on('error', () => {})
  return stream
}

/** A log for a service. */
export function create(options: {
  name: string
  level?: Level | undefined
  stream?: DestinationStream | undefined
}): Log {
  const stream = options.stream ?? standardError()
  return pino(
    {
      name: options.name,
      level: options.level ?? 'info',
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      hooks: { logMethod: withoutMessageOfErrors },
      // For the bindings of child logs, which the formatter below does not see.
      redact: { paths: SECRET_NAMES.map((name) => `["${name}"]`), censor: CENSOR },
      formatters: { log: (object) => censor(object, DEPTH) as Record<string, unknown> },
      serializers: { err: describeError, error: describeError, cause: describeError },
    },
    stream,
  )
}

/**
 * A copy without secrets, at any depth: what has a secret's name, and all raw bytes. Errors are
 * described by a serializer.
 */
function censor(value: unknown, depth: number): unknown {
  if (typeof value === 'bigint') return value.toString()
  if (typeof value !== 'object' || value === null || value instanceof Error) return value
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`
  if (depth === 0) return '[deep]'
  if (Array.isArray(value)) return value.map((one) => censor(one, depth - 1))
  const entries = Object.entries(value).map(([key, member]) => {
    const isSecret = SECRET_KEYS.has(key.toLowerCase())
    return [key, isSecret ? CENSOR : censor(member, depth - 1)] as const
  })
  return Object.fromEntries(entries)
}

/** Where a call gives no message of its own, pino would take that of the error. */
function withoutMessageOfErrors(this: Log, args: Parameters<LogFn>, method: LogFn): void {
  const [first, message, ...rest] = args as [unknown, string | undefined, ...unknown[]]
  const object = first instanceof Error ? { err: first } : first
  const isFailure = typeof object === 'object' && object !== null && 'err' in object
  const text = message ?? (isFailure ? 'a failure' : undefined)
  method.apply(this, (text === undefined ? [object] : [object, text, ...rest]) as never)
}

export type ErrorDescription = {
  type: string
  code?: string
  message?: string
  details?: Record<string, unknown>
  stack: string[]
  cause?: ErrorDescription
}

/** What a log may keep of an error. */
export function describeError(error: unknown): ErrorDescription {
  if (!(error instanceof Error)) return { type: typeof error, stack: [] }
  const stack = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line))
  const frames = stack.slice(0, 12).map((line) => line.trim())
  const cause = error.cause === undefined ? {} : { cause: describeError(error.cause) }
  if (error instanceof AmbrosiaError) {
    const { code, message, details } = error
    return {
      type: 'AmbrosiaError',
      code,
      message,
      details: { ...details },
      stack: frames,
      ...cause,
    }
  }
  const { code } = error as { code?: unknown }
  const named = typeof code === 'string' && /^[A-Z0-9_]{1,64}$/.test(code) ? { code } : {}
  return { type: error.name, ...named, stack: frames, ...cause }
}
