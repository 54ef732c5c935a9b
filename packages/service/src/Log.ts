import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import { type DestinationStream, destination, type LogFn, type Logger, pino } from 'pino'

/**
 * Logs as JSON lines on standard error. No secret may reach them: what could hold one is censored by name, an error of ours
 * shows its code and public details, and of any other error only its name and stack frames are kept, since its message may
 * quote what it failed on.
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
const quoted = (name: string) => `["${name}"]`
const REDACTED = SECRET_NAMES.flatMap((name) => [
  quoted(name),
  `*${quoted(name)}`,
  `*.*${quoted(name)}`,
  `*.*.*${quoted(name)}`,
])

/** A log for a service. */
export function create(options: {
  name: string
  level?: Level | undefined
  stream?: DestinationStream | undefined
}): Log {
  const stream = options.stream ?? destination({ fd: 2, sync: true })
  return pino(
    {
      name: options.name,
      level: options.level ?? 'info',
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      hooks: { logMethod: withoutMessageOfErrors },
      redact: { paths: REDACTED, censor: '[secret]' },
      serializers: { err: describeError, error: describeError, cause: describeError },
    },
    stream,
  )
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
