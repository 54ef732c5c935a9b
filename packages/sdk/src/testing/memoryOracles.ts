import * as Certificate from '@ambrosia/exchange/Certificate'
import * as StorageReceipt from '@ambrosia/exchange/StorageReceipt'
import * as SubmissionBody from '@ambrosia/exchange/SubmissionBody'
import { toUtf8 } from '@ambrosia/primitives/Bytes'
import type { Exchange } from '@ambrosia/testing/startExchange'
import { hash } from '@ambrosia/testing/values'
import { isAddressEqual } from 'viem'

/** What an oracle of the market answers to a submission, before it signs. */
export type Answer = (
  certificate: Certificate.Certificate,
  index: number,
) => Certificate.Certificate | string

/**
 * The oracles of an exchange in memory: a `fetch` that answers as they would, and what a test
 * changes of it. They certify what they can't open.
 */
export function createMemoryOracles(exchange: Pick<Exchange, 'oracles' | 'domain'>) {
  const state = {
    answer: ((certificate) => certificate) as Answer,
    silent: new Set<number>(),
  }
  const fetch = async (_: string, init?: RequestInit): Promise<Response> => {
    const body = SubmissionBody.fromJson(JSON.parse(toUtf8(init?.body as Uint8Array)))
    const { submission, receipt } = body
    const index = exchange.oracles.findIndex(({ operator }) =>
      isAddressEqual(operator.address, submission.oracle),
    )
    if (state.silent.has(index)) throw new TypeError('no answer')
    const certificate = state.answer(
      {
        dealId: submission.dealId,
        provider: submission.provider,
        manifestHash: submission.manifestHash,
        personTag: hash(`person ${submission.provider}`),
        recordTag: hash(`record ${submission.provider}`),
        score: 90,
        asOf: submission.asOf,
        validUntil: submission.asOf + 3600n,
        validatorHash: hash('validator'),
        statusListsRoot: hash('lists'),
        receiptHash: StorageReceipt.hash(receipt, exchange.domain),
      },
      index,
    )
    if (typeof certificate === 'string') {
      return new Response(JSON.stringify({ code: certificate, detail: 'no' }), { status: 422 })
    }
    const signer = exchange.oracles[index]?.signer
    const signature = await signer?.signTypedData(
      Certificate.toTypedData(certificate, exchange.domain),
    )
    const quality = { score: 90, completeness: 40, recency: 20, coding: 20, conformance: 10 }
    const answer = {
      id: hash('submission'),
      oracle: submission.oracle,
      certificate: Certificate.toJson(certificate),
      signature,
      quality,
    }
    const headers = { 'content-type': 'application/json' }
    return new Response(JSON.stringify(answer), { status: 201, headers })
  }
  return { state, fetch }
}
