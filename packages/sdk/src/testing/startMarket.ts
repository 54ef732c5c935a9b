import type { StoreClient } from '@ambrosia/api/store/StoreClient'
import * as Bbs from '@ambrosia/credentials/Bbs'
import * as Contexts from '@ambrosia/credentials/Contexts'
import * as DidKey from '@ambrosia/credentials/DidKey'
import * as Keys from '@ambrosia/credentials/Keys'
import * as Agreement from '@ambrosia/exchange/Agreement'
import * as Certificate from '@ambrosia/exchange/Certificate'
import * as Criteria from '@ambrosia/exchange/Criteria'
import type { IssuedRecord } from '@ambrosia/exchange/IssuedRecord'
import { issueRecord } from '@ambrosia/exchange/issue/issueRecord'
import * as StorageReceipt from '@ambrosia/exchange/StorageReceipt'
import * as SubmissionBody from '@ambrosia/exchange/SubmissionBody'
import * as Bundle from '@ambrosia/health/Bundle'
import * as ClaimProfile from '@ambrosia/health/ClaimProfile'
import * as Generator from '@ambrosia/health/Generator'
import { type Hex, random, toHex, toUtf8 } from '@ambrosia/primitives/Bytes'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import * as Envelope from '@ambrosia/sealing/Envelope'
import type { Ending } from '@ambrosia/testing/defer'
import { startExchange } from '@ambrosia/testing/startExchange'
import { hash, newAccount } from '@ambrosia/testing/values'
import { isAddressEqual } from 'viem'
import type { DealChoices } from '../consumer/assertOpenable.ts'
import { openDeal } from '../consumer/openDeal.ts'
import { createConsumerDid } from '../identity/createDid.ts'
import type { Offering } from '../provider/offerRecord.ts'

/** What an oracle of the market answers to a submission, before it signs. */
export type Answer = (
  certificate: Certificate.Certificate,
  index: number,
) => Certificate.Certificate | string

/**
 * An exchange on a chain with a store and oracles in memory: what a person does is real, what
 * services answer is what a test wants. These oracles certify what they can't open.
 */
export async function startMarket(t: Ending) {
  const exchange = await startExchange(t)
  const store = createMemoryStore()
  const loader = Contexts.createLoader({
    claimNames: ClaimProfile.claimNames(ClaimProfile.AMBROSIA_CORE_2),
  })
  const clock = { nowMs: Number(await exchange.now()) * 1000 }
  const now = () => clock.nowMs
  /** Lets time pass, on the chain and for everybody. */
  const pass = async (seconds: number): Promise<void> => {
    await exchange.test.increaseTime({ seconds })
    await exchange.test.mine({ blocks: 1 })
    clock.nowMs = Number(await exchange.now()) * 1000
  }
  const { record, issuer, holderKey } = await issueTestRecord(new Date(now() - 60_000), loader)
  const { publicKey: deliveryKey } = await Envelope.createKeyPair()
  const { did: consumer } = await createConsumerDid({
    chain: exchange.chain,
    controller: exchange.consumer,
    relayer: exchange.relayer,
    deliveryKey,
    now,
  })
  const criteria = criteriaOf(issuer, consumer)
  const agreement = Agreement.parse({
    version: 1,
    consumerName: 'Institute',
    consumerContact: 'data@institute.example',
    purpose: criteria.purpose,
    resale: false,
    retentionEnd: '2030-01-01',
    terms: [{ id: 1, required: true, title: 'Use', text: 'Research only.' }],
  })
  const choices = async (change: Partial<DealChoices> = {}): Promise<DealChoices> => {
    const { consumer, token, criteriaHash, agreementHash, purpose, verifier, ...rest } =
      await exchange.terms({ stores: [store.account.address] })
    return { ...rest, ...change }
  }
  const open = async (change: Partial<DealChoices> = {}) =>
    await openDeal({
      chain: exchange.chain,
      store: store.client,
      account: exchange.consumer,
      criteria,
      agreement,
      choices: await choices(change),
      development: true,
      now,
    })
  const market = {
    answer: ((certificate) => certificate) as Answer,
    silent: new Set<number>(),
  }
  const fetch = async (_: string, init?: RequestInit): Promise<Response> => {
    const body = SubmissionBody.fromJson(JSON.parse(toUtf8(init?.body as Uint8Array)))
    const { submission, receipt } = body
    const index = exchange.oracles.findIndex(({ operator }) =>
      isAddressEqual(operator.address, submission.oracle),
    )
    if (market.silent.has(index)) throw new TypeError('no answer')
    const certificate = market.answer(
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
  const offeringFor = (deal: Offering['deal']): Offering => ({
    chain: exchange.chain,
    store: store.client,
    fetch,
    loader,
    deal,
    record,
    account: newAccount(),
    holderKey,
    now,
  })
  return {
    exchange,
    store,
    market,
    criteria,
    agreement,
    record,
    now,
    pass,
    choices,
    open,
    offeringFor,
  }

  /** A store whose receipts are of this exchange. */
  function createMemoryStore() {
    const account = newAccount()
    const documents = new Map<Hex, Uint8Array>()
    const uploads: Parameters<StoreClient['upload']>[1][] = []
    const state = {
      account,
      documents,
      uploads,
      /** Changes what the store says it holds. */
      receipt: (receipt: StorageReceipt.StorageReceipt) => receipt,
      client: {} as StoreClient,
    }
    state.client = {
      account: async () => account.address,
      publish: async (_, __, key: Hex, document: Uint8Array) => {
        documents.set(key, document)
      },
      document: async (key: Hex) => {
        const document = documents.get(key)
        if (!document) throw new AmbrosiaError('Document.NotFound', 'no such document')
        return document
      },
      upload: async (_, blob) => {
        uploads.push(blob)
        const receipt = state.receipt({
          store: account.address,
          manifestHash: blob.manifestHash,
          sizeBytes: BigInt(blob.sealed.length),
          dealId: blob.dealId,
          storedUntil: 2n ** 40n,
        })
        const typed = StorageReceipt.toTypedData(receipt, exchange.domain)
        return { receipt, signature: await account.signTypedData(typed) }
      },
    } as Partial<StoreClient> as StoreClient
    return state
  }
}

export type Market = Awaited<ReturnType<typeof startMarket>>

async function issueTestRecord(
  now: Date,
  loader: Contexts.Loader,
): Promise<{ record: IssuedRecord; issuer: string; holderKey: Keys.HolderKey }> {
  await Bbs.ready()
  const bbs = Bbs.keyPair('BLS12-381-SHA-256', random(32))
  const issuer = DidKey.fromPublicKey({ type: 'BLS12-381-G2', bytes: bbs.publicKey })
  const holderKey = Keys.createHolderKey(random)
  const patient = {
    seed: 3,
    asOf: now,
    condition: 'diabetes',
    resources: 60,
    ageYears: 60,
  } as const
  const { record } = await issueRecord({
    bundle: Bundle.write(Generator.patient(patient).resources),
    form: 'safe-harbor',
    issuer,
    key: { id: DidKey.toVerificationMethodId(issuer), ...bbs },
    holder: holderKey.did,
    subjectHandle: toHex(random(32)),
    credentialStatus: {
      type: 'BitstringStatusListEntry',
      statusPurpose: 'revocation',
      statusListIndex: '1',
      statusListCredential: 'https://issuer.example/status/1',
    },
    validForSec: 86_400,
    now,
    randomBytes: random,
    loader,
  })
  return { record, issuer, holderKey }
}

function criteriaOf(issuer: string, consumer: string): Criteria.Criteria {
  return Criteria.parse({
    version: 1,
    title: 'Diabetes research',
    form: 'safe-harbor',
    dcql: {
      credentials: [
        {
          id: 'record',
          format: 'ldp_vc',
          meta: { type_values: [['HealthRecordCredential']] },
          claims: [{ path: ['credentialSubject', 'hba1c'] }],
        },
      ],
    },
    resources: [
      { type: 'Observation', codes: [{ system: 'http://loinc.org', code: '4548-4' }], all: true },
    ],
    predicates: [],
    issuers: [issuer],
    purpose: 'DUO:0000007',
    consumer,
  })
}
