import { fromBase64url } from '@ambrosia/primitives/Bytes'
import type { JsonObject } from '../DataModel.ts'
import { InvalidRequestError } from './problem.ts'

/** Members of request bodies, each with its check. @throws VcApi.InvalidRequest */

export function readObject(body: unknown, name: string): JsonObject {
  const value = isObject(body) ? body[name] : undefined
  if (!isObject(value)) throw new InvalidRequestError(`the request has no ${name}`)
  return value
}

export function readOptions(body: unknown): JsonObject {
  const options = isObject(body) ? body['options'] : undefined
  if (options === undefined) return {}
  if (!isObject(options)) throw new InvalidRequestError('options must be an object')
  return options
}

export function readText(options: JsonObject, name: string): string | undefined {
  const value = options[name]
  if (value !== undefined && typeof value !== 'string') {
    throw new InvalidRequestError(`options.${name} must be a text`)
  }
  return value
}

export function readTexts(options: JsonObject, name: string): string[] | undefined {
  const value = options[name]
  if (value === undefined) return undefined
  if (!Array.isArray(value) || !value.every((entry) => typeof entry === 'string')) {
    throw new InvalidRequestError(`options.${name} must be a list of texts`)
  }
  return value
}

/** JSON pointers (RFC 6901). */
export function readPointers(options: JsonObject, name: string): string[] | undefined {
  const pointers = readTexts(options, name)
  if (pointers?.some((pointer) => pointer !== '' && !/^(?:\/(?:[^~/]|~[01])*)+$/.test(pointer))) {
    throw new InvalidRequestError(`options.${name} must be JSON pointers`)
  }
  return pointers
}

/** A presentation header in base64url; none is the empty one. */
export function readHeader(options: JsonObject): Uint8Array {
  const text = readText(options, 'presentationHeader') ?? ''
  try {
    return fromBase64url(text)
  } catch {
    throw new InvalidRequestError('options.presentationHeader must be base64url')
  }
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
