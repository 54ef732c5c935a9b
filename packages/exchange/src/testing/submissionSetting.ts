import { Buffer } from 'node:buffer'
import * as Bbs from '@ambrosia/credentials/Bbs'
import * as Contexts from '@ambrosia/credentials/Contexts'
import * as DidKey from '@ambrosia/credentials/DidKey'
import * as Keys from '@ambrosia/credentials/Keys'
import { createResolver } from '@ambrosia/credentials/Resolver'
import * as Bundle from '@ambrosia/health/Bundle'
import * as ClaimProfile from '@ambrosia/health/ClaimProfile'
import * as Generator from '@ambrosia/health/Generator'
import * as Validation from '@ambrosia/health/Validation'
import { fromUint, type Hex, toHex } from '@ambrosia/primitives/Bytes'
import { sha256 } from '@ambrosia/primitives/Hash'
import * as Envelope from '@ambrosia/sealing/Envelope'
import type { LocalAccount } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import * as Criteria from '../Criteria.ts'
import type { DealTerms } from '../Deal.ts'
import { issueRecord } from '../issue/issueRecord.ts'
import { PERMISSION_LIFE_SEC } from '../Limits.ts'
import { type Domain, dealBookDomain } from '../messages/Message.ts'
import { createSubmission } from '../offer/createSubmission.ts'
import { sealOffer } from '../offer/sealOffer.ts'
import { selectRecord } from '../offer/selectRecord.ts'
import type { PermissionToCheck } from '../PermissionToCheck.ts'
import { bindingSentences } from '../permission/permissionSentences.ts'
import * as SignedPermission from '../permission/SignedPermission.ts'
import * as StorageReceipt from '../StorageReceipt.ts'

const CHAIN_ID = 31337
const address = (byte: number): Hex => toHex(new Uint8Array(20).fill(byte))
const DEAL_ID: Hex = toHex(new Uint8Array(32).fill(7))
const DEAL_BOOK = address(1)
const CONSUMER = address(2)
const asOfSec = 1_777_600_000n
const asOf = new Date(Number(asOfSec) * 1000)

const TERMS = {
  consumer: CONSUMER,
  token: address(4),
  agreementHash: DEAL_ID,
  purpose: DEAL_ID,
  tiers: [{ minimumScore: 0, price: 5n }],
  maximumRecords: 10,
  perPersonCap: 1,
  commissionCapBps: 500,
  certificateLife: 3600,
  deliveryWindow: 86_400,
  retentionEnd: asOfSec + 1_000_000n,
  verifier: address(5),
  quorum: 1,
  expiry: asOfSec + 1_000_000n,
}

/** Bytes that are the same in every run. */
function createBytes(): (sizeBytes: number) => Uint8Array {
  let count = 0
  return (sizeBytes) => {
    const parts: Uint8Array[] = []
    for (let size = 0; size < sizeBytes; size += 32) parts.push(sha256(fromUint(count++, 8)))
    return new Uint8Array(Buffer.concat(parts).subarray(0, sizeBytes))
  }
}

/**
 * One submission over about `sizeBytes` of sold resources, and the context of the oracle that
 * judges it, all in memory.
 */
export async function createSetting(sizeBytes: number) {
  const randomBytes = createBytes()
  const { issuer, key, holderKey, account, storeAccount } = await createParties(randomBytes)
  const loader = Contexts.createLoader({
    claimNames: ClaimProfile.claimNames(ClaimProfile.AMBROSIA_CORE_2),
  })
  const record = await issue({ issuer, key, holder: holderKey.did, loader, randomBytes })
  const criteria = criteriaFor(issuer, record.resources, sizeBytes)
  const criteriaHash = Criteria.hash(criteria)
  const place = { chainId: CHAIN_ID, dealBook: DEAL_BOOK, dealId: DEAL_ID }
  const deal = { ...place, consumer: CONSUMER, criteria, criteriaHash }
  const oracle = { operator: address(3), keyId: 'oracle-1', epoch: 1 }
  const pair = await Envelope.createKeyPair(randomBytes)
  const selected = selectRecord(record, criteria)
  const made = { record, selected, loader, randomBytes }
  const oracles = [{ ...oracle, publicKey: pair.publicKey }]
  const offer = await sealOffer({ ...made, deal, provider: account.address, oracles })
  const domain = dealBookDomain(CHAIN_ID, DEAL_BOOK)
  const receipt = receiptOf(offer, storeAccount.address)
  const receiptSignature = await storeAccount.signTypedData(
    StorageReceipt.toTypedData(receipt, domain),
  )
  const terms: DealTerms = {
    ...TERMS,
    criteriaHash,
    oracles: [oracle.operator],
    stores: [storeAccount.address],
    validatorHash: toHex(Validation.validatorHash()),
  }
  const permission = await permit({ parts: { account, oracle }, domain, offer })
  const signed = { account, permission, holderKey, receipt, asOfSec }
  const body = await createSubmission({
    ...made,
    ...signed,
    offer,
    deal,
    receiptSignature,
    oracle: oracle.operator,
  })
  const self = { ...oracle, privateKey: pair.privateKey }
  return {
    context: judging({ self, terms, criteria, sealed: offer.sealed, loader, randomBytes }),
    body,
    deal,
    domain,
    offer,
    terms,
    plaintextSizeBytes: offer.plaintextSizeBytes,
    /** What made the submission, to make others. */
    parts: { ...made, ...signed, storeAccount, oracle, pair },
  }
}

/** The keys of hospital, patient and store. */
async function createParties(randomBytes: (sizeBytes: number) => Uint8Array) {
  await Bbs.ready()
  const bbs = Bbs.keyPair('BLS12-381-SHA-256', randomBytes(32))
  const issuer = DidKey.fromPublicKey({ type: 'BLS12-381-G2', bytes: bbs.publicKey })
  return {
    issuer,
    key: { id: DidKey.toVerificationMethodId(issuer), ...bbs },
    holderKey: Keys.createHolderKey(randomBytes),
    account: privateKeyToAccount(toHex(randomBytes(32))),
    storeAccount: privateKeyToAccount(toHex(randomBytes(32))),
  }
}

function receiptOf(
  offer: { manifestHash: Hex; manifest: { sizeBytes: number } },
  store: Hex,
): StorageReceipt.StorageReceipt {
  return {
    store,
    manifestHash: offer.manifestHash,
    sizeBytes: BigInt(offer.manifest.sizeBytes),
    dealId: DEAL_ID,
    storedUntil: asOfSec + 1_000_000n,
  }
}

/** The record of a generated patient with diabetes, signed a minute before it is sold. */
async function issue(
  options: Pick<
    Parameters<typeof issueRecord>[0],
    'issuer' | 'key' | 'holder' | 'loader' | 'randomBytes'
  >,
): Promise<Awaited<ReturnType<typeof issueRecord>>['record']> {
  const patient = Generator.patient({ seed: 1, asOf, condition: 'diabetes', resources: 150 })
  const { record } = await issueRecord({
    ...options,
    bundle: Bundle.write(patient.resources),
    form: 'safe-harbor',
    subjectHandle: toHex(options.randomBytes(32)),
    credentialStatus: {
      type: 'BitstringStatusListEntry',
      statusPurpose: 'revocation',
      statusListIndex: '1',
      statusListCredential: 'https://issuer.example/status/1',
    },
    validForSec: 86_400,
    now: new Date(Number(asOfSec - 60n) * 1000),
  })
  return record
}

/** What the oracle judges with: a deal that is open, nothing revoked, nothing settled. */
function judging(options: {
  self: { operator: Hex; keyId: string; epoch: number; privateKey: Uint8Array }
  terms: DealTerms
  criteria: Criteria.Criteria
  sealed: Uint8Array
  loader: ReturnType<typeof Contexts.createLoader>
  randomBytes: (sizeBytes: number) => Uint8Array
}) {
  const { self, terms, criteria, sealed, loader } = options
  return {
    chainId: CHAIN_ID,
    dealBook: DEAL_BOOK,
    self,
    deals: {
      find: async () => ({ dealId: DEAL_ID, terms, criteria }),
      status: async () => ({ isOpen: true, stoppedAtSec: undefined }),
      personCount: async () => 0,
      isRecordSettled: async () => false,
    },
    listsAt: async () => ({ root: DEAL_ID, isRevoked: () => false }),
    resolver: createResolver({
      readDidAmbrosia: async () => {
        throw new Error('the bench names did:key only')
      },
    }),
    loader,
    tagSecret: options.randomBytes(32),
    validatorHash: terms.validatorHash,
    fetchSealed: async function* () {
      yield sealed
    },
    nowSec: () => asOfSec,
  }
}

/** A deal for laboratory results: as many of the commonest codes as make the wanted size. */
function criteriaFor(
  issuer: string,
  resources: readonly { text: string }[],
  sizeBytes: number,
): Criteria.Criteria {
  type Sold = { resourceType: string; code?: { coding?: { system?: string; code?: string }[] } }
  const sizes = new Map<string, number>()
  for (const { text } of resources) {
    const { resourceType, code } = JSON.parse(text) as Sold
    const coding = code?.coding?.[0]
    if (resourceType !== 'Observation' || coding?.code === undefined) continue
    sizes.set(coding.code, (sizes.get(coding.code) ?? 0) + text.length)
  }
  const codes: { system: string; code: string }[] = []
  let size = 0
  for (const [code, codeSize] of [...sizes].sort(([, a], [, b]) => b - a)) {
    if (size >= sizeBytes) break
    codes.push({ system: 'http://loinc.org', code })
    size += codeSize
  }
  const observations = 'Bundle.entry.resource.ofType(Observation)'
  return Criteria.parse({
    version: 1,
    title: 'Laboratory results with diabetes',
    form: 'safe-harbor',
    dcql: {
      credentials: [
        {
          id: 'record',
          format: 'ldp_vc',
          meta: { type_values: [['HealthRecordCredential']] },
          claims: [
            { path: ['credentialSubject', 'condition1'], values: ['44054006'] },
            { path: ['credentialSubject', 'birthYearBand'] },
          ],
        },
      ],
    },
    resources: [{ type: 'Observation', codes }],
    predicates: [
      { id: 'results', expression: `${observations}.where(status = 'final').count() > 10` },
      {
        id: 'coded',
        expression: `${observations}.all(code.coding.exists(system = 'http://loinc.org'))`,
      },
      {
        id: 'recent',
        expression: `${observations}.effective.ofType(dateTime).exists($this >= @2015)`,
      },
    ],
    issuers: [issuer],
    purpose: 'DUO:0000007',
    consumer: 'did:ambrosia:31337:0000000000000000000000000000000000000002',
  })
}

/**
 * The permission of a submission, as it should be but for the changes; the sentences follow the
 * changes where none are given.
 */
export async function permit(
  setting: {
    parts: { account: LocalAccount; oracle: { operator: Hex } }
    domain: Domain
    offer: { manifestHash: Hex; payloadRoot: Hex }
  },
  change: Partial<PermissionToCheck> & { sentences?: string[]; signer?: LocalAccount } = {},
): Promise<SignedPermission.SignedPermission> {
  const { sentences, signer = setting.parts.account, ...fields } = change
  const permission = {
    dealId: DEAL_ID,
    manifestHash: setting.offer.manifestHash,
    payloadRoot: setting.offer.payloadRoot,
    oracles: [setting.parts.oracle.operator],
    asOf: asOfSec,
    validUntil: asOfSec + BigInt(PERMISSION_LIFE_SEC),
    ...fields,
  }
  const words = sentences ?? bindingSentences(permission)
  return await SignedPermission.sign(signer, setting.domain, permission, words)
}
