import * as Bbs from '@ambrosia/credentials/Bbs'
import * as Contexts from '@ambrosia/credentials/Contexts'
import * as DidKey from '@ambrosia/credentials/DidKey'
import * as Keys from '@ambrosia/credentials/Keys'
import * as Agreement from '@ambrosia/exchange/Agreement'
import * as Criteria from '@ambrosia/exchange/Criteria'
import type { IssuedRecord } from '@ambrosia/exchange/IssuedRecord'
import { issueRecord } from '@ambrosia/exchange/issue/issueRecord'
import * as Bundle from '@ambrosia/health/Bundle'
import * as ClaimProfile from '@ambrosia/health/ClaimProfile'
import * as Generator from '@ambrosia/health/Generator'
import { random, toHex } from '@ambrosia/primitives/Bytes'
import * as Envelope from '@ambrosia/sealing/Envelope'
import type { Ending } from '@ambrosia/testing/defer'
import { startExchange } from '@ambrosia/testing/startExchange'
import { newAccount } from '@ambrosia/testing/values'
import type { DealChoices } from '../consumer/assertOpenable.ts'
import { openDeal } from '../consumer/openDeal.ts'
import { createConsumerDid } from '../identity/createDid.ts'
import type { Offering } from '../provider/offerRecord.ts'
import { createMemoryOracles } from './memoryOracles.ts'
import { createMemoryStore } from './memoryStore.ts'

/**
 * An exchange on a chain with a store and oracles in memory: what a person does is real, what
 * services answer is what a test wants. These oracles certify what they can't open.
 */
export async function startMarket(t: Ending) {
  const exchange = await startExchange(t)
  const store = createMemoryStore(exchange.domain)
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
  const { state: market, fetch } = createMemoryOracles(exchange)
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
