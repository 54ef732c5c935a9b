import * as Certificate from '@ambrosia/exchange/Certificate'
import * as SubmissionBody from '@ambrosia/exchange/SubmissionBody'
import type { Hex } from '@ambrosia/primitives/Bytes'
import type { RequestSigner } from '@ambrosia/primitives/SignedRequest'
import * as Envelope from '@ambrosia/sealing/Envelope'
import { call, type Fetch, type Reply, type Service } from '../client/call.ts'
import { oracleRoutes } from './routes.ts'

type Answer = Reply<typeof oracleRoutes.submit>

/** An oracle's certificate over a submission. */
export type Certified = Omit<Answer, 'certificate'> & { certificate: Certificate.Certificate }

/** Who an oracle is. */
export type OracleService = Reply<typeof oracleRoutes.describe>

/** The routes of an oracle. */
export type OracleClient = {
  service(): Promise<OracleService>
  /**
   * Sends a submission and waits for the verdict; the same submission returns the same certificate
   * until it expires.
   */
  submit(body: SubmissionBody.SubmissionBody): Promise<Certified>
  /** The verdict on a submission sent before. */
  read(id: Hex): Promise<Certified>
  /** Its signature over the root of certificates that it made, by their hashes. */
  certifyBatch(hashes: readonly Hex[]): Promise<Reply<typeof oracleRoutes.certifyBatch>>
}

export function createOracleClient(options: {
  url: string
  fetch: Fetch
  now: () => number
  timeout?: Service['timeout']
}): OracleClient {
  const oracle: Service = { name: 'oracle', ...options }
  return {
    service: () => call(oracle, oracleRoutes.describe, {}),
    submit: async (submission) => {
      const body = SubmissionBody.toJson(submission)
      return fromAnswer(await call(oracle, oracleRoutes.submit, { body }))
    },
    certifyBatch: (hashes) =>
      call(oracle, oracleRoutes.certifyBatch, { body: { hashes: [...hashes] } }),
    read: async (id) => fromAnswer(await call(oracle, oracleRoutes.certified, { params: { id } })),
  }
}

/** The wrapped tag secret, and the signature of the operator who hands it over. */
export type HandedOver = { envelope: Envelope.Envelope; signature: Hex }

/**
 * Asks another oracle for the tag secret, as an operator that the registry admitted.
 * @throws TagSecret.NotForYou, Envelope.*
 */
export async function askTagSecret(options: {
  url: string
  fetch: Fetch
  now: () => number
  chainId: number
  /** The operator that is asked. */
  audience: Hex
  operator: RequestSigner
}): Promise<HandedOver> {
  const { url, fetch, now, chainId, audience, operator: signer } = options
  const oracle: Service = { name: 'oracle', url, fetch, now }
  const signing = { signer, chainId, audience }
  const answer = await call(oracle, oracleRoutes.tagSecret, { signing })
  return { ...answer, envelope: Envelope.parse(answer.envelope) }
}

function fromAnswer(answer: Answer): Certified {
  return { ...answer, certificate: Certificate.fromJson(answer.certificate) }
}
