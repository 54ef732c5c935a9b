import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as Agreement from './Agreement.ts'
import * as Criteria from './Criteria.ts'
import { CRITERIA_SIZE_BYTES } from './Limits.ts'

const criteria = {
  version: 1,
  title: 'HbA1c with type 2 diabetes',
  form: 'safe-harbor',
  dcql: {
    credentials: [
      {
        id: 'record',
        format: 'ldp_vc',
        meta: { type_values: [['HealthRecordCredential']] },
        claims: [
          { id: 'first', path: ['credentialSubject', 'condition1'], values: ['44054006'] },
          { id: 'second', path: ['credentialSubject', 'condition2'], values: ['44054006'] },
          { id: 'hba1c', path: ['credentialSubject', 'hba1c'] },
        ],
        claim_sets: [
          ['first', 'hba1c'],
          ['second', 'hba1c'],
        ],
      },
    ],
  },
  resources: [
    { type: 'Observation', codes: [{ system: 'http://loinc.org', code: '4548-4' }], all: true },
  ],
  predicates: [{ id: 'recent', expression: 'Bundle.entry.exists()' }],
  issuers: ['did:ambrosia:31337:0000000000000000000000000000000000000001'],
  purpose: 'DUO:0000007',
  consumer: 'did:ambrosia:31337:0000000000000000000000000000000000000002',
} as const

const type = ['VerifiableCredential', 'HealthRecordCredential']

describe('Criteria', () => {
  it('parses, hashes alike from text, bytes and data', () => {
    const text = JSON.stringify(criteria, null, 4)
    const hashes = [text, new TextEncoder().encode(text), criteria].map((input) =>
      Criteria.hash(Criteria.parse(input)),
    )
    assert.equal(new Set(hashes).size, 1)
    assert.notEqual(Criteria.hash(Criteria.parse({ ...criteria, title: 'x' })), hashes[0])
    assert.deepEqual(Criteria.claimNames(Criteria.parse(criteria)), [
      'condition1',
      'condition2',
      'hba1c',
    ])
  })

  it('discloses the claims of one satisfied set, no others', () => {
    const parsed = Criteria.parse(criteria)
    const subject = { condition1: '38341003', condition2: '44054006', hba1c: 75, sex: 'female' }
    assert.deepEqual(Criteria.claimsToDisclose(parsed, { type, subject }), ['condition2', 'hba1c'])
    assert.equal(
      Criteria.matchesClaims(
        parsed,
        { type, subject: { condition2: '44054006', hba1c: 75 } },
        true,
      ),
      true,
    )
    assert.equal(
      Criteria.matchesClaims(parsed, { type, subject: { condition2: '44054006' } }, true),
      false,
    )
    assert.equal(
      Criteria.matchesClaims(parsed, { type: ['VerifiableCredential'], subject }, true),
      false,
    )
    assert.equal(
      Criteria.claimsToDisclose(parsed, { type, subject: { condition1: '38341003', hba1c: 75 } }),
      undefined,
    )
  })

  it('a claim without a holder does not match', () => {
    const subject = { condition1: '44054006', hba1c: 75 }
    assert.equal(Criteria.matchesClaims(Criteria.parse(criteria), { type, subject }, false), false)
  })

  it('what is not a criteria document names the path and never the value', () => {
    const secret = 'Jane-Doe-1960'
    const wrong: object[] = [
      { ...criteria, version: 2 },
      { ...criteria, form: secret },
      { ...criteria, extra: secret },
      { ...criteria, issuers: [secret] },
      { ...criteria, issuers: [] },
      { ...criteria, purpose: secret },
      { ...criteria, resources: [{ type: 'observation' }] },
      { ...criteria, predicates: [{ id: 'A B', expression: 'true' }] },
    ]
    for (const input of wrong) {
      assert.throws(
        () => Criteria.parse(input),
        (error: Error & { code?: string }) =>
          error.code === 'Shape.Mismatch' && !error.message.includes(secret),
      )
    }
    for (const [input, message] of [
      [{ ...criteria, extra: secret }, /extra is not a member of it/],
      [{ ...criteria, title: undefined }, /title is missing|type/],
      [{ ...criteria, form: secret }, /\/form: it is not one of safe-harbor, identified/],
      [{ ...criteria, [`${secret} and more`]: 1 }, /a member with another name is not a member/],
    ] as const) {
      assert.throws(() => Criteria.parse(input), { code: 'Shape.Mismatch', message })
    }
    assert.throws(() => Criteria.parse({ ...criteria, dcql: { credentials: [{ id: 'x' }] } }), {
      code: 'Criteria.InvalidQuery',
    })
    assert.throws(() => Criteria.parse('{'), { code: 'CanonicalJson.Invalid' })
  })

  it('limit: 64 KiB pass, one more byte does not', () => {
    const sized = (size: number) => {
      const empty = { ...criteria, jsonSchema: { description: '' } }
      const rest = size - new TextEncoder().encode(JSON.stringify(empty)).length
      return JSON.stringify({ ...criteria, jsonSchema: { description: 'x'.repeat(rest) } })
    }
    assert.equal(Criteria.parse(sized(CRITERIA_SIZE_BYTES)).version, 1)
    assert.throws(() => Criteria.parse(sized(CRITERIA_SIZE_BYTES + 1)), {
      code: 'Criteria.TooLarge',
    })
  })
})

describe('Agreement', () => {
  const agreement = Agreement.parse({
    version: 1,
    consumerName: 'Institute',
    consumerContact: 'data@institute.example',
    purpose: 'DUO:0000007',
    resale: false,
    retentionEnd: '2027-05-01',
    terms: [
      { id: 1, required: true, title: 'Purpose', text: 'Research only.' },
      { id: 2, required: false, title: 'Contact', text: 'May be asked again.' },
    ],
  })

  const sentences = ['I allow it.']

  it('says who the consumer is and where they are reached', () => {
    for (const member of ['consumerName', 'consumerContact'] as const) {
      const { [member]: _, ...rest } = agreement
      assert.throws(() => Agreement.parse(rest), {
        code: 'Shape.Mismatch',
        message: new RegExp(`${member} is missing`),
      })
    }
  })

  it('answers accept what is required, and the rest only if asked', () => {
    const answers = Agreement.answer(agreement, sentences, false)
    assert.deepEqual(answers.answers, [
      { id: 1, accepted: true },
      { id: 2, accepted: false },
    ])
    assert.deepEqual(Agreement.assertAnswers(agreement, answers), answers)
    assert.notEqual(
      Agreement.hashAnswers(answers),
      Agreement.hashAnswers(Agreement.answer(agreement, sentences, true)),
    )
  })

  it('refuses a required term that is declined, and a term missing, twice or of another agreement', () => {
    const { agreementHash } = Agreement.answer(agreement, sentences, true)
    const wrong = [
      [
        { id: 1, accepted: false },
        { id: 2, accepted: true },
      ],
      [{ id: 1, accepted: true }],
      [
        { id: 1, accepted: true },
        { id: 1, accepted: true },
      ],
      [
        { id: 1, accepted: true },
        { id: 3, accepted: true },
      ],
    ]
    for (const answers of wrong) {
      assert.throws(
        () =>
          Agreement.assertAnswers(agreement, {
            version: 1,
            agreementHash,
            salt: 'AAAAAAAAAAAAAAAAAAAAAA',
            sentences,
            answers,
          }),
        {
          code: 'Agreement.AnswersIncomplete',
        },
      )
    }
    const foreign = Agreement.answer({ ...agreement, resale: true }, sentences, true)
    assert.throws(() => Agreement.assertAnswers(agreement, foreign), {
      code: 'Agreement.AnswersIncomplete',
    })
    const twice = { ...agreement, terms: [agreement.terms[0], agreement.terms[0]] }
    assert.throws(() => Agreement.parse(twice), { code: 'Agreement.DuplicateTerm' })
  })
})
