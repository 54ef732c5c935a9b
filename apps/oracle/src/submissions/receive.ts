import * as Certificate from '@ambrosia/exchange/Certificate'
import { RefusedError } from '@ambrosia/exchange/certify/RefusedError'
import { dealBookDomain } from '@ambrosia/exchange/messages/Message'
import * as Submission from '@ambrosia/exchange/Submission'
import * as SubmissionBody from '@ambrosia/exchange/SubmissionBody'
import type * as Quality from '@ambrosia/health/Quality'
import type { Hex } from '@ambrosia/primitives/Bytes'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import * as KillPoint from '@ambrosia/service/KillPoint'
import { ownTurn } from '@ambrosia/service/ownTurn'
import type { Kysely } from 'kysely'
import type { Address } from 'viem'
import type { OracleDatabase } from '../database/tables.ts'
import type { Enclave } from '../enclave/Enclave.ts'

/** The answer to a submission, as JSON. */
export type CertifiedJson = {
  id: Hex
  oracle: Hex
  certificate: Record<string, string | number>
  signature: Hex
  quality: Quality.Score
}

export type ReceiveContext = {
  chainId: number
  dealBook: Address
  operator: Address
  database: Kysely<OracleDatabase>
  enclave: Pick<Enclave, 'certify'>
  nowSec: () => bigint
}

/**
 * Judges a submission once: the same body returns the same certificate until it expires, and so
 * does the same offer under another nonce, which is one submission; another body under a used nonce
 * is a replay. Two arrivals of one body at a time share one judgement.
 */
export function createReceiver(context: ReceiveContext): (data: unknown) => Promise<CertifiedJson> {
  const underWay = new Map<string, Promise<CertifiedJson>>()
  const domain = dealBookDomain(context.chainId, context.dealBook)
  return async (data) => {
    // To read one takes milliseconds: many at once must not keep everything else waiting.
    await ownTurn()
    const { body, bodyHash } = parse(data)
    const id = Submission.hash(body.submission, domain)
    const key = `${id}:${bodyHash}`
    const running = underWay.get(key) ?? judgeOnce(id, { data, body, bodyHash }, context)
    underWay.set(key, running)
    try {
      return await running
    } finally {
      underWay.delete(key)
    }
  }
}

/** What can't be read, and what has no canonical form, is refused with the one answer too. */
function parse(data: unknown): { body: SubmissionBody.SubmissionBody; bodyHash: Hex } {
  try {
    const body = SubmissionBody.fromJson(data)
    return { body, bodyHash: SubmissionBody.documentHash(SubmissionBody.toJson(body)) }
  } catch (error) {
    throw new RefusedError(error)
  }
}

async function judgeOnce(
  id: Hex,
  submitted: { data: unknown; body: SubmissionBody.SubmissionBody; bodyHash: Hex },
  context: ReceiveContext,
): Promise<CertifiedJson> {
  const { database } = context
  const { data, body, bodyHash } = submitted
  const known = await readSubmission(database, id)
  if (known?.certificate) {
    const certificate = Certificate.fromJson(JSON.parse(known.certificate))
    if (known.body_hash !== bodyHash || certificate.validUntil < context.nowSec())
      throw new RefusedError(undefined)
    return toCertified(id, context, known as Required<typeof known>)
  }
  const verdict = await context.enclave.certify(data)
  const row = {
    submission_id: id,
    deal_id: body.submission.dealId,
    provider: body.submission.provider.toLowerCase(),
    nonce: body.submission.nonce,
    body_hash: bodyHash,
    certificate_hash: verdict.certificateHash,
    certificate: JSON.stringify(Certificate.toJson(verdict.certificate)),
    signature: verdict.signature,
    quality: JSON.stringify(verdict.quality),
    manifest: JSON.stringify(body.manifest),
    created_at_sec: Number(context.nowSec()),
  }
  // The certificate leaves only after it is kept: a crash in between costs a repetition, never a
  // second verdict.
  const inserted = await database
    .insertInto('submission')
    .values(row)
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst()
  if (inserted.numInsertedOrUpdatedRows !== 1n) return await answerOf(row, context)
  KillPoint.reach('oracle.certificate-kept')
  return toCertified(id, context, row)
}

/**
 * The answer to a submission whose row is not kept, since another is there already: the first one's
 * where it offers the same under another nonce, whatever the number of nonces.
 */
async function answerOf(
  row: { submission_id: Hex; body_hash: Hex; certificate_hash: Hex },
  context: ReceiveContext,
): Promise<CertifiedJson> {
  const first = await context.database
    .selectFrom('submission')
    .selectAll()
    .where('certificate_hash', '=', row.certificate_hash)
    .executeTakeFirst()
  const isReplay = first?.submission_id === row.submission_id && first.body_hash !== row.body_hash
  if (!first || isReplay) throw new RefusedError(undefined)
  return toCertified(first.submission_id as Hex, context, first)
}

/** The verdict on a submission judged before. @throws Submission.Unknown */
export async function readCertified(id: string, context: ReceiveContext): Promise<CertifiedJson> {
  const row = await readSubmission(context.database, id)
  if (!row?.certificate) throw new UnknownSubmissionError()
  return toCertified(id as Hex, context, row as Required<typeof row>)
}

async function readSubmission(database: Kysely<OracleDatabase>, id: string) {
  return await database
    .selectFrom('submission')
    .selectAll()
    .where('submission_id', '=', id)
    .executeTakeFirst()
}

function toCertified(
  id: Hex,
  context: ReceiveContext,
  row: { certificate: string | null; signature: string | null; quality: string | null },
): CertifiedJson {
  return {
    id,
    oracle: context.operator,
    certificate: JSON.parse(row.certificate as string),
    signature: row.signature as Hex,
    quality: JSON.parse(row.quality as string),
  }
}

export class UnknownSubmissionError extends AmbrosiaError {
  constructor() {
    super('Submission.Unknown', 'no submission of that id was certified here')
  }
}
