import * as Certificate from '@ambrosia/exchange/Certificate'
import * as SubmissionBody from '@ambrosia/exchange/SubmissionBody'
import type { Hex } from '@ambrosia/primitives/Bytes'
import type { Address } from 'viem'
import { type Fetch, request } from '../request.ts'

/** An oracle's certificate over a submission. */
export type Certified = {
  id: Hex
  oracle: Address
  certificate: Certificate.Certificate
  signature: Hex
  /** What the score is made of. */
  quality: {
    score: number
    completeness: number
    recency: number
    coding: number
    conformance: number
  }
}

/** The routes of an oracle. */
export type OracleClient = {
  /** Sends a submission and waits for the verdict; the same submission returns the same certificate until it expires. */
  submit(body: SubmissionBody.SubmissionBody): Promise<Certified>
  /** The verdict on a submission sent before. */
  read(id: Hex): Promise<Certified>
}

/** The largest records take an oracle about a minute. */
const TIMEOUT_MS = 180_000

export function createOracleClient(options: { url: string; fetch: Fetch }): OracleClient {
  const { url, fetch } = options
  return {
    submit: async (body) => {
      const response = await request(fetch, 'oracle', `${url}/v1/submissions`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(SubmissionBody.toJson(body)),
        signal: AbortSignal.timeout(TIMEOUT_MS),
      })
      return fromJson(await response.json())
    },
    read: async (id) => {
      const response = await request(fetch, 'oracle', `${url}/v1/submissions/${id}`)
      return fromJson(await response.json())
    },
  }
}

function fromJson(json: unknown): Certified {
  const answer = json as Omit<Certified, 'certificate'> & { certificate: unknown }
  return { ...answer, certificate: Certificate.fromJson(answer.certificate) }
}
