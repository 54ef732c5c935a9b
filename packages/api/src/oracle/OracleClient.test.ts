import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as SubmissionBody from '@ambrosia/exchange/SubmissionBody'
import { type Hex, toHex } from '@ambrosia/primitives/Bytes'
import { ACCOUNT, description, fakeService, json, refusal } from '../testing/fakeService.ts'
import { askTagSecret, createOracleClient } from './OracleClient.ts'

const url = 'https://oracle.example'
const word = (byte: number): Hex => toHex(new Uint8Array(32).fill(byte))
const signature: Hex = `0x${'1b'.repeat(65)}`
const now = () => 1_800_000_000_000
const certificate = {
  dealId: word(1),
  provider: ACCOUNT,
  manifestHash: word(2),
  personTag: word(3),
  recordTag: word(4),
  score: 90,
  asOf: '1800000000',
  validUntil: '1800003600',
  validatorHash: word(5),
  statusListsRoot: word(6),
  receiptHash: word(7),
}
const quality = { score: 90, completeness: 40, recency: 20, coding: 20, conformance: 10 }
const certified = { id: word(8), oracle: ACCOUNT, certificate, signature, quality }
const submission: SubmissionBody.SubmissionBody = {
  manifest: { version: 1 },
  permission: {
    permission: {
      dealId: word(1),
      provider: ACCOUNT,
      manifestHash: word(2),
      payloadRoot: word(3),
      oracles: [ACCOUNT],
      wordsHash: word(4),
      asOf: 1_800_000_000n,
      validUntil: 1_800_003_600n,
    },
    words: { version: 1, salt: 'A'.repeat(22), sentences: ['I let it be checked.'] },
    signature,
  },
  receipt: {
    store: ACCOUNT,
    manifestHash: word(2),
    sizeBytes: 6n,
    dealId: word(1),
    storedUntil: 9n,
  },
  receiptSignature: signature,
  submission: {
    dealId: word(1),
    provider: ACCOUNT,
    manifestHash: word(2),
    criteriaHash: word(3),
    oracle: ACCOUNT,
    nonce: word(4),
    asOf: 1_800_000_000n,
  },
  providerSignature: signature,
  holderSignature: 'A'.repeat(86),
  presentation: { type: [] },
}

const clientOf = (answers: Parameters<typeof fakeService>[0]) => {
  const { fetch, asked } = fakeService(answers)
  return { client: createOracleClient({ url, fetch, now }), asked }
}

describe('OracleClient', () => {
  it('sends a submission that the oracle can read, and reads its certificate', async () => {
    const { client, asked } = clientOf({ 'POST /v1/submissions': () => json(certified, 201) })
    const answer = await client.submit(submission)
    assert.equal(answer.certificate.asOf, 1_800_000_000n)
    assert.deepEqual(answer.quality, quality)
    assert.deepEqual(SubmissionBody.fromJson(asked[0]?.json()), submission)
  })

  it('reads a verdict given before', async () => {
    const { client } = clientOf({
      [`GET /v1/submissions/${word(8)}`]: () => json(certified),
      [`GET /v1/submissions/${word(9)}`]: () => refusal('Submission.Unknown', 404),
    })
    assert.equal((await client.read(word(8))).id, word(8))
    await assert.rejects(client.read(word(9)), { code: 'Submission.Unknown' })
  })

  it('takes nothing for a certificate that has not all its members in their shape', async () => {
    const wrong = [
      { ...certified, certificate: { ...certificate, score: '90' } },
      { ...certified, certificate: { ...certificate, asOf: -1 } },
      { ...certified, certificate: { ...certificate, more: 1 } },
      { ...certified, signature: '0x12' },
      { ...certified, quality: { ...quality, score: 101 } },
    ]
    for (const answer of wrong) {
      const { client } = clientOf({ 'POST /v1/submissions': () => json(answer, 201) })
      await assert.rejects(client.submit(submission), { code: 'Service.Malformed' })
    }
    const past = { ...certificate, validUntil: '99999999999999999999' }
    const { client } = clientOf({
      'POST /v1/submissions': () => json({ ...certified, certificate: past }, 201),
    })
    await assert.rejects(client.submit(submission), { code: 'Message.Malformed' })
  })

  it('keeps the codes of verdicts', async () => {
    for (const [code, status] of [
      ['Submission.Refused', 403],
      ['Record.Incomplete', 422],
      ['Seal.Tampered', 422],
      ['Status.NotAvailable', 503],
      ['Oracle.NotReady', 503],
      ['Store.Unreachable', 503],
    ] as const) {
      const { client } = clientOf({ 'POST /v1/submissions': () => refusal(code, status) })
      await assert.rejects(client.submit(submission), { code })
    }
  })

  it('reads who the oracle is', async () => {
    const more = {
      signer: ACCOUNT,
      keyId: ACCOUNT,
      epoch: 1,
      measurement: word(1),
      validatorHash: word(5),
      attestation: 'software',
    }
    const { client } = clientOf({ 'GET /v1/service': () => description('oracle', more) })
    assert.equal((await client.service()).measurement, word(1))
  })
})

describe('askTagSecret', () => {
  const operator = { address: ACCOUNT, signMessage: async () => signature }
  const envelope = { keyId: 'k', epoch: 1, enc: 'A'.repeat(43), wrapped: 'A'.repeat(64) }
  const ask = (answers: Parameters<typeof fakeService>[0]) => {
    const { fetch, asked } = fakeService(answers)
    const audience: Hex = `0x${'77'.repeat(20)}`
    const asking = askTagSecret({ url, fetch, now, chainId: 31337, audience, operator })
    return { asking, asked }
  }

  it('signs for the operator that is asked', async () => {
    const { asking, asked } = ask({
      'POST /v1/peers/tag-secret': () => json({ envelope, signature }),
    })
    assert.deepEqual(await asking, { envelope, signature })
    assert.equal(asked[0]?.headers['ambrosia-audience'], `eip155:31337:0x${'77'.repeat(20)}`)
    assert.equal(asked[0]?.body, undefined)
  })

  it('refuses what is not an envelope, and keeps the refusal of the oracle', async () => {
    const wrong = ask({
      'POST /v1/peers/tag-secret': () => json({ envelope: { ...envelope, enc: 'x' }, signature }),
    })
    await assert.rejects(wrong.asking, { code: 'Service.Malformed' })
    const refused = ask({ 'POST /v1/peers/tag-secret': () => refusal('TagSecret.NotForYou', 403) })
    await assert.rejects(refused.asking, { code: 'TagSecret.NotForYou' })
  })
})
