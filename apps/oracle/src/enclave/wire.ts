import { AmbrosiaError } from '@ambrosia/primitives/Errors'

/**
 * How values cross the border of the enclave: JSON, with bigints, bytes and undefined as objects
 * that have a `$`. What has a `$` of its own is written as its members. Nothing else crosses: no
 * functions, no classes, no code.
 */
const MARK = '$'
const MAXIMUM_DEPTH = 96

export function encode(value: unknown): string {
  return JSON.stringify(toPlain(value, 0))
}

/** @throws Enclave.Malformed */
export function decode(text: string): unknown {
  let plain: unknown
  try {
    plain = JSON.parse(text)
  } catch {
    throw new MalformedError()
  }
  return fromPlain(plain, 0)
}

function toPlain(value: unknown, depth: number): unknown {
  if (depth > MAXIMUM_DEPTH) throw new MalformedError()
  switch (typeof value) {
    case 'string':
    case 'boolean':
    case 'number':
      return value
    case 'bigint':
      return { [MARK]: 'int', v: value.toString() }
    case 'undefined':
      return { [MARK]: 'none' }
    case 'object':
      break
    default:
      throw new MalformedError()
  }
  if (value === null) return null
  if (value instanceof Uint8Array)
    return { [MARK]: 'bytes', v: Buffer.from(value).toString('base64') }
  if (Array.isArray(value)) return value.map((one) => toPlain(one, depth + 1))
  const entries = Object.entries(value).map(([key, one]) => [key, toPlain(one, depth + 1)] as const)
  return Object.hasOwn(value, MARK) ? { [MARK]: 'object', v: entries } : toObject(entries)
}

function fromPlain(value: unknown, depth: number): unknown {
  if (depth > MAXIMUM_DEPTH) throw new MalformedError()
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map((one) => fromPlain(one, depth + 1))
  if (!Object.hasOwn(value, MARK)) {
    const entries = Object.entries(value)
    return toObject(entries.map(([key, one]) => [key, fromPlain(one, depth + 1)]))
  }
  const { [MARK]: kind, v } = value as { [MARK]: unknown; v?: unknown }
  if (kind === 'none') return undefined
  if (kind === 'int' && typeof v === 'string' && /^-?\d{1,80}$/.test(v)) return BigInt(v)
  if (kind === 'bytes' && typeof v === 'string') return new Uint8Array(Buffer.from(v, 'base64'))
  if (kind === 'object' && Array.isArray(v) && v.every(isEntry)) {
    return toObject(v.map(([key, one]) => [key, fromPlain(one, depth + 1)]))
  }
  throw new MalformedError()
}

function isEntry(value: unknown): value is [string, unknown] {
  return Array.isArray(value) && value.length === 2 && typeof value[0] === 'string'
}

/** `__proto__` becomes a member like any other. */
function toObject(entries: readonly (readonly [string, unknown])[]): Record<string, unknown> {
  return Object.fromEntries(entries)
}

export class MalformedError extends AmbrosiaError {
  constructor() {
    super('Enclave.Malformed', 'what came over the border of the enclave cannot be read')
  }
}
