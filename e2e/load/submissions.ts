import { setImmediate as nextTurn } from 'node:timers/promises'
import { oracleRoutes } from '@ambrosia/api/oracle/routes'
import type { SignedReceipt } from '@ambrosia/api/store/StoreClient'
import { createSubmission } from '@ambrosia/exchange/offer/createSubmission'
import type { SignedPermission } from '@ambrosia/exchange/permission/SignedPermission'
import * as SubmissionBody from '@ambrosia/exchange/SubmissionBody'
import { fromUtf8, type Hex } from '@ambrosia/primitives/Bytes'
import type { OpenedDeal } from '@ambrosia/sdk/consumer/openDeal'
import {
  type Offering,
  prepareOffer,
  type SealedForDeal,
  viewOf,
} from '@ambrosia/sdk/provider/offerRecord'
import { permitCheck } from '@ambrosia/sdk/provider/permitCheck'
import { createOffering, type Ground, openTestDeal } from '../support/offering.ts'
import { send } from './post.ts'
import type { Load } from './runLoad.ts'

/** People who sell, each with a record, an account and a credential of their own. */
const PEOPLE_COUNT = 12
/** Prepared at most; making one costs the client as much as judging it the oracle. */
const MOST_PREPARED = 120
/** Deals that they sell into: one deal never has all threads of an oracle. */
const DEAL_COUNT = 2

type Uploaded = {
  offering: Offering
  sealed: SealedForDeal
  permission: SignedPermission
  receipt: SignedReceipt
}

/**
 * Submissions to one oracle: each a presentation of its own under a nonce of its own, which the
 * oracle judges from the start, whoever sent the same record before.
 */
export async function prepareSubmissions(ground: Ground): Promise<Load> {
  const { network } = ground
  const url = network.file.services.oracles[0] as string
  const oracle = network.operators[0] as Hex
  const deals: OpenedDeal[] = []
  for (let index = 0; index < DEAL_COUNT; index++) deals.push(await openTestDeal(ground))
  const people: Uploaded[] = []
  for (let index = 0; index < PEOPLE_COUNT; index++)
    people.push(await upload(ground, deals[index % DEAL_COUNT] as OpenedDeal, 100 + index))
  let bodies: Uint8Array[] = []
  let made = 0
  const make = () => submissionOf(people[made++ % PEOPLE_COUNT] as Uploaded, oracle)
  // One after the other, with a turn between: what the services log comes through this process, and
  // a service whose log nobody reads stands still.
  let last: Promise<unknown> = Promise.resolve()
  const next = (): Promise<Uint8Array> => {
    const body = last.then(async () => {
      await nextTurn()
      return bodies.shift() ?? (await make())
    })
    last = body
    return body
  }
  return {
    url,
    pid: () => network.supervisor.get('oracle-1').pid as number,
    prepare: async (count) => {
      bodies = []
      // What is refused is sent again.
      while (bodies.length < Math.min(count, MOST_PREPARED)) {
        bodies.push(await make())
        await nextTurn()
      }
    },
    send: async () => {
      const body = await next()
      const headers = { 'content-type': 'application/json' }
      const answer = await send(`${url}${oracleRoutes.submit.path}`, {
        method: 'POST',
        headers,
        body,
      })
      // What was not judged is as new as before.
      if (answer.status === 429 || answer.status === 503) bodies.push(body)
      return answer
    },
  }
}

async function upload(ground: Ground, deal: OpenedDeal, seed: number): Promise<Uploaded> {
  const offering = await createOffering(ground, deal, seed)
  const sealed = await prepareOffer(offering)
  const permission = await permitCheck({ offering, sealed })
  const { offer } = sealed
  const receipt = await ground.store.upload(offering.account, {
    dealId: deal.dealId,
    manifestHash: offer.manifestHash,
    contentAddress: offer.contentAddress,
    sealed: offer.sealed,
    permission,
  })
  return { offering, sealed, permission, receipt }
}

async function submissionOf(
  { offering, sealed, permission, receipt }: Uploaded,
  oracle: Hex,
): Promise<Uint8Array> {
  const body = await createSubmission({
    ...offering,
    selected: sealed.selected,
    offer: sealed.offer,
    deal: viewOf(offering.chain, offering.deal),
    permission,
    receipt: receipt.receipt,
    receiptSignature: receipt.signature,
    oracle,
    asOfSec: BigInt(Math.floor(Date.now() / 1000)),
  })
  return fromUtf8(JSON.stringify(SubmissionBody.toJson(body)))
}
