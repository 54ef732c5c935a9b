import { LABELS } from '@ambrosia/health/Sensitivity'

const code = {
  type: 'object',
  required: ['system', 'code'],
  additionalProperties: false,
  properties: {
    system: { type: 'string', minLength: 1, maxLength: 200 },
    code: { type: 'string', minLength: 1, maxLength: 64 },
  },
} as const

const resourceRule = {
  type: 'object',
  required: ['type'],
  additionalProperties: false,
  properties: {
    type: { type: 'string', pattern: '^[A-Z][A-Za-z]{1,63}$' },
    codes: { type: 'array', minItems: 1, maxItems: 200, items: code },
    all: { type: 'boolean' },
    since: { type: 'string', pattern: '^\\d{4}(-\\d{2}(-\\d{2})?)?$' },
    include: {
      type: 'array',
      maxItems: 20,
      items: { type: 'string', pattern: '^[A-Z][A-Za-z]{1,63}$' },
    },
    /** Sensitivity labels of HL7 whose resources are asked for too. */
    sensitive: { type: 'array', minItems: 1, maxItems: 50, items: { enum: [...LABELS.keys()] } },
  },
} as const

/** JSON Schema (2020-12) of a criteria document, version 1. */
export const criteriaSchema = {
  $id: 'urn:ambrosia:schema:criteria:1',
  type: 'object',
  required: [
    'version',
    'title',
    'form',
    'dcql',
    'resources',
    'predicates',
    'issuers',
    'purpose',
    'consumer',
  ],
  additionalProperties: false,
  properties: {
    version: { const: 1 },
    title: { type: 'string', minLength: 1, maxLength: 200 },
    form: { enum: ['safe-harbor', 'identified'] },
    dcql: { type: 'object', required: ['credentials'] },
    resources: { type: 'array', minItems: 1, maxItems: 100, items: resourceRule },
    predicates: {
      type: 'array',
      maxItems: 50,
      items: {
        type: 'object',
        required: ['id', 'expression'],
        additionalProperties: false,
        properties: {
          id: { type: 'string', pattern: '^[a-z][a-z0-9-]{0,63}$' },
          expression: { type: 'string', minLength: 1, maxLength: 2000 },
        },
      },
    },
    profile: {
      type: 'object',
      required: ['url', 'definition'],
      additionalProperties: false,
      properties: { url: { type: 'string' }, definition: { type: 'object' } },
    },
    jsonSchema: { type: 'object' },
    issuers: {
      type: 'array',
      minItems: 1,
      maxItems: 50,
      uniqueItems: true,
      items: { type: 'string', pattern: '^did:[a-z0-9]+:[A-Za-z0-9:._-]+$', maxLength: 200 },
    },
    purpose: { type: 'string', pattern: '^DUO:\\d{7}$' },
    consumer: { type: 'string', pattern: '^did:[a-z0-9]+:[A-Za-z0-9:._-]+$', maxLength: 200 },
  },
} as const

/** JSON Schema (2020-12) of an agreement, version 1: the terms a provider answers. */
export const agreementSchema = {
  $id: 'urn:ambrosia:schema:agreement:1',
  type: 'object',
  required: [
    'version',
    'consumerName',
    'consumerContact',
    'purpose',
    'resale',
    'retentionEnd',
    'terms',
  ],
  additionalProperties: false,
  properties: {
    version: { const: 1 },
    consumerName: { type: 'string', minLength: 1, maxLength: 200 },
    consumerContact: { type: 'string', minLength: 3, maxLength: 200 },
    purpose: { type: 'string', pattern: '^DUO:\\d{7}$' },
    resale: { type: 'boolean' },
    retentionEnd: { type: 'string', pattern: '^\\d{4}-\\d{2}-\\d{2}$' },
    terms: {
      type: 'array',
      maxItems: 50,
      items: {
        type: 'object',
        required: ['id', 'required', 'title', 'text'],
        additionalProperties: false,
        properties: {
          id: { type: 'integer', minimum: 1, maximum: 65535 },
          required: { type: 'boolean' },
          title: { type: 'string', minLength: 1, maxLength: 200 },
          text: { type: 'string', minLength: 1, maxLength: 10000 },
        },
      },
    },
  },
} as const

/** JSON Schema (2020-12) of the answers to an agreement, version 1. */
export const answersSchema = {
  $id: 'urn:ambrosia:schema:answers:1',
  type: 'object',
  required: ['version', 'agreementHash', 'salt', 'sentences', 'answers'],
  additionalProperties: false,
  properties: {
    version: { const: 1 },
    agreementHash: { type: 'string', pattern: '^0x[0-9a-f]{64}$' },
    salt: { type: 'string', pattern: '^[A-Za-z0-9_-]{22}$' },
    sentences: {
      type: 'array',
      minItems: 1,
      maxItems: 50,
      items: { type: 'string', minLength: 1, maxLength: 2000 },
    },
    answers: {
      type: 'array',
      maxItems: 50,
      items: {
        type: 'object',
        required: ['id', 'accepted'],
        additionalProperties: false,
        properties: { id: { type: 'integer' }, accepted: { type: 'boolean' } },
      },
    },
  },
} as const
