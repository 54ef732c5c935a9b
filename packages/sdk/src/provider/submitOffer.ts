import type { Certified, OracleClient } from '@ambrosia/api/oracle/OracleClient'
import * as Credential from '@ambrosia/credentials/Credential'
import * as Certificate from '@ambrosia/exchange/Certificate'
import { type Domain, dealBookDomain } from '@ambrosia/exchange/messages/Message'
import { createSubmission, discloseToOracles } from '@ambrosia/exchange/offer/createSubmission'
import type { QuorumCertificate } from '@ambrosia/exchange/QuorumCertificate'
import * as StorageReceipt from '@ambrosia/exchange/StorageReceipt'
import type { SubmissionBody } from '@ambrosia/exchange/SubmissionBody'
import type { Hex } from '@ambrosia/primitives/Bytes'
import { AmbrosiaError, hasCode, toPlain } from '@ambrosia/primitives/Errors'
import type { Address } from 'viem'
import { ignoreProgress, type OnProgress } from '../Progress.ts'
import { gatherAnswers } from './gatherAnswers.ts'

/** The certificate of an offer, and what the oracles said of it. */
export type CertifiedOffer = QuorumCertificate & {
  quality: Certified['quality']
  /** Oracles that gave no certificate, and the code why. */
  missing: { oracle: Address; code: string }[]
}

/** An oracle of the deal; `signer` is the key that the registry holds for its certificates. */
export type OracleEndpoint = {
  operator: Address
  signer: Address
  client: Pick<OracleClient, 'submit'>
}

/** How long the other oracles may take once the quorum has certified. */
const GRACE_MS = 5_000

/**
 * Sends the offer to every oracle of the deal and gathers the certificate that the quorum signed.
 * An answer that is not a certificate of this offer by the oracle's registered key counts as none:
 * in a settlement it would refuse the others.
 * @throws the oracles' own refusal when all refuse alike; Offer.NoQuorum when too few certify
 */
export async function submitOffer(
  options: Omit<Parameters<typeof createSubmission>[0], 'oracle' | 'disclosure'> & {
    oracles: readonly OracleEndpoint[]
    quorum: number
    /** Of the record's credential, where they were read already. */
    statements?: Credential.Statements | undefined
    onProgress?: OnProgress
  },
): Promise<CertifiedOffer> {
  const onProgress = options.onProgress ?? ignoreProgress
  const domain = dealBookDomain(options.deal.chainId, options.deal.dealBook)
  const { record, selected, loader } = options
  const { statements = await Credential.openBbs({ signed: record.credential, loader }) } = options
  const disclosure = await discloseToOracles(statements, selected)
  let done = 0
  const work = options.oracles.map(async (oracle) => {
    const body = await createSubmission({ ...options, disclosure, oracle: oracle.operator })
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
