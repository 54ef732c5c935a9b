/**
 * JSON Schema (2020-12) of a permission to check with its words; docs/protocol/exchange.md,
 * section 7.
 */
export const signedPermissionSchema = {
  $id: 'urn:ambrosia:schema:permission:1',
  type: 'object',
  required: ['permission', 'words', 'signature'],
  additionalProperties: false,
  properties: {
    permission: { type: 'object' },
    words: {
      type: 'object',
      required: ['version', 'salt', 'sentences'],
      additionalProperties: false,
      properties: {
        version: { const: 1 },
        salt: { type: 'string', pattern: '^[A-Za-z0-9_-]{22}$' },
        sentences: {
          type: 'array',
          minItems: 1,
          maxItems: 50,
          items: { type: 'string', minLength: 1, maxLength: 2000 },
        },
      },
    },
    signature: { type: 'string', pattern: '^0x[0-9a-f]{130}$' },
  },
} as const
