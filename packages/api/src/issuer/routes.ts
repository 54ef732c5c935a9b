import type { IssuedRecord } from '@ambrosia/exchange/IssuedRecord'
import { issuedRecordSchema } from '@ambrosia/exchange/schemas/record'
import type { Report } from '@ambrosia/health/SafeHarbor'
import type { Hex } from '@ambrosia/primitives/Bytes'
import type { HttpRoutes } from '@ambrosia/primitives/HttpRoute'
import { BUNDLE_SIZE_BYTES } from '@ambrosia/primitives/Limits'
import * as Type from 'typebox'
import { describeRoute } from '../ServiceDescription.ts'
import { Account, anonymous, Hash, Signature, Uint64 } from '../shapes.ts'

const Count = Type.Integer({ minimum: 0 })
const Bytes = Type.Unsafe<Hex>(Type.String({ pattern: '^0x([0-9a-f]{2}){0,256}$' }))
const Name = Type.String({ maxLength: 200 })

/** What was removed, for a privacy officer: rules, paths and counts. */
const SafeHarborReport = Type.Unsafe<Report>(
  Type.Object(
    { removed: Count, kept: Count, rules: Type.Array(Type.Unknown()) },
    { additionalProperties: true },
  ),
)

/** A DID document as its contract stores it. */
const ContractDocument = Type.Object({
  controller: Account,
  verificationMethods: Type.Array(
    Type.Object({ fragment: Name, purposes: Type.Integer({ minimum: 0 }), multikey: Bytes }),
    { maxItems: 16 },
  ),
  services: Type.Array(
    Type.Object({ fragment: Name, serviceType: Name, endpoint: Type.String({ maxLength: 2000 }) }),
    { maxItems: 16 },
  ),
})

/** A signed list of an epoch, bytes: 131,072 bits, compressed, in a credential. */
const STATUS_LIST_BYTES = 4 * 1024 * 1024

/** Twenty thousand facets. */
const COUNTS_BYTES = 4 * 1024 * 1024

/** The routes of an issuer. It learns nothing of deals. */
export const issuerRoutes = {
  describe: describeRoute('issuer', {
    did: Type.String({ pattern: '^did:ambrosia:[0-9]{1,20}:[0-9a-f]{40}$' }),
    statusPeriodSec: Type.Integer({ minimum: 1 }),
    /** The signed message that puts the issuer's DID on chain, for whoever relays it. */
    creation: Type.Object({
      firstController: Account,
      salt: Hash,
      document: ContractDocument,
      deadline: Uint64,
      signature: Signature,
    }),
  }),

  issue: {
    method: 'POST',
    path: '/v1/records',
    summary: 'Issue a FHIR Bundle as a signed record',
    auth: 'bearer',
    query: Type.Object({
      holder: Name,
      form: Type.Union([Type.Literal('safe-harbor'), Type.Literal('identified')]),
      /** The same request under the same key gets the same status entry. */
      key: Type.Optional(Type.String({ pattern: '^[A-Za-z0-9._-]{8,128}$' })),
    }),
    body: {
      kind: 'bytes',
      mediaTypes: ['application/fhir+json', 'application/octet-stream'],
      limitBytes: BUNDLE_SIZE_BYTES,
    },
    answer: {
      kind: 'json',
      status: 201,
      // The resources come as texts inside JSON, which may double what has to be escaped.
      limitBytes: 4 * BUNDLE_SIZE_BYTES,
      schema: Type.Object({
        record: anonymous<IssuedRecord>(issuedRecordSchema),
        claimCount: Count,
        digestCount: Count,
        statusIndex: Count,
        report: Type.Optional(SafeHarborReport),
      }),
    },
    errors: {
      'Issuer.NotOperator': 401,
      'Issuer.InvalidHolder': 400,
      'Issuer.InvalidRecord': 400,
      'Issuer.NotClean': 400,
      'Bundle.': 400,
      'CanonicalJson.': 400,
      'SafeHarbor.': 400,
      'Record.': 400,
      'Issuer.KeyReused': 409,
      'Issuer.ThreadEnded': 413,
      'Issuer.TimedOut': 413,
      'Issuer.Busy': 503,
      'StatusList.Full': 507,
    },
    timeoutMs: 600_000,
  },

  revoke: {
    method: 'POST',
    path: '/v1/status/1/:index/revoke',
    summary: 'Revoke a credential by its status index',
    auth: 'bearer',
    params: Type.Object({ index: Type.Integer({ minimum: 0 }) }),
    answer: { kind: 'empty', status: 204 },
    errors: { 'Issuer.NotOperator': 401, 'Status.UnknownEntry': 404 },
    timeoutMs: 30_000,
  },

  counts: {
    method: 'GET',
    path: '/v1/counts',
    summary: 'How many people have records, by what they claim: tens, and nothing below ten',
    auth: 'anyone',
    answer: {
      kind: 'json',
      status: 200,
      limitBytes: COUNTS_BYTES,
      schema: Type.Object({
        leastPeople: Count,
        /** 0 before there is anything to tell. */
        publishedAtSec: Count,
        people: Count,
        facets: Type.Array(
          Type.Union([
            Type.Object({ claim: Name, value: Type.Optional(Name), people: Count }),
            Type.Object({ type: Name, system: Name, code: Name, people: Count }),
          ]),
          { maxItems: 20_000 },
        ),
      }),
    },
    errors: {},
    timeoutMs: 10_000,
  },

  statusList: {
    method: 'GET',
    path: '/v1/status/1',
    summary: 'The status list as published at an epoch (seconds), or now',
    auth: 'anyone',
    query: Type.Object({ epoch: Type.Optional(Type.Integer({ minimum: 0 })) }),
    answer: {
      kind: 'bytes',
      status: 200,
      mediaType: 'application/vc',
      limitBytes: STATUS_LIST_BYTES,
      cache: 'none',
    },
    errors: { 'Status.UnknownEpoch': 404 },
    timeoutMs: 10_000,
  },
} as const satisfies HttpRoutes
