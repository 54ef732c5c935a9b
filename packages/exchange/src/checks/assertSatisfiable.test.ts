import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as Agreement from '../Agreement.ts'
import * as Criteria from '../Criteria.ts'
import type { DealTerms } from '../Deal.ts'
import { assertSatisfiable } from './assertSatisfiable.ts'

const hba1c = { system: 'http://loinc.org', code: '4548-4' }
const source = {
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
  resources: [{ type: 'Observation', codes: [hba1c], all: true }],
  predicates: [{ id: 'measured', expression: 'Bundle.entry.exists()' }],
  issuers: ['did:example:issuer'],
  purpose: 'DUO:0000042',
  consumer: 'did:example:consumer',
}
const agreement = Agreement.parse({
  version: 1,
  consumerName: 'Institute',
  consumerContact: 'data@institute.example',
  purpose: 'DUO:0000042',
  resale: false,
  retentionEnd: '2030-01-01',
  terms: [],
})
const terms = { criteriaHash: `0x${'1'.repeat(64)}`, oracles: [] } as unknown as DealTerms

function check(change: object, promised: Partial<Agreement.Agreement> = {}): void {
  const criteria = Criteria.parse({ ...source, ...change })
  assertSatisfiable({ criteria, agreement: { ...agreement, ...promised }, terms })
}

const rule = (change: object) => ({
  resources: [{ type: 'Observation', codes: [hba1c], ...change }],
})
const claim = (name: string) => {
  const dcql = structuredClone(source.dcql)
  dcql.credentials[0]!.claims[0]!.path[1] = name
  return { dcql }
}

describe('assertSatisfiable', () => {
  it('takes what a record can meet', () => {
    const met = [{}, rule({ include: ['Patient', 'Encounter'] }), claim('condition1')]
    for (const changes of met) assert.doesNotThrow(() => check(changes))
  })

  it('refuses what no record can meet, and says where', () => {
    const wrong: [object, RegExp][] = [
      [rule({ type: 'Observations' }), /resources\[0\]: Observations is not a FHIR R4 type/],
      [rule({ include: ['Patients'] }), /Patients is not a FHIR R4 type/],
      [
        { resources: [{ type: 'DocumentReference' }] },
        /Safe Harbor form holds a DocumentReference/,
      ],
      [
        rule({ codes: [{ ...hba1c, code: '4548-5' }] }),
        /4548-5 is not a code of http:\/\/loinc\.org/,
      ],
      [
        rule({ codes: [{ system: 'loinc', code: '4548-4' }] }),
        /system of code 4548-4 is not a URI/,
      ],
      [claim('hba1cc'), /no claim of an issuer is called hba1cc/],
      [{ predicates: [{ id: 'p', expression: 'Bundle.entry.(' }] }, /predicate p: .*FHIRPath/],
      [{ predicates: [{ id: 'p', expression: 'Bundle.entry.trace(1)' }] }, /predicate p: /],
      [{ purpose: 'DUO:0000007' }, /criteria say DUO:0000007, the agreement DUO:0000042/],
    ]
    for (const [change, message] of wrong)
      assert.throws(() => check(change), { code: 'Criteria.Unsatisfiable', message })
    assert.throws(() => check(rule({ all: true, since: '2020' })), {
      code: 'Selection.RuleInvalid',
    })
    assert.throws(() => check({ jsonSchema: { type: 'nothing' } }), /Validation\.|schema/i)
  })

  it('refuses a consent that nobody could be shown', () => {
    assert.throws(() => check({}, { consumerName: 'In\u0000stitute' }), {
      code: 'Consent.TermInvalid',
    })
    assert.throws(() => check({}, { consumerContact: 'a\u202eb' }), { code: 'Consent.TermInvalid' })
    const unknown = { purpose: 'DUO:9999999' }
    assert.throws(() => check(unknown, unknown), { code: 'Consent.UnknownPurpose' })
  })
})
