/**
 * Writes vectors/exchange/eip712.json: every message type with its digest and a signature by a
 * well-known key, and the identifiers of a deal. Read by TypeScript and Solidity alike. `--check`
 * fails where the file is not what this script writes.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { keccak256, stringToHex } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import * as CancelConsent from '../src/CancelConsent.ts'
import * as Certificate from '../src/Certificate.ts'
import * as CertificateBatch from '../src/CertificateBatch.ts'
import * as Consent from '../src/Consent.ts'
import * as Deal from '../src/Deal.ts'
import * as Delivery from '../src/Delivery.ts'
import { dealBookDomain, type MessageType } from '../src/messages/Message.ts'
import * as PermissionToCheck from '../src/PermissionToCheck.ts'
import * as Release from '../src/Release.ts'
import * as ReturnPayment from '../src/ReturnPayment.ts'
import * as RevokeConsent from '../src/RevokeConsent.ts'
import * as StorageReceipt from '../src/StorageReceipt.ts'
import * as Submission from '../src/Submission.ts'

const FILE = fileURLToPath(new URL('../../../vectors/exchange/eip712.json', import.meta.url))

/** The first account of the development mnemonic: known to everybody, worth nothing. */
const signer = privateKeyToAccount(
  '0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80',
)
const dealBook = '0x5FbDB2315678afecb367f032d93F642f64180aa3'
const domain = dealBookDomain(31337, dealBook)
const hash = (label: string) => keccak256(stringToHex(label))
const address = (label: string) => `0x${hash(label).slice(26)}` as const

const terms: Deal.DealTerms = {
  consumer: address('consumer'),
  token: address('token'),
  criteriaHash: hash('criteria'),
  agreementHash: hash('agreement'),
  purpose: Deal.purposeHash('DUO:0000007'),
  tiers: [
    { minimumScore: 60, price: 3_000_000_000_000_000_000n },
    { minimumScore: 80, price: 5_000_000_000_000_000_000n },
  ],
  maximumRecords: 10,
  perPersonCap: 1,
  commissionCapBps: 500,
  certificateLife: 3600,
  deliveryWindow: 86400,
  retentionEnd: 1_800_000_000n,
  verifier: address('verifier'),
  oracles: [address('oracle 1'), address('oracle 2'), address('oracle 3')],
  quorum: 2,
  stores: [address('store')],
  validatorHash: hash('validator'),
  expiry: 1_790_000_000n,
}
const salt = hash('salt')
const dealId = Deal.dealId({ chainId: 31337, dealBook, salt, terms })
const recordTag = hash('record tag')
const recordId = Deal.recordId(dealId, recordTag)
const provider = address('provider')
const manifestHash = hash('manifest')

const messages = [
  entry(Certificate, {
    dealId,
    provider,
    manifestHash,
    personTag: hash('person tag'),
    recordTag,
    score: 87,
    asOf: 1_780_000_000n,
    validUntil: 1_780_003_600n,
    validatorHash: terms.validatorHash,
    statusListsRoot: hash('status lists'),
    receiptHash: hash('receipt'),
  }),
  entry(CertificateBatch, { root: hash('root') }),
  entry(Consent, {
    dealId,
    certificateHash: hash('certificate'),
    consumer: terms.consumer,
    agreementHash: terms.agreementHash,
    answersHash: hash('answers'),
    purpose: terms.purpose,
    token: terms.token,
    minimumNet: 4_750_000_000_000_000_000n,
    payout: address('payout'),
    relayer: '0x0000000000000000000000000000000000000000',
    maximumRelayerFee: 0n,
    signedUntil: 1_780_003_600n,
    consentUntil: 1_795_000_000n,
  }),
  entry(CancelConsent, { consentHash: hash('consent'), signedUntil: 1_780_003_600n }),
  entry(RevokeConsent, { recordId, returnPayment: true, signedUntil: 1_780_003_600n }),
  entry(ReturnPayment, {
    recordId,
    amount: 4_800_000_000_000_000_000n,
    signedUntil: 1_780_003_600n,
  }),
  entry(StorageReceipt, {
    store: address('store'),
    manifestHash,
    sizeBytes: 41_984n,
    dealId,
    storedUntil: 1_780_100_000n,
  }),
  entry(Submission, {
    dealId,
    provider,
    manifestHash,
    criteriaHash: terms.criteriaHash,
    oracle: address('oracle 1'),
    nonce: hash('nonce'),
    asOf: 1_780_000_000n,
  }),
  entry(PermissionToCheck, {
    dealId,
    provider,
    manifestHash,
    payloadRoot: hash('payload root'),
    oracles: [address('oracle 1'), address('oracle 2')],
    wordsHash: hash('words'),
    asOf: 1_780_000_000n,
    validUntil: 1_780_003_600n,
  }),
  entry(Delivery, { dealId, consumer: terms.consumer, payloadRoot: hash('payload root') }),
  entry(Release, {
    recordId,
    consumerKeyHash: hash('consumer key'),
    envelopeHash: hash('envelope'),
    blockNumber: 42n,
  }),
]

function entry<M>(type: MessageType<M>, message: M) {
  return { type, message }
}

async function render(): Promise<string> {
  const valid = []
  for (const { type, message } of messages as { type: MessageType<unknown>; message: unknown }[]) {
    valid.push({
      primaryType: type.toTypedData(message, domain).primaryType,
      typeString: type.typeString,
      typeHash: hash(type.typeString),
      message: type.toJson(message),
      digest: type.hash(message, domain),
      signature: await signer.signTypedData(type.toTypedData(message, domain)),
    })
  }
  const file = {
    source:
      'packages/exchange/scripts/generateVectors.ts; docs/protocol/exchange.md, sections 2 to 4',
    domain,
    signer: signer.address,
    deal: {
      terms: Deal.toJson(terms),
      salt,
      termsHash: Deal.termsHash(terms),
      dealId,
      recordTag,
      recordId,
      purposeHash: terms.purpose,
    },
    valid,
    invalid: [
      {
        why: 'another chain',
        digest: Certificate.hash(
          messages[0]?.message as Certificate.Certificate,
          dealBookDomain(1, dealBook),
        ),
      },
      {
        why: 'another contract',
        digest: Certificate.hash(
          messages[0]?.message as Certificate.Certificate,
          dealBookDomain(31337, provider),
        ),
      },
    ],
  }
  return `${JSON.stringify(file, null, 2)}\n`
}

const text = await render()
if (process.argv.includes('--check')) {
  if (readFileSync(FILE, 'utf8') !== text) {
    process.stderr.write('vectors/exchange/eip712.json is not up to date: run npm run gen\n')
    process.exitCode = 1
  }
} else {
  writeFileSync(FILE, text)
}
