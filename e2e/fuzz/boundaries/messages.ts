import * as Network from '@ambrosia/chain/Network'
import * as Certificate from '@ambrosia/exchange/Certificate'
import * as Consent from '@ambrosia/exchange/Consent'
import * as Criteria from '@ambrosia/exchange/Criteria'
import * as Deal from '@ambrosia/exchange/Deal'
import * as SubmissionBody from '@ambrosia/exchange/SubmissionBody'
import * as Predicate from '@ambrosia/health/Predicate'
import { toHex } from '@ambrosia/primitives/Bytes'
import * as CanonicalJson from '@ambrosia/primitives/CanonicalJson'
import { parseProof } from '@ambrosia/sdk/consumer/parseProof'
import { zeroAddress } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import type { Boundary } from '../Boundary.ts'
import { changeJson } from '../changeJson.ts'
import { answerOf } from '../runFuzz.ts'
import { soundSubmission } from '../setting.ts'

const word = (byte: number) => toHex(new Uint8Array(32).fill(byte))
const account = privateKeyToAccount(word(9))
const domain = {
  name: 'DealBook',
  version: '1',
  chainId: 31_337,
  verifyingContract: account.address,
} as const

const certificate: Certificate.Certificate = {
  dealId: word(1),
  provider: account.address,
  manifestHash: word(2),
  personTag: word(3),
  recordTag: word(4),
  score: 90,
  asOf: 1_800_000_000n,
  validUntil: 1_800_003_600n,
  validatorHash: word(5),
  statusListsRoot: word(6),
  receiptHash: word(7),
}

const consent: Consent.Consent = {
  dealId: word(1),
  certificateHash: word(2),
  consumer: account.address,
  agreementHash: word(3),
  answersHash: word(4),
  purpose: word(5),
  token: account.address,
  minimumNet: 1n,
  payout: account.address,
  relayer: zeroAddress,
  maximumRelayerFee: 0n,
  signedUntil: 1_800_000_000n,
  consentUntil: 1_900_000_000n,
}

/** Certificates and consents as JSON, their signatures checked as whoever reads them does. */
export const signedMessages: Boundary = {
  name: 'messages',
  smallCases: 400,
  limitMs: 10_000,
  open: async () => {
    const types = [
      { ...Certificate, message: certificate },
      { ...Consent, message: consent },
    ] as const
    const signed = await Promise.all(
      types.map(async ({ message, ...type }) => ({
        type,
        json: type.toJson(message as never),
        signature: await account.signTypedData(type.toTypedData(message as never, domain) as never),
      })),
    )
    return {
      feed: async (chance) => {
        const { type, json, signature } = chance.pick(signed)
        const changed = changeJson({ json, signature }, chance) as Record<string, unknown>
        return await answerOf(async () => {
          const message = type.fromJson(changed?.['json'] as never)
          const given = changed?.['signature']
          const own = (typeof given === 'string' ? given : '0x') as `0x${string}`
          const isSigned = await type.verify(message as never, domain, account.address, own)
          const isSame = CanonicalJson.stringify(type.toJson(message as never) as never)
          if (isSigned && isSame !== CanonicalJson.stringify(json as never))
            throw new Error('a changed message counts as signed')
        })
      },
    }
  },
}

/** What a consumer publishes: criteria, read, and their predicates compiled. */
export const criteria: Boundary = {
  name: 'criteria',
  smallCases: 300,
  limitMs: 15_000,
  open: async () => {
    const { context } = await soundSubmission()
    const found = await context.deals.find()
    const sound = JSON.parse(JSON.stringify(found.criteria)) as Criteria.Criteria
    return {
      feed: async (chance) => {
        const changed = JSON.stringify(changeJson(sound, chance))
        return await answerOf(() => {
          const read = Criteria.parse(changed)
          Criteria.hash(read)
          Criteria.claimNames(read)
          for (const { expression } of read.predicates) Predicate.compile(expression)
        })
      },
    }
  },
}

const NETWORK = {
  contracts: { dealBook: account.address, consentBook: account.address },
  services: { issuer: 'http://127.0.0.1:1', store: 'http://127.0.0.1:2', oracles: [] },
  confirmations: 1,
}

function proofOf(body: SubmissionBody.SubmissionBody, terms: Deal.DealTerms): object {
  const { presentation } = body
  return {
    version: 1,
    chainId: 31_337,
    dealBook: account.address,
    dealId: word(1),
    recordId: word(2),
    consumer: terms.consumer,
    settledAt: '2026-06-01T00:00:00Z',
    criteria: { issuers: ['did:key:z'] },
    resources: [{ salt: 'A'.repeat(22) }],
    presentation,
    issuerDocument: { id: 'did:key:z' },
  }
}

/** Files that the command line reads: terms of deals, submissions, networks, delivery proofs. */
export const files: Boundary = {
  name: 'files',
  smallCases: 300,
  limitMs: 10_000,
  open: async () => {
    const { body, context } = await soundSubmission()
    const { terms } = await context.deals.find()
    const readers: readonly [sound: unknown, read: (changed: unknown) => unknown][] = [
      [Deal.toJson(terms), (changed) => Deal.termsHash(Deal.fromJson(changed))],
      [SubmissionBody.toJson(body), (changed) => SubmissionBody.fromJson(changed)],
      [
        { version: 1, chainId: 31_337, rpcUrl: 'http://127.0.0.1:8545', ...NETWORK },
        (changed) => Network.parse(JSON.stringify(changed)),
      ],
      [proofOf(body, terms), (changed) => parseProof(JSON.stringify(changed))],
    ]
    return {
      feed: async (chance) => {
        const [sound, read] = chance.pick(readers)
        const changed = JSON.parse(JSON.stringify(changeJson(sound, chance)))
        return await answerOf(() => read(changed))
      },
    }
  },
}
