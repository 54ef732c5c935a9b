import type { StoreClient } from '@ambrosia/api/store/StoreClient'
import * as Contexts from '@ambrosia/credentials/Contexts'
import * as Keys from '@ambrosia/credentials/Keys'
import { developmentAccount } from '@ambrosia/devnet/accounts'
import type { Network } from '@ambrosia/devnet/Network'
import * as Agreement from '@ambrosia/exchange/Agreement'
import * as Criteria from '@ambrosia/exchange/Criteria'
import type { QuorumCertificate } from '@ambrosia/exchange/QuorumCertificate'
import type { SignedConsent } from '@ambrosia/exchange/Settlement'
import * as ClaimProfile from '@ambrosia/health/ClaimProfile'
import * as Generator from '@ambrosia/health/Generator'
import * as Validation from '@ambrosia/health/Validation'
import { fromUtf8, random, toHex } from '@ambrosia/primitives/Bytes'
import * as CanonicalJson from '@ambrosia/primitives/CanonicalJson'
import type { ConsumerKey } from '@ambrosia/sdk/consumer/collectRecord'
import { type OpenedDeal, openDeal } from '@ambrosia/sdk/consumer/openDeal'
import { createConsumerDid } from '@ambrosia/sdk/identity/createDid'
import type { Offering } from '@ambrosia/sdk/provider/offerRecord'
import { signConsent } from '@ambrosia/sdk/provider/signConsent'
import * as Envelope from '@ambrosia/sealing/Envelope'
import { type Address, type LocalAccount, zeroAddress } from 'viem'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'

/** A network with a consumer who can open deals. */
export type Ground = {
  network: Network
  store: StoreClient
  consumer: LocalAccount
  consumerDid: string
  consumerKey: ConsumerKey
  asOf: Date
  consent(offering: Offering, certificate: QuorumCertificate): Promise<SignedConsent>
}

const DAY_SEC = 86_400
const LOINC_HBA1C = { system: 'http://loinc.org', code: '4548-4' }
const PRICE = 5n * 10n ** 18n

export async function prepareGround(network: Network, store: StoreClient): Promise<Ground> {
  const consumer = developmentAccount('consumer')
  const { publicKey, privateKey } = await Envelope.createKeyPair()
  const { did, keyId } = await createConsumerDid({
    chain: network.chain,
    controller: consumer,
    relayer: consumer,
    deliveryKey: publicKey,
    now: Date.now,
  })
  return {
    network,
    store,
    consumer,
    consumerDid: did,
    consumerKey: { keyId, privateKey },
    asOf: new Date('2026-06-01T00:00:00Z'),
    consent: (offering, certificate) => consentTo(offering, certificate),
  }
}

/** What a deal asks for by default: HbA1c results. */
const HBA1C_RULES: Criteria.Criteria['resources'] = [
  { type: 'Observation', codes: [LOINC_HBA1C], all: true },
]

/** A deal for HbA1c results, or for what `resources` name. */
export async function openTestDeal(
  { network, store, consumer, consumerDid }: Ground,
  options: {
    maximumRecords?: number
    form?: 'safe-harbor' | 'identified'
    quorum?: number
    resources?: Criteria.Criteria['resources']
    verifier?: Address
  } = {},
): Promise<OpenedDeal> {
  const { maximumRecords = 3, form = 'safe-harbor', quorum = 2 } = options
  const { resources = HBA1C_RULES, verifier } = options
  const nowSec = Math.floor(Date.now() / 1000)
  return await openDeal({
    chain: network.chain,
    store,
    account: consumer,
    criteria: Criteria.parse({
      version: 1,
      title: 'HbA1c',
      form,
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
      resources,
      predicates: [
        {
          id: 'measured',
          expression: "Bundle.entry.resource.ofType(Observation).value.where(unit = '%').exists()",
        },
      ],
      issuers: [network.issuerDid],
      purpose: 'DUO:0000042',
      consumer: consumerDid,
    }),
    agreement: Agreement.parse({
      version: 1,
      consumerName: 'Test institute',
      consumerContact: 'data@institute.example',
      purpose: 'DUO:0000042',
      resale: false,
      retentionEnd: '2099-01-01',
      terms: [{ id: 1, required: true, title: 'Purpose', text: 'Research only.' }],
    }),
    choices: {
      tiers: [{ minimumScore: 1, price: PRICE }],
      maximumRecords,
      perPersonCap: 1,
      commissionCapBps: 500,
      certificateLife: 3600,
      deliveryWindow: DAY_SEC,
      retentionEnd: BigInt(nowSec + 100 * DAY_SEC),
      oracles: network.operators,
      quorum,
      ...(verifier && { verifier }),
      stores: [network.storeAccount],
      validatorHash: toHex(Validation.validatorHash()),
      expiry: BigInt(nowSec + 30 * DAY_SEC),
    },
    development: true,
    now: Date.now,
  })
}

/** A provider with an issued record of a synthetic patient, and a fresh account. */
export async function createOffering(
  ground: Ground,
  deal: OpenedDeal,
  seed: number,
  resources = 60,
): Promise<Offering> {
  const { network, store, asOf } = ground
  const holderKey = Keys.createHolderKey(random)
  const { bundle } = Generator.patient({ seed, asOf, condition: 'diabetes', resources })
  const { record } = await network.issuer.issue(
    fromUtf8(CanonicalJson.stringify(bundle)),
    holderKey.did,
    deal.criteria.form,
  )
  return {
    chain: network.chain,
    store,
    fetch,
    loader: Contexts.createLoader({
      claimNames: ClaimProfile.claimNames(ClaimProfile.AMBROSIA_CORE_2),
    }),
    deal,
    record,
    account: privateKeyToAccount(generatePrivateKey()),
    holderKey,
    now: Date.now,
  }
}

async function consentTo(
  { chain, deal, account }: Offering,
  certificate: QuorumCertificate,
): Promise<SignedConsent> {
  const { dealId, terms } = deal
  return await signConsent(
    { chainId: chain.chainId, dealBook: chain.contracts.dealBook },
    account,
    {
      dealId,
      certificateHash: certificate.certificateHash,
      consumer: terms.consumer,
      agreementHash: terms.agreementHash,
      answersHash: Agreement.hashAnswers(Agreement.answer(deal.agreement, ['I allow it.'], false)),
      purpose: terms.purpose,
      token: terms.token,
      minimumNet: 1n,
      payout: account.address,
      relayer: zeroAddress,
      maximumRelayerFee: 0n,
      signedUntil: certificate.certificate.validUntil,
      consentUntil: terms.retentionEnd,
    },
  )
}
