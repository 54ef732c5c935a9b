import type { MessageSchema } from '@ambrosia/exchange/messages/Message'
import type { Hex } from '@ambrosia/primitives/Bytes'
import * as Type from 'typebox'

/**
 * Shapes that the routes of several services share. `Unsafe` names the type that a pattern stands
 * for.
 */

export const Hash = Type.Unsafe<Hex>(Type.String({ pattern: '^0x[0-9a-f]{64}$' }))
export const Account = Type.Unsafe<Hex>(Type.String({ pattern: '^0x[0-9a-fA-F]{40}$' }))
export const Signature = Type.Unsafe<Hex>(Type.String({ pattern: '^0x[0-9a-f]{130}$' }))
/** An integer of up to 64 bits as decimal digits. */
export const Uint64 = Type.String({ pattern: '^(0|[1-9][0-9]{0,19})$' })
/** JSON that another module parses: a manifest, a credential. */
export const AnyObject = Type.Unsafe<Record<string, unknown>>({
  type: 'object',
  additionalProperties: true,
})

/** No member beside those named. */
export const closed = { additionalProperties: false } as const

/** A key wrapped to one recipient: 32 and 48 bytes in base64url. */
export const Envelope = Type.Object(
  {
    keyId: Type.String({ minLength: 1, maxLength: 256 }),
    epoch: Type.Integer({ minimum: 0 }),
    enc: Type.String({ pattern: '^[A-Za-z0-9_-]{43}$' }),
    wrapped: Type.String({ pattern: '^[A-Za-z0-9_-]{64}$' }),
  },
  closed,
)

/** A signed message of the exchange as JSON, in the shape that its module defines. */
export function messageJson(schema: MessageSchema) {
  return Type.Unsafe<Record<string, string | number | string[]>>(schema)
}

/** A JSON Schema of another module without its name, which only one place may define. */
export function anonymous<T>(schema: { readonly $id: string }) {
  const { $id: _, ...rest } = schema
  return Type.Unsafe<T>(rest)
}
