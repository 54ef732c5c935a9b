import { Type } from 'typebox'

export const Hash = Type.String({ pattern: '^0x[0-9a-f]{64}$' })
export const AccountAddress = Type.String({ pattern: '^0x[0-9a-fA-F]{40}$' })
export const Signature = Type.String({ pattern: '^0x[0-9a-f]{130}$' })
export const ContentAddress = Type.String({ pattern: '^b[a-z2-7]{58}$' })
export const Uint64 = Type.String({ pattern: '^(0|[1-9][0-9]{0,19})$' })
export const Ticket = Type.String({ pattern: '^[A-Za-z0-9_-]{43}$' })

const closed = { additionalProperties: false }

export const EnvelopeSchema = Type.Object(
  {
    keyId: Type.String({ minLength: 1, maxLength: 256 }),
    epoch: Type.Integer({ minimum: 0 }),
    enc: Type.String({ maxLength: 64 }),
    wrapped: Type.String({ maxLength: 128 }),
  },
  closed,
)

export const ReleaseSchema = Type.Object(
  { recordId: Hash, consumerKeyHash: Hash, envelopeHash: Hash, blockNumber: Uint64 },
  closed,
)

export const ReceiptSchema = Type.Object(
  {
    store: AccountAddress,
    manifestHash: Hash,
    sizeBytes: Uint64,
    dealId: Hash,
    storedUntil: Uint64,
  },
  closed,
)

export const ProblemSchema = Type.Object({
  type: Type.String(),
  title: Type.String(),
  status: Type.Integer(),
  detail: Type.String(),
  code: Type.String(),
  hint: Type.String(),
  instance: Type.String(),
})

export { closed }
