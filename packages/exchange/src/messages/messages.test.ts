import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { Hex } from '@ambrosia/primitives/Bytes'
import { hasCode } from '@ambrosia/primitives/Errors'
import {
  concat,
  domainSeparator,
  encodeAbiParameters,
  keccak256,
  parseAbiParameters,
  stringToHex,
} from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import * as CancelConsent from '../CancelConsent.ts'
import * as Certificate from '../Certificate.ts'
import * as CertificateBatch from '../CertificateBatch.ts'
import * as Consent from '../Consent.ts'
import * as Deal from '../Deal.ts'
import * as Delivery from '../Delivery.ts'
import * as PermissionToCheck from '../PermissionToCheck.ts'
import * as Release from '../Release.ts'
import * as ReturnPayment from '../ReturnPayment.ts'
import * as RevokeConsent from '../RevokeConsent.ts'
import * as StorageReceipt from '../StorageReceipt.ts'
import * as Submission from '../Submission.ts'
import { type Domain, dealBookDomain, type MessageType } from './Message.ts'

const file = fileURLToPath(new URL('../../../../vectors/exchange/eip712.json', import.meta.url))
const vectors = JSON.parse(readFileSync(file, 'utf8')) as {
  domain: Domain
  signer: Hex
  deal: {
    terms: unknown
    salt: Hex
    termsHash: Hex
    dealId: Hex
    recordTag: Hex
    recordId: Hex
    purposeHash: Hex
  }
  valid: {
    primaryType: string
    typeString: string
    message: Record<string, unknown>
    digest: Hex
    signature: Hex
  }[]
}
const types: Record<string, MessageType<never>> = {
  CancelConsent,
  Certificate,
  CertificateBatch,
  Consent,
  Delivery,
  PermissionToCheck,
  Release,
  ReturnPayment,
  RevokeConsent,
  StorageReceipt,
  Submission,
} as never
const other = privateKeyToAccount(
  '0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d',
)

describe('signed messages', () => {
  it('has a vector for every message type', () => {
    assert.deepEqual(
      vectors.valid.map((vector) => vector.primaryType).sort(),
      Object.keys(types).sort(),
    )
  })

  for (const vector of vectors.valid) {
    const type = types[vector.primaryType] as MessageType<never>
    const message = type.fromJson(vector.message)

    it(`${vector.primaryType}: default: digest and signature are those of the vector`, async () => {
      assert.equal(type.typeString, vector.typeString)
      assert.equal(type.hash(message, vectors.domain), vector.digest)
      assert.equal(
        await type.verify(message, vectors.domain, vectors.signer, vector.signature),
        true,
      )
      assert.deepEqual(type.toJson(message), vector.message)
    })

    it(`${vector.primaryType}: behavior: a changed field, chain, contract or signer does not verify`, async () => {
      for (const [name, value] of Object.entries(vector.message)) {
        const changed = type.fromJson({ ...vector.message, [name]: flip(value as Json) })
        assert.notEqual(type.hash(changed, vectors.domain), vector.digest, name)
        assert.equal(
          await type.verify(changed, vectors.domain, vectors.signer, vector.signature),
          false,
          name,
        )
      }
      const domains = [
        dealBookDomain(1, vectors.domain.verifyingContract),
        dealBookDomain(vectors.domain.chainId, other.address),
        { ...vectors.domain, name: 'ConsentBook' },
      ]
      for (const domain of domains) {
        assert.equal(
          await type.verify(message, domain, vectors.signer, vector.signature),
          false,
          domain.name,
        )
      }
      assert.equal(
        await type.verify(message, vectors.domain, other.address, vector.signature),
        false,
      )
    })

    it(`${vector.primaryType}: error: missing, unknown and mistyped fields`, () => {
      for (const name of Object.keys(vector.message)) {
        const { [name]: _, ...rest } = vector.message
        const wrong = [rest, { ...vector.message, [name]: null }, { ...vector.message, [name]: [] }]
        wrong.push({ ...vector.message, [name]: '-1' }, { ...vector.message, [name]: '0x00' })
        for (const json of wrong) {
          assert.throws(
            () => type.fromJson(json),
            (error) => hasCode(error, 'Message.Malformed'),
            name,
          )
        }
      }
      assert.throws(() => type.fromJson({ ...vector.message, extra: 1 }), {
        code: 'Message.Malformed',
      })
      for (const json of [null, 1, 'x', [], undefined]) {
        assert.throws(() => type.fromJson(json), { code: 'Message.Malformed' })
      }
    })
  }

  it('refuses the second form of a signature and other lengths', async () => {
    const vector = vectors.valid[0] as (typeof vectors.valid)[number]
    const message = Certificate.fromJson(vector.message)
    const order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n
    const s = order - BigInt(`0x${vector.signature.slice(66, 130)}`)
    const v = vector.signature.endsWith('1b') ? '1c' : '1b'
    const malleable =
      `${vector.signature.slice(0, 66)}${s.toString(16).padStart(64, '0')}${v}` as Hex
    for (const signature of [
      malleable,
      `${vector.signature}00` as Hex,
      '0x' as Hex,
      vector.signature.slice(0, -2) as Hex,
    ]) {
      assert.equal(
        await Certificate.verify(message, vectors.domain, vectors.signer, signature),
        false,
      )
    }
  })

  it('refuses integers past their size', () => {
    const vector = vectors.valid[0] as (typeof vectors.valid)[number]
    assert.equal(Certificate.fromJson({ ...vector.message, score: 65535 }).score, 65535)
    assert.throws(() => Certificate.fromJson({ ...vector.message, score: 65536 }), {
      code: 'Message.Malformed',
    })
    const largest = (2n ** 64n - 1n).toString()
    assert.equal(Certificate.fromJson({ ...vector.message, asOf: largest }).asOf, 2n ** 64n - 1n)
    assert.throws(() => Certificate.fromJson({ ...vector.message, asOf: (2n ** 64n).toString() }), {
      code: 'Message.Malformed',
    })
  })
})

describe('a list in a message', () => {
  it('is hashed as EIP-712 says: its members as words, one after the other', () => {
    const vector = vectors.valid.find((one) => one.primaryType === 'PermissionToCheck')
    assert.ok(vector)
    const message = PermissionToCheck.fromJson(vector.message)
    const word = (address: Hex) => address.slice(2).toLowerCase().padStart(64, '0')
    const oracles = keccak256(`0x${message.oracles.map(word).join('')}`)
    const struct = keccak256(
      encodeAbiParameters(
        parseAbiParameters(
          'bytes32, bytes32, address, bytes32, bytes32, bytes32, bytes32, uint64, uint64',
        ),
        [
          keccak256(stringToHex(vector.typeString)),
          message.dealId,
          message.provider,
          message.manifestHash,
          message.payloadRoot,
          oracles,
          message.wordsHash,
          message.asOf,
          message.validUntil,
        ],
      ),
    )
    const separator = domainSeparator({ domain: vectors.domain })
    assert.equal(keccak256(concat(['0x1901', separator, struct])), vector.digest)
  })

  it('limit: 16 members pass, 17 and none do not', () => {
    const { message } = vectors.valid.find((one) => one.primaryType === 'PermissionToCheck') as {
      message: Record<string, unknown>
    }
    const of = (count: number) =>
      PermissionToCheck.fromJson({ ...message, oracles: Array(count).fill(other.address) })
    assert.equal(of(16).oracles.length, 16)
    for (const count of [0, 17]) assert.throws(() => of(count), { code: 'Message.Malformed' })
  })
})

describe('deal identifiers', () => {
  const terms = Deal.fromJson(vectors.deal.terms)

  it('those of the vector', () => {
    assert.equal(Deal.termsHash(terms), vectors.deal.termsHash)
    const { chainId, verifyingContract: dealBook } = vectors.domain
    assert.equal(
      Deal.dealId({ chainId, dealBook, salt: vectors.deal.salt, terms }),
      vectors.deal.dealId,
    )
    assert.equal(Deal.recordId(vectors.deal.dealId, vectors.deal.recordTag), vectors.deal.recordId)
    assert.equal(Deal.purposeHash('DUO:0000007'), vectors.deal.purposeHash)
    assert.deepEqual(Deal.toJson(terms), vectors.deal.terms)
  })

  it('price by score, least budget', () => {
    const [low, high] = terms.tiers
    assert.equal(Deal.priceOf(terms, (low?.minimumScore ?? 0) - 1), undefined)
    assert.equal(Deal.priceOf(terms, low?.minimumScore ?? 0), low?.price)
    assert.equal(Deal.priceOf(terms, (high?.minimumScore ?? 0) - 1), low?.price)
    assert.equal(Deal.priceOf(terms, 100), high?.price)
    assert.equal(Deal.minimumBudget(terms), 10n * (high?.price ?? 0n))
  })

  it('a value that is no text and can not be made one is refused like any other', () => {
    const found = vectors.valid.find(({ primaryType }) => primaryType === 'Certificate')
    for (const value of [{ toString: 1, valueOf: null }, Object.create(null), [[]], () => '']) {
      const json = { ...found?.message, dealId: value }
      assert.throws(() => Certificate.fromJson(json), { code: 'Message.Malformed' })
    }
  })

  it('an address with a wrong checksum is refused, and one without is taken', () => {
    const found = vectors.valid.find(({ primaryType }) => primaryType === 'Certificate')
    const provider = '0x52908400098527886E0F7030069857D2E4169EE7'
    const wrong = provider.replace('E7', 'e7')
    assert.ok(Certificate.fromJson({ ...found?.message, provider }))
    assert.ok(Certificate.fromJson({ ...found?.message, provider: provider.toLowerCase() }))
    assert.throws(() => Certificate.fromJson({ ...found?.message, provider: wrong }), {
      code: 'Message.Malformed',
    })
  })

  it('refuses JSON that is not the terms of a deal', () => {
    for (const json of [
      null,
      1,
      {},
      { ...Deal.toJson(terms), expiry: 'x' },
      { ...Deal.toJson(terms), consumer: '0x1' },
    ]) {
      assert.throws(() => Deal.fromJson(json), { code: 'Deal.Malformed' })
    }
  })
})

/** Another value of the same form. */
type Json = string | number | boolean | string[]

function flip(value: Json): Json {
  if (Array.isArray(value)) return value.slice(1)
  if (typeof value === 'boolean') return !value
  if (typeof value === 'number') return value === 0 ? 1 : value - 1
  if (!value.startsWith('0x')) return (BigInt(value) + 1n).toString()
  return `0x${value[2] === '1' ? '2' : '1'}${value.slice(3)}`
}
