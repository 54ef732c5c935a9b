import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { oracleRoutes } from '@ambrosia/api/oracle/routes'
import { storeRoutes } from '@ambrosia/api/store/routes'
import type { StoreClient } from '@ambrosia/api/store/StoreClient'
import * as Keys from '@ambrosia/credentials/Keys'
import type { Network } from '@ambrosia/devnet/Network'
import { dealBookDomain } from '@ambrosia/exchange/messages/Message'
import { createSubmission } from '@ambrosia/exchange/offer/createSubmission'
import * as PermissionToCheck from '@ambrosia/exchange/PermissionToCheck'
import * as SignedPermission from '@ambrosia/exchange/permission/SignedPermission'
import * as SubmissionBody from '@ambrosia/exchange/SubmissionBody'
import * as Generator from '@ambrosia/health/Generator'
import { fromUtf8, type Hex, random } from '@ambrosia/primitives/Bytes'
import * as CanonicalJson from '@ambrosia/primitives/CanonicalJson'
import { signRequest } from '@ambrosia/primitives/SignedRequest'
import { certifyOffer, prepareOffer, viewOf } from '@ambrosia/sdk/provider/offerRecord'
import { permitCheck } from '@ambrosia/sdk/provider/permitCheck'
import * as ContentAddress from '@ambrosia/sealing/ContentAddress'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { createOffering, openTestDeal, prepareGround } from '../support/offering.ts'
import type { Load } from './runLoad.ts'

export type Loads = Record<'issuances' | 'uploads' | 'submissions', Load>

const UPLOAD_SIZE_BYTES = 128 * 1024
/** Submissions made beforehand: making one costs the client as much as judging costs the oracle. */
const BODY_COUNT = 300

/** What is sent to each service, each request a new one that the service has to work on. */
export async function prepareLoads(network: Network, store: StoreClient): Promise<Loads> {
  const ground = await prepareGround(network, store)
  const deal = await openTestDeal(ground, { maximumRecords: 100 })
  return {
    issuances: issuances(network),
    uploads: uploads(network, deal.dealId, await store.account()),
    submissions: await submissions(network, store, ground, deal),
  }
}

function pidOf({ supervisor }: Network, name: string): number {
  return supervisor.get(name).pid as number
}

async function post(url: string, init: RequestInit) {
  const answer = await fetch(url, init)
  await answer.arrayBuffer()
  return { status: answer.status, retryAfter: answer.headers.get('retry-after') }
}

function issuances(network: Network): Load {
  const url = network.file.services.issuer
  const token = readFileSync(join(network.home, 'issuer', 'operator-token'), 'utf8').trim()
  const asOf = new Date('2026-06-01T00:00:00Z')
  const { bundle } = Generator.patient({ seed: 5, asOf, condition: 'diabetes', resources: 60 })
  const body = fromUtf8(CanonicalJson.stringify(bundle)) as BodyInit
  const { did } = Keys.createHolderKey(random)
  const path = `/v1/records?holder=${encodeURIComponent(did)}&form=safe-harbor`
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/fhir+json' }
  return {
    url,
    pid: pidOf(network, 'issuer'),
    send: () => post(`${url}${path}`, { method: 'POST', headers, body }),
  }
}

function uploads(network: Network, dealId: Hex, audience: Hex): Load {
  const url = network.file.services.store
  const { chainId } = network.file
  return {
    url,
    pid: pidOf(network, 'store'),
    send: async () => {
      const sealed = random(UPLOAD_SIZE_BYTES)
      const { cid } = await ContentAddress.fromBytes([sealed])
      const asked = `${url}${storeRoutes.askTicket.path}`
      const manifestHash: Hex = `0x${'22'.repeat(32)}`
      const signer = privateKeyToAccount(generatePrivateKey())
      const nowSec = Math.floor(Date.now() / 1000)
      const { permission, signature } = await SignedPermission.sign(
        signer,
        dealBookDomain(chainId, network.chain.contracts.dealBook),
        {
          dealId,
          manifestHash,
          payloadRoot: manifestHash,
          oracles: network.operators,
          asOf: BigInt(nowSec),
          validUntil: BigInt(nowSec + 600),
        },
        ['load'],
      )
      const body = fromUtf8(
        JSON.stringify({
          dealId,
          manifestHash,
          contentAddress: cid,
          sizeBytes: sealed.length,
          permission: PermissionToCheck.toJson(permission),
          permissionSignature: signature,
        }),
      )
      const headers = await signRequest({
        method: 'POST',
        url: asked,
        body,
        chainId,
        signer,
        audience,
        nowSec,
      })
      const answer = await fetch(asked, {
        method: 'POST',
        headers: { ...headers, 'content-type': 'application/json' },
        body: body as BodyInit,
      })
      const { ticket } = (await answer.json()) as { ticket?: string }
      if (ticket === undefined)
        return { status: answer.status, retryAfter: answer.headers.get('retry-after') }
      return await post(`${url}/v1/blobs/${cid}`, {
        method: 'PUT',
        headers: { authorization: `Bearer ${ticket}`, 'content-type': 'application/octet-stream' },
        body: sealed as BodyInit,
      })
    },
  }
}

async function submissions(
  network: Network,
  store: StoreClient,
  ground: Awaited<ReturnType<typeof prepareGround>>,
  deal: Awaited<ReturnType<typeof openTestDeal>>,
): Promise<Load> {
  const offering = await createOffering(ground, deal, 77)
  const sealed = await prepareOffer(offering)
  const permission = await permitCheck({ offering, sealed })
  await certifyOffer(offering, sealed, permission)
  const { offer, selected } = sealed
  const { receipt, signature: receiptSignature } = await store.upload(offering.account, {
    dealId: deal.dealId,
    manifestHash: offer.manifestHash,
    contentAddress: offer.contentAddress,
    sealed: offer.sealed,
    permission,
  })
  const url = network.file.services.oracles[0] as string
  const oracle = network.operators[0] as Hex
  const bodies: string[] = []
  const make = async (): Promise<string> => {
    const body = await createSubmission({
      ...offering,
      selected,
      offer,
      deal: viewOf(offering.chain, deal),
      permission,
      receipt,
      receiptSignature,
      oracle,
      asOfSec: BigInt(Math.floor(Date.now() / 1000)),
    })
    return JSON.stringify(SubmissionBody.toJson(body))
  }
  for (let count = 0; count < BODY_COUNT; count++) bodies.push(await make())
  let next = 0
  return {
    url,
    pid: pidOf(network, 'oracle-1'),
    send: () =>
      post(`${url}${oracleRoutes.submit.path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: bodies[next++ % bodies.length] as string,
      }),
  }
}
