import * as Certificate from '@ambrosia/exchange/Certificate'
import { submissionBodySchema } from '@ambrosia/exchange/schemas/record'
import type { Hex } from '@ambrosia/primitives/Bytes'
import type { HttpRoutes } from '@ambrosia/primitives/HttpRoute'
import * as Type from 'typebox'
import { describeRoute } from '../ServiceDescription.ts'
import {
  Account,
  AnyObject,
  anonymous,
  closed,
  Envelope,
  Hash,
  messageJson,
  Signature,
  Uint64,
} from '../shapes.ts'

/** Dealings of all oracles of a set, each with a wrapped share for all. */
const DEALINGS_BYTES = 4 * 1024 * 1024

/** Presentation and manifest are the large parts; the record itself lies at the store. */
const SUBMISSION_BYTES = 4 * 1024 * 1024
const MESSAGE_BYTES = 64 * 1024

/** Certificates of one batch, by their hashes, in its order. */
const BatchHashes = Type.Array(Hash, { minItems: 1, maxItems: 64 })

/**
 * Certificates of one transaction: as many as it may settle. None twice, so that whoever holds one
 * can't have it verified a hundred times.
 */
const SettledHashes = Type.Array(Hash, { minItems: 1, maxItems: 100, uniqueItems: true })

/** What oracles refuse each other with. */
const PEER_ERRORS = {
  'Oracle.NoNetwork': 404,
  'Oracle.NotAdmitted': 403,
  'Attestation.': 422,
  'Enclave.': 503,
  'Epoch.': 409,
  'Threshold.': 422,
  'Envelope.': 422,
} as const

const Points = Type.Number({ minimum: 0, maximum: 100 })

const certified = {
  kind: 'json',
  limitBytes: MESSAGE_BYTES,
  schema: Type.Object({
    id: Hash,
    oracle: Account,
    certificate: messageJson(Certificate.schema),
    signature: Signature,
    /** What the score is made of. */
    quality: Type.Object({
      score: Points,
      completeness: Points,
      recency: Points,
      coding: Points,
      conformance: Points,
    }),
  }),
} as const

/** The routes of an oracle. */
export const oracleRoutes = {
  describe: describeRoute('oracle', {
    signer: Account,
    keyId: Type.String({ maxLength: 256 }),
    epoch: Type.Integer({ minimum: 1 }),
    measurement: Hash,
    validatorHash: Hash,
    attestation: Type.Union([Type.Literal('software'), Type.Literal('sgx')]),
  }),

  submit: {
    method: 'POST',
    path: '/v1/submissions',
    summary: 'Judge a sealed record and certify it',
    description:
      'Signed by provider account and holder key inside; the same submission returns the same certificate.',
    auth: 'anyone',
    body: {
      kind: 'json',
      limitBytes: SUBMISSION_BYTES,
      schema: anonymous<Record<string, unknown>>(submissionBodySchema),
      // Malformed or unacceptable: a stranger gets one answer to both.
      isJudgedByHandler: true,
    },
    answer: { ...certified, status: 201 },
    errors: {
      'Submission.Refused': 403,
      'Record.': 422,
      'Seal.': 422,
      'Envelope.': 422,
      'Payload.': 422,
      'Shape.': 422,
      'CanonicalJson.': 422,
      'Credential.': 422,
      'Predicate.': 422,
      'Validation.': 422,
      'Selection.': 422,
      'Status.UnknownList': 422,
      'Status.NotAvailable': 503,
      'Oracle.NotReady': 503,
      'Store.': 503,
      'Judging.TimedOut': 422,
      'Judging.OutOfMemory': 422,
      'Judging.Busy': 503,
      'Judging.Ended': 503,
    },
    // The largest records take an oracle about a minute.
    timeoutMs: 180_000,
  },

  certified: {
    method: 'GET',
    path: '/v1/submissions/:id',
    summary: 'The certificate of a submission judged before',
    auth: 'anyone',
    params: Type.Object({ id: Hash }),
    answer: { ...certified, status: 200 },
    errors: { 'Submission.Unknown': 404 },
    timeoutMs: 30_000,
  },

  tagSecret: {
    method: 'POST',
    path: '/v1/peers/tag-secret',
    summary: 'Hand the tag secret to a registered oracle, wrapped to its registered key',
    auth: 'account',
    answer: {
      kind: 'json',
      status: 200,
      limitBytes: MESSAGE_BYTES,
      schema: Type.Object({ envelope: Envelope, signature: Signature }, closed),
    },
    errors: { 'TagSecret.NotForYou': 403 },
    timeoutMs: 5_000,
  },

  vote: {
    method: 'POST',
    path: '/v1/peers/votes',
    summary: "Verify an applicant's evidence, as the chain carries it, and vote for it",
    auth: 'account',
    body: {
      kind: 'json',
      limitBytes: MESSAGE_BYTES,
      schema: Type.Object({ operator: Account }, closed),
    },
    answer: {
      kind: 'json',
      status: 200,
      limitBytes: MESSAGE_BYTES,
      schema: Type.Object({ signature: Signature }),
    },
    errors: { ...PEER_ERRORS, 'Oracle.NoApplication': 404 },
    timeoutMs: 10_000,
  },

  dealing: {
    method: 'GET',
    path: '/v1/peers/epochs/:epoch/dealings/:membersHash',
    summary: "This oracle's part of the secret of an epoch to come",
    auth: 'account',
    params: Type.Object({ epoch: Uint64, membersHash: Hash }),
    answer: {
      kind: 'json',
      status: 200,
      limitBytes: MESSAGE_BYTES,
      schema: Type.Object({ dealing: AnyObject, signature: Signature }),
    },
    errors: { ...PEER_ERRORS, 'Epoch.NoDealing': 404 },
    timeoutMs: 10_000,
  },

  epochVote: {
    method: 'POST',
    path: '/v1/peers/epochs/votes',
    summary: 'Check the dealings of an epoch to come, keep the share, and vote for it',
    auth: 'account',
    body: {
      kind: 'json',
      limitBytes: DEALINGS_BYTES,
      schema: Type.Object(
        {
          epoch: Uint64,
          membersHash: Hash,
          dealings: Type.Array(AnyObject, { maxItems: 76 }),
          expiresAt: Uint64,
        },
        closed,
      ),
    },
    answer: {
      kind: 'json',
      status: 200,
      limitBytes: MESSAGE_BYTES,
      schema: Type.Object({ tagCommitment: Hash, signature: Signature }),
    },
    errors: PEER_ERRORS,
    timeoutMs: 20_000,
  },

  certifyBatch: {
    method: 'POST',
    path: '/v1/certificate-batches',
    summary:
      "This oracle's signature over the root of certificates that it made, for one settlement",
    auth: 'anyone',
    body: {
      kind: 'json',
      limitBytes: MESSAGE_BYTES,
      schema: Type.Object({ hashes: SettledHashes }, closed),
    },
    answer: {
      kind: 'json',
      status: 200,
      limitBytes: MESSAGE_BYTES,
      schema: Type.Object({ root: Hash, signature: Signature }),
    },
    errors: { 'Certificate.': 404, 'Certificate.Unknown': 404 },
    timeoutMs: 10_000,
  },

  batchSignature: {
    method: 'POST',
    path: '/v1/peers/batches',
    summary: "This oracle's signature over the root of certificates that it made too",
    auth: 'account',
    body: {
      kind: 'json',
      limitBytes: MESSAGE_BYTES,
      schema: Type.Object({ hashes: BatchHashes }, closed),
    },
    answer: {
      kind: 'json',
      status: 200,
      limitBytes: MESSAGE_BYTES,
      schema: Type.Object({ epoch: Uint64, signature: Signature }),
    },
    errors: { ...PEER_ERRORS, 'Certificate.Unknown': 404 },
    timeoutMs: 10_000,
  },

  batchProof: {
    method: 'POST',
    path: '/v1/batches',
    summary: 'Collect the signatures of the other oracles over certificates: a proof for the chain',
    auth: 'anyone',
    body: {
      kind: 'json',
      limitBytes: MESSAGE_BYTES,
      schema: Type.Object({ hashes: BatchHashes }, closed),
    },
    answer: {
      kind: 'json',
      status: 200,
      limitBytes: MESSAGE_BYTES,
      schema: Type.Object({
        epoch: Uint64,
        root: Hash,
        proof: Type.Unsafe<Hex>(Type.String({ pattern: '^0x([0-9a-f]{2})*$' })),
        signers: Type.Integer({ minimum: 1 }),
      }),
    },
    errors: { ...PEER_ERRORS, 'Certificate.': 404, 'Certificate.Unknown': 404 },
    timeoutMs: 20_000,
  },

  epochShare: {
    method: 'POST',
    path: '/v1/peers/epochs/:epoch/shares',
    summary: "A share of an epoch's secret, wrapped to a member of that epoch",
    auth: 'account',
    params: Type.Object({ epoch: Uint64 }),
    answer: { kind: 'json', status: 200, limitBytes: MESSAGE_BYTES, schema: Envelope },
    errors: PEER_ERRORS,
    timeoutMs: 10_000,
  },
} as const satisfies HttpRoutes
