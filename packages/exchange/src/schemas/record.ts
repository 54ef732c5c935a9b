const salt = { type: 'string', pattern: '^[A-Za-z0-9_-]{22}$' } as const

/** JSON Schema (2020-12) of an issued record: what an issuer hands to the person it is about. */
export const issuedRecordSchema = {
  $id: 'urn:ambrosia:schema:issued-record:1',
  type: 'object',
  required: ['version', 'form', 'credential', 'resources'],
  additionalProperties: false,
  properties: {
    version: { const: 1 },
    form: { enum: ['safe-harbor', 'identified'] },
    credential: { type: 'object' },
    resources: {
      type: 'array',
      minItems: 1,
      maxItems: 20000,
      items: {
        type: 'object',
        required: ['salt', 'text'],
        additionalProperties: false,
        properties: { salt, text: { type: 'string', minLength: 2, maxLength: 4194304 } },
      },
    },
  },
} as const

/** JSON Schema (2020-12) of a sealed payload; docs/protocol/exchange.md, section 6. */
export const payloadSchema = {
  $id: 'urn:ambrosia:schema:payload:1',
  type: 'object',
  required: ['version', 'dealId', 'consumer', 'resources', 'presentation'],
  additionalProperties: false,
  properties: {
    version: { const: 1 },
    dealId: { type: 'string', pattern: '^0x[0-9a-f]{64}$' },
    consumer: { type: 'string', pattern: '^0x[0-9a-fA-F]{40}$' },
    resources: {
      type: 'array',
      minItems: 1,
      maxItems: 20000,
      items: {
        type: 'object',
        required: ['salt', 'text'],
        additionalProperties: false,
        properties: {
          salt,
          text: { type: 'string', minLength: 2, maxLength: 4194304 },
          proof: {
            type: 'object',
            required: ['index', 'size', 'path'],
            additionalProperties: false,
            properties: {
              index: { type: 'integer', minimum: 0 },
              size: { type: 'integer', minimum: 1, maximum: 20000 },
              path: {
                type: 'array',
                maxItems: 16,
                items: { type: 'string', pattern: '^0x[0-9a-f]{64}$' },
              },
            },
          },
        },
      },
    },
    presentation: { type: 'object' },
  },
} as const

/**
 * JSON Schema (2020-12) of what a provider sends to an oracle; docs/protocol/exchange.md,
 * section 7.
 */
export const submissionBodySchema = {
  $id: 'urn:ambrosia:schema:submission:1',
  type: 'object',
  required: [
    'manifest',
    'permission',
    'receipt',
    'receiptSignature',
    'submission',
    'providerSignature',
    'holderSignature',
    'presentation',
  ],
  additionalProperties: false,
  properties: {
    manifest: { type: 'object' },
    permission: { type: 'object' },
    receipt: { type: 'object' },
    receiptSignature: { type: 'string', pattern: '^0x[0-9a-f]{130}$' },
    submission: { type: 'object' },
    providerSignature: { type: 'string', pattern: '^0x[0-9a-f]{130}$' },
    holderSignature: { type: 'string', pattern: '^[A-Za-z0-9_-]{86}$' },
    presentation: { type: 'object' },
  },
} as const
