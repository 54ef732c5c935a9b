import * as Bbs from '@ambrosia/credentials/Bbs'
import type { Loader } from '@ambrosia/credentials/Contexts'
import * as Credential from '@ambrosia/credentials/Credential'
import * as HolderBinding from '@ambrosia/credentials/HolderBinding'
import type { Resolvable } from '@ambrosia/credentials/Resolver'
import type * as QualityScore from '@ambrosia/health/Quality'
import type { Resource } from '@ambrosia/health/Resource'
import { classOf } from '@ambrosia/health/Sensitivity'
import { fromBase64url, fromHex, type Hex } from '@ambrosia/primitives/Bytes'
import { AmbrosiaError, hasCode } from '@ambrosia/primitives/Errors'
import * as Manifest from '@ambrosia/sealing/Manifest'
import { isAddressEqual } from 'viem'
import type * as Certificate from '../Certificate.ts'
import { priceOf } from '../Deal.ts'
import { assertAgree } from '../judge/assertAgree.ts'
import { RecordError } from '../judge/errors.ts'
import { type Judgement, judge } from '../judge/judge.ts'
import type { VerifiedPresentation } from '../judge/Opened.ts'
import { tagsOf } from '../judge/tagsOf.ts'
import { verifyDelivered } from '../judge/verifyDelivered.ts'
import { SUBMISSION_SKEW_SEC } from '../Limits.ts'
import { dealBookDomain } from '../messages/Message.ts'
import * as Payload from '../Payload.ts'
import * as StorageReceipt from '../StorageReceipt.ts'
import * as Submission from '../Submission.ts'
import type { SubmissionBody } from '../SubmissionBody.ts'
import { dealTagKey } from '../Tags.ts'
import type { Deals, OracleDeal } from './Deals.ts'
import type { EpochLists } from './EpochLists.ts'
import { type OpenContext, openPayload } from './openPayload.ts'
import { permissionFault } from './permissionFault.ts'
import { RefusedError } from './RefusedError.ts'

/** What a verdict depends on; all of it is the same for every oracle of a deal but `self`. */
export type CertifyContext = OpenContext & {
  deals: Deals
  /** The lists of these issuers at the epoch of a time. @throws Status.NotAvailable */
  listsAt: (issuers: readonly string[], asOfSec: bigint) => Promise<EpochLists>
  resolver: Resolvable
  loader: Loader
  /** The secret that the oracles share; never an encryption key. */
  tagSecret: Uint8Array
  validatorHash: Hex
  nowSec: () => bigint
}

/** Checked up to the presentation: what is true before the record is looked at. */
type Admitted = {
  deal: OracleDeal
  manifest: Manifest.Manifest
  presentation: Credential.VerifiedCredential
}

export type Verdict = { certificate: Certificate.Certificate; quality: QualityScore.Score }

/**
 * Verifies, opens and judges one submission. Up to the presentation every failure is
 * Submission.Refused, so that an oracle tells a stranger nothing; after it the error names what
 * failed (docs/protocol/exchange.md, section 7). The pairings of the two presentations are decided
 * together, and before anything is said of the record.
 */
export async function certify(body: SubmissionBody, context: CertifyContext): Promise<Verdict> {
  const pairings = Bbs.createPairings()
  const admitted = await admit(body, context, pairings)
  const judged = await judgeAdmitted(body, admitted, context, pairings).catch((error: unknown) => {
    assertProved(pairings.faulty(), PRESENTATION_A)
    throw error
  })
  const faulty = pairings.faulty()
  assertProved(faulty, PRESENTATION_A)
  if (faulty.length > 0) throw new Credential.ProofInvalidError()
  return await toVerdict(body, admitted, judged, context)
}

/** Which of the pairings is whose: presentation (a) is verified first. */
const PRESENTATION_A = 0

/** Before presentation (a) is proved, nothing is said of the record. */
function assertProved(faulty: readonly number[], position: number): void {
  if (faulty.includes(position)) throw new RefusedError(new Credential.ProofInvalidError())
}

type Judged = {
  presentation: VerifiedPresentation
  judgement: Judgement
  /** Of the judged resources, canonical. */
  texts: string[]
  statusListsRoot: Hex
}

async function judgeAdmitted(
  body: SubmissionBody,
  admitted: Admitted,
  context: CertifyContext,
  pairings: Bbs.Pairings,
): Promise<Judged> {
  const { deal, manifest } = admitted
  const { terms, criteria } = deal
  const { submission } = body
  const presentation = toPresentation(admitted.presentation)
  const lists = await context.listsAt(criteria.issuers, submission.asOf)
  assertNotRevoked(admitted.presentation, lists)
  const payload = await openPayload(body, manifest, context)
  const { dealId } = submission
  const isForDeal =
    payload.dealId === dealId && payload.consumer.toLowerCase() === terms.consumer.toLowerCase()
  if (!isForDeal) throw new RecordError('WrongDeal', 'the sealed record is made for another deal')
  if (Payload.root(payload.resources) !== body.permission.permission.payloadRoot)
    throw new RecordError(
      'NotPermitted',
      'the sealed record is not what the provider let be checked',
    )
  const asOf = new Date(Number(submission.asOf) * 1000)
  const judgement = judge({ payload, criteria, presentation, isHolderBound: true, asOf })
  await assertCollectable(
    payload,
    { presentation, resources: judgement.resources },
    deal,
    submission.asOf,
    context,
    pairings,
  )
  const texts = payload.resources.map(({ text }) => text)
  return { presentation, judgement, texts, statusListsRoot: lists.root }
}

async function toVerdict(
  { submission, receipt }: SubmissionBody,
  { deal }: Admitted,
  { presentation, judgement, texts, statusListsRoot }: Judged,
  context: CertifyContext,
): Promise<Verdict> {
  const { terms, dealId } = deal
  if (priceOf(terms, judgement.score) === undefined) throw new BelowQualityError(judgement.score)
  const tagKey = dealTagKey(context.tagSecret, { ...context, dealId })
  const tags = tagsOf({ tagKey, ...presentation, texts })
  await assertUnsold(deal, tags, context)
  const domain = dealBookDomain(context.chainId, context.dealBook)
  return {
    quality: judgement.quality,
    certificate: {
      dealId,
      provider: submission.provider,
      manifestHash: submission.manifestHash,
      personTag: tags.personTag,
      recordTag: tags.recordTag,
      score: judgement.score,
      asOf: submission.asOf,
      validUntil: submission.asOf + BigInt(terms.certificateLife),
      validatorHash: context.validatorHash,
      statusListsRoot,
      receiptHash: StorageReceipt.hash(receipt, domain),
    },
  }
}

async function admit(
  body: SubmissionBody,
  context: CertifyContext,
  pairings: Bbs.Pairings,
): Promise<Admitted> {
  try {
    return await admitOrThrow(body, context, pairings)
  } catch (error) {
    // A node that is down is not a fault of the submission, and tells nothing about it.
    if (hasCode(error, 'Chain.Unreachable')) throw error
    if (error instanceof AmbrosiaError) throw new RefusedError(error)
    throw error
  }
}

async function admitOrThrow(
  body: SubmissionBody,
  context: CertifyContext,
  pairings: Bbs.Pairings,
): Promise<Admitted> {
  const { submission } = body
  const domain = dealBookDomain(context.chainId, context.dealBook)
  const deal = await context.deals.find(submission.dealId)
  if (!deal) throw new RefusalReason('unknown deal')
  const { terms } = deal
  require(isAddressEqual(submission.oracle, context.self.operator), 'another oracle')
  require(submission.criteriaHash === terms.criteriaHash, 'other criteria')
  require(context.validatorHash === terms.validatorHash, 'another validator')
  const skew = context.nowSec() - submission.asOf
  require(skew <= BigInt(SUBMISSION_SKEW_SEC) && -skew <= BigInt(SUBMISSION_SKEW_SEC), 'asOf')
  const status = await context.deals.status(submission.dealId)
  require(status.isOpen &&
    (status.stoppedAtSec === undefined || submission.asOf <= status.stoppedAtSec), 'stopped')
  const manifest = Manifest.parse(body.manifest)
  require(Manifest.hash(manifest) === submission.manifestHash, 'manifest')
  const fault = await permissionFault(body, context, domain)
  if (fault !== undefined) throw new RefusalReason(fault)
  await admitReceipt(body, manifest, terms, context)
  const { provider } = submission
  require(await Submission.verify(
    submission,
    domain,
    provider,
    body.providerSignature,
  ), 'provider signature')
  const header = fromHex(Submission.hash(submission, domain))
  const presentation = await Credential.verifyBbs({
    derived: body.presentation,
    resolver: context.resolver,
    loader: context.loader,
    expectedPresentationHeader: header,
    nowMs: Number(submission.asOf) * 1000,
    pairings,
  })
  const holder = presentation.subject['holder']
  require(typeof holder === 'string' &&
    HolderBinding.verify({
      holder,
      header,
      signature: fromBase64url(body.holderSignature),
    }), 'holder signature')
  return { deal, manifest, presentation }
}

async function admitReceipt(
  { receipt, receiptSignature, submission }: SubmissionBody,
  manifest: Manifest.Manifest,
  terms: OracleDeal['terms'],
  context: CertifyContext,
): Promise<void> {
  const domain = dealBookDomain(context.chainId, context.dealBook)
  const deadline = submission.asOf + BigInt(terms.certificateLife) + BigInt(terms.deliveryWindow)
  require(terms.stores.some((store) => isAddressEqual(store, receipt.store)), 'store')
  require(receipt.dealId === submission.dealId &&
    receipt.manifestHash === submission.manifestHash, 'receipt')
  require(receipt.sizeBytes === BigInt(manifest.sizeBytes), 'receipt size')
  require(receipt.storedUntil >= deadline, 'receipt time')
  require(await StorageReceipt.verify(
    receipt,
    domain,
    receipt.store,
    receiptSignature,
  ), 'receipt signature')
}

function require(condition: boolean, reason: string): asserts condition {
  if (!condition) throw new RefusalReason(reason)
}

function assertNotRevoked(presentation: Credential.VerifiedCredential, lists: EpochLists): void {
  const entry = presentation.statusEntry
  if (entry === undefined)
    throw new RecordError('StatusHidden', 'the presentation hides the credential status')
  if (lists.isRevoked(presentation.issuer, entry)) {
    throw new RecordError('CredentialRevoked', 'the issuer has revoked the credential')
  }
}

/**
 * The consumer's own check, of presentation (b) alone: without it a provider could be paid for what
 * nobody can collect. It is as of the submission, not of this oracle's clock, since every oracle
 * must come to the same verdict.
 */
async function assertCollectable(
  payload: Payload.Payload,
  judged: { presentation: VerifiedPresentation; resources: readonly Resource[] },
  { terms, criteria }: OracleDeal,
  asOfSec: bigint,
  context: CertifyContext,
  pairings: Bbs.Pairings,
): Promise<void> {
  const verified = await verifyDelivered({
    resources: payload.resources.map((resource, index) => ({
      ...resource,
      class: classOf(judged.resources[index] as Resource),
    })),
    presentation: payload.presentation,
    criteria,
    delivery: { dealId: payload.dealId, consumer: terms.consumer },
    domain: dealBookDomain(context.chainId, context.dealBook),
    resolver: context.resolver,
    loader: context.loader,
    nowMs: Number(asOfSec) * 1000,
    pairings,
  }).catch((error: unknown) => {
    // Said of the record: to this oracle nothing was delivered.
    if (error instanceof AmbrosiaError && error.code.startsWith('Delivery.'))
      throw new RecordError('NotCollectable', error.message)
    throw error
  })
  // The consumer checks as of the settlement, for which there is time until the certificate ends.
  if (verified.validUntilMs <= Number(asOfSec + BigInt(terms.certificateLife)) * 1000)
    throw new RecordError('ExpiresTooSoon', 'the credential expires before the certificate does')
  assertAgree(judged.presentation, toPresentation(verified), criteria)
}

function toPresentation(verified: Credential.VerifiedCredential): VerifiedPresentation {
  return { issuer: verified.issuer, type: [...verified.types], subject: verified.subject }
}

async function assertUnsold(
  { dealId, terms }: OracleDeal,
  tags: { personTag: Hex; recordTag: Hex },
  context: CertifyContext,
): Promise<void> {
  if (await context.deals.isRecordSettled(dealId, tags.recordTag)) {
    throw new RecordError('AlreadySold', 'this data is sold into this deal already')
  }
  if ((await context.deals.personCount(dealId, tags.personTag)) >= terms.perPersonCap) {
    throw new RecordError(
      'PersonCapReached',
      `this person has sold ${terms.perPersonCap} records into this deal, the most it allows`,
    )
  }
}

class RefusalReason extends AmbrosiaError {
  constructor(reason: string) {
    super('Submission.Reason', reason)
  }
}

export class BelowQualityError extends RecordError {
  constructor(score: number) {
    super('BelowQuality', `quality ${score} of 100 is below the lowest tier of the deal`)
  }
}
