import type { Loader } from '@ambrosia/credentials/Contexts'
import * as Credential from '@ambrosia/credentials/Credential'
import * as HolderBinding from '@ambrosia/credentials/HolderBinding'
import type { HolderKey } from '@ambrosia/credentials/Keys'
import * as Certificate from '@ambrosia/exchange/Certificate'
import type { IssuedRecord } from '@ambrosia/exchange/IssuedRecord'
import { type Domain, dealBookDomain } from '@ambrosia/exchange/messages/Message'
import * as StorageReceipt from '@ambrosia/exchange/StorageReceipt'
import * as Submission from '@ambrosia/exchange/Submission'
import type { SubmissionBody } from '@ambrosia/exchange/SubmissionBody'
import {
  fromHex,
  type Hex,
  type RandomBytes,
  random,
  toBase64url,
  toHex,
} from '@ambrosia/primitives/Bytes'
import { AmbrosiaError, hasCode, toPlain } from '@ambrosia/primitives/Errors'
import type { Address, LocalAccount } from 'viem'
import type { Certified, OracleClient } from '../OracleClient.ts'
import { ignoreProgress, type OnProgress } from '../Progress.ts'
import { gatherAnswers } from './gatherAnswers.ts'
import type { DealView, SealedOffer } from './sealOffer.ts'
import type { SelectedRecord } from './selectRecord.ts'

/** A certificate that enough oracles signed. */
export type QuorumCertificate = {
  certificate: Certificate.Certificate
  certificateHash: Hex
  signatures: { oracle: Address; signature: Hex }[]
  quality: Certified['quality']
  /** Oracles that gave no certificate, and the code why. */
  missing: { oracle: Address; code: string }[]
}

/** An oracle of the deal; `signer` is the key that the registry holds for its certificates. */
export type OracleEndpoint = { operator: Address; signer: Address; client: OracleClient }

/** How long the other oracles may take once the quorum has certified. */
const GRACE_MS = 5_000

/** The body for one oracle: presentation (a) under a header that binds deal, provider, manifest, oracle, nonce and time. */
export async function createSubmission(options: {
  record: IssuedRecord
  selected: SelectedRecord
  offer: SealedOffer
  deal: DealView
  account: LocalAccount
  holderKey: HolderKey
  receipt: StorageReceipt.StorageReceipt
  receiptSignature: Hex
  oracle: Address
  asOfSec: bigint
  loader: Loader
  randomBytes?: RandomBytes
}): Promise<SubmissionBody> {
  const { deal, offer, selected } = options
  const domain: Domain = dealBookDomain(deal.chainId, deal.dealBook)
  const submission: Submission.Submission = {
    dealId: deal.dealId,
    provider: options.account.address,
    manifestHash: offer.manifestHash,
    criteriaHash: deal.criteriaHash,
    oracle: options.oracle,
    nonce: toHex((options.randomBytes ?? random)(32)),
    asOf: options.asOfSec,
  }
  const header = fromHex(Submission.hash(submission, domain))
  const presentation = await Credential.deriveBbs({
    signed: options.record.credential,
    selectivePointers: [...selected.pointers.shared, ...selected.pointers.oracleOnly],
    presentationHeader: header,
    loader: options.loader,
  })
  return {
    manifest: offer.manifest as unknown as Record<string, unknown>,
    receipt: options.receipt,
    receiptSignature: options.receiptSignature,
    submission,
    providerSignature: await options.account.signTypedData(
      Submission.toTypedData(submission, domain),
    ),
    holderSignature: toBase64url(HolderBinding.sign(options.holderKey, header)),
    presentation,
  }
}

/**
 * Sends the offer to every oracle of the deal and gathers the certificate that the quorum signed.
 * An answer that is no certificate of this offer by the oracle's registered key counts as none: in a settlement it would refuse the others.
 * @throws the oracles' own refusal when all refuse alike; Offer.NoQuorum when too few certify
 */
export async function submitOffer(
  options: Omit<Parameters<typeof createSubmission>[0], 'oracle'> & {
    oracles: readonly OracleEndpoint[]
    quorum: number
    onProgress?: OnProgress
  },
): Promise<QuorumCertificate> {
  const onProgress = options.onProgress ?? ignoreProgress
  const domain = dealBookDomain(options.deal.chainId, options.deal.dealBook)
  let done = 0
  const work = options.oracles.map(async (oracle) => {
    const body = await createSubmission({ ...options, oracle: oracle.operator })
    const certified = await oracle.client.submit(body)
    await assertCertified(certified, body, oracle.signer, domain)
    onProgress({ step: 'validate', done: ++done, total: options.oracles.length, unit: 'oracles' })
    return certified
  })
  const hashOf = ({ certificate }: Certified): Hex => Certificate.hash(certificate, domain)
  const answers = await gatherAnswers(work, {
    isEnough: (certified) =>
      certified.some(
        (one) =>
          certified.filter((other) => hashOf(other) === hashOf(one)).length >= options.quorum,
      ),
    graceMs: GRACE_MS,
  })
  const byHash = new Map<Hex, { certified: Certified; oracle: Address }[]>()
  const missing: { oracle: Address; code: string }[] = []
  answers.forEach((answer, position) => {
    const oracle = (options.oracles[position] as OracleEndpoint).operator
    if (answer.status === 'rejected') {
      missing.push({ oracle, code: toPlain(answer.reason).code })
      return
    }
    const hash = hashOf(answer.value)
    byHash.set(hash, [...(byHash.get(hash) ?? []), { certified: answer.value, oracle }])
  })
  const [best] = [...byHash].sort(([, a], [, b]) => b.length - a.length)
  if (best === undefined || best[1].length < options.quorum) {
    const refusals = answers.flatMap((answer) =>
      answer.status === 'rejected' ? [answer.reason as unknown] : [],
    )
    const refused = refusals.find((reason) => !hasCode(reason, 'Service.'))
    if (best === undefined && refused !== undefined) throw refused
    throw new NoQuorumError(best?.[1].length ?? 0, options.quorum, missing)
  }
  const [certificateHash, members] = best
  const first = members[0] as { certified: Certified; oracle: Address }
  return {
    certificate: first.certified.certificate,
    certificateHash,
    signatures: members.map(({ certified, oracle }) => ({
      oracle,
      signature: certified.signature,
    })),
    quality: first.certified.quality,
    missing,
  }
}

async function assertCertified(
  { certificate, signature }: Certified,
  { submission, receipt }: SubmissionBody,
  signer: Address,
  domain: Domain,
): Promise<void> {
  const isOfOffer =
    certificate.dealId === submission.dealId &&
    certificate.provider.toLowerCase() === submission.provider.toLowerCase() &&
    certificate.manifestHash === submission.manifestHash &&
    certificate.asOf === submission.asOf &&
    certificate.receiptHash === StorageReceipt.hash(receipt, domain)
  if (!isOfOffer || !(await Certificate.verify(certificate, domain, signer, signature)))
    throw new WrongCertificateError()
}

export class WrongCertificateError extends AmbrosiaError {
  constructor() {
    super(
      'Offer.WrongCertificate',
      'an oracle answered something else than its certificate of this offer',
    )
  }
}

export class NoQuorumError extends AmbrosiaError {
  constructor(
    count: number,
    quorum: number,
    missing: readonly { oracle: Address; code: string }[],
  ) {
    const reasons = missing.map(({ oracle, code }) => `${oracle}: ${code}`).join(', ')
    super('Offer.NoQuorum', `${count} of the ${quorum} certificates needed; ${reasons}`, {
      hint: 'Nothing was sold; offer again when enough oracles run.',
    })
  }
}
