import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import * as Generator from '@ambrosia/health/Generator'
import type { Resource } from '@ambrosia/health/Resource'
import * as SafeHarbor from '@ambrosia/health/SafeHarbor'
import { select } from '@ambrosia/health/Selection'
import { toHex } from '@ambrosia/primitives/Bytes'
import * as CanonicalJson from '@ambrosia/primitives/CanonicalJson'
import { sha256 } from '@ambrosia/primitives/Hash'
import * as Criteria from '../Criteria.ts'
import { digest, digestText, type SaltedResource, salted, toResource } from '../IssuedRecord.ts'
import type { PayloadResource } from '../Payload.ts'
import { build, textsOf } from '../RecordCredential.ts'
import { assertAgree } from './assertAgree.ts'
import { checksOf } from './checks.ts'
import { judge } from './judge.ts'
import type { VerifiedPresentation } from './Opened.ts'
import { tagsOf } from './tagsOf.ts'

const asOf = new Date('2026-06-01T00:00:00Z')
const issuer = 'did:example:hospital'
const HBA1C = { system: 'http://loinc.org', code: '4548-4' }

/** Bytes that are fixed by a counter, so that failures repeat. */
let next = 0
const bytes = (size: number): Uint8Array =>
  sha256(new TextEncoder().encode(String(next++))).slice(0, size)

type Made = { resources: Resource[]; salted: SaltedResource[]; subject: Record<string, unknown> }

function makeRecord(resources: readonly Resource[]): Made {
  const saltedResources = salted(resources, bytes)
  const credential = build({
    issuer,
    holder: 'did:key:z6Mk',
    subjectHandle: toHex(bytes(32)),
    claimProfile: '0x02',
    form: 'safe-harbor',
    claims: { sex: 'female', hba1c: 75 },
    resources,
    salted: saltedResources,
    validFrom: new Date(0),
    validUntil: new Date(1000),
    credentialStatus: {},
    randomBytes: bytes,
  })
  return {
    resources: [...resources],
    salted: saltedResources,
    subject: credential.credentialSubject,
  }
}

const base = {
  version: 1,
  title: 'All HbA1c results',
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
  resources: [{ type: 'Observation', codes: [HBA1C], all: true }],
  predicates: [
    {
      id: 'measured',
      expression: "Bundle.entry.resource.ofType(Observation).value.where(unit = '%').exists()",
    },
  ],
  issuers: [issuer],
  purpose: 'DUO:0000042',
  consumer: 'did:example:consumer',
}
const criteria = Criteria.parse(base)

let made: Made
let chosen: number[]

before(() => {
  const { resources } = Generator.patient({ seed: 3, asOf, condition: 'diabetes', resources: 120 })
  const rekey = (type: string, id: string): string =>
    toHex(sha256(new TextEncoder().encode(`${type}/${id}`))).slice(2, 34)
  made = makeRecord(SafeHarbor.deidentify(resources, { rekey, asOf }).resources)
  chosen = select(made.resources, criteria.resources).indexes
})

/** What a holder would present and deliver for these resources. */
function present(
  indexes: readonly number[],
  change: Record<string, unknown> = {},
): VerifiedPresentation {
  const group = textsOf(made.subject['group']).filter((text) =>
    text.startsWith('Observation|http://loinc.org|4548-4|'),
  )
  const resourceDigest = indexes.map((index) =>
    digestText(digest(made.salted[index] as SaltedResource)),
  )
  const { subjectHandle, holder, claimProfile, form, hba1c } = made.subject
  const subject = {
    subjectHandle,
    holder,
    claimProfile,
    form,
    hba1c,
    group,
    resourceDigest,
    ...change,
  }
  return { issuer, type: ['VerifiableCredential', 'HealthRecordCredential'], subject }
}

function judged(
  options: {
    indexes?: number[]
    resources?: PayloadResource[]
    presentation?: VerifiedPresentation
    criteria?: object
    isHolderBound?: boolean
  } = {},
) {
  const indexes = options.indexes ?? chosen
  return judge({
    payload: {
      resources: options.resources ?? indexes.map((index) => made.salted[index] as SaltedResource),
    },
    criteria: options.criteria ? Criteria.parse({ ...base, ...options.criteria }) : criteria,
    presentation: options.presentation ?? present(indexes),
    isHolderBound: options.isHolderBound ?? true,
    asOf,
  })
}

describe('judge', () => {
  it('a record that is what the deal asks for has a score, the same each time', () => {
    const first = judged()
    assert.ok(first.score >= 1 && first.score <= 100)
    assert.deepEqual(judged().quality, first.quality)
  })

  it('refuses a bad value left out, since the credential counts all of a code', () => {
    const observations = chosen.filter((index) => made.resources[index]?.type === 'Observation')
    assert.ok(observations.length > 1)
    const without = chosen.filter((index) => index !== observations[0])
    assert.throws(() => judged({ indexes: without }), { code: 'Record.Incomplete' })
    assert.throws(() => judged({ presentation: present(chosen, { group: [] }) }), {
      code: 'Record.Incomplete',
    })
  })

  it('all of a type needs its root; all of several codes needs every group of the type', () => {
    const rulesOf = (codes?: object[]) => ({
      resources: [{ type: 'Observation', ...(codes ? { codes } : {}), all: true }],
    })
    const patient = made.resources.findIndex((resource) => resource.type === 'Patient')
    const observations = made.resources.flatMap((resource, index) =>
      resource.type === 'Observation' ? [index] : [],
    )
    const all = [...observations, patient].sort((x, y) => x - y)
    const typeRoot = made.subject['typeRoot']
    const shown = (indexes: number[], change: object) => ({
      indexes,
      presentation: present(indexes, { ...change }),
    })
    judged({ ...shown(all, { typeRoot }), criteria: rulesOf() })
    assert.throws(() => judged({ ...shown(all, {}), criteria: rulesOf() }), {
      code: 'Record.Incomplete',
    })
    const less = all.filter((index) => index !== observations[0])
    assert.throws(() => judged({ ...shown(less, { typeRoot }), criteria: rulesOf() }), {
      code: 'Record.Incomplete',
    })

    const several = rulesOf([HBA1C, { system: 'http://loinc.org', code: '0000-0' }])
    const group = textsOf(made.subject['group'])
    judged({ ...shown(chosen, { typeRoot, group }), criteria: several })
    assert.throws(() => judged({ ...shown(chosen, { typeRoot }), criteria: several }), {
      code: 'Record.Incomplete',
    })
    assert.throws(() => judged({ ...shown(chosen, { group }), criteria: several }), {
      code: 'Record.Incomplete',
    })
  })

  it('refuses a resource that was changed, that is not signed, or that stands twice', () => {
    const own = chosen.map((index) => made.salted[index] as SaltedResource)
    const position = own.findIndex(({ text }) => text.includes('"valueQuantity"'))
    const target = own[position] as SaltedResource
    const changed = own.with(position, {
      ...target,
      text: target.text.replace(
        /("value":)(\d)/,
        (_, key, digit) => `${key}${digit === '9' ? 8 : Number(digit) + 1}`,
      ),
    })
    assert.throws(() => judged({ resources: changed }), { code: 'Record.DigestMismatch' })
    assert.throws(() => judged({ resources: [...own, target] }), { code: 'Record.DigestMismatch' })
    const foreign = makeRecord([made.resources[chosen[0] as number] as Resource])
    assert.throws(() => judged({ resources: [...own, ...foreign.salted] }), {
      code: 'Record.DigestMismatch',
    })
  })

  it('refuses digests shown of resources that are not delivered', () => {
    const extra = made.resources.findIndex((_, index) => !chosen.includes(index))
    assert.throws(() => judged({ presentation: present([...chosen, extra]) }), {
      code: 'Record.DisclosesMore',
    })
  })

  it('refuses resources that the deal does not ask for', () => {
    const extra = made.resources.findIndex(
      (resource, index) => !chosen.includes(index) && resource.type === 'Condition',
    )
    assert.throws(() => judged({ indexes: [...chosen, extra] }), { code: 'Record.MoreThanAsked' })
  })

  it('refuses another issuer, form, claims or holder', () => {
    assert.throws(() => judged({ criteria: { issuers: ['did:example:other'] } }), {
      code: 'Record.IssuerNotTrusted',
    })
    assert.throws(() => judged({ criteria: { form: 'identified' } }), { code: 'Record.WrongForm' })
    assert.throws(() => judged({ presentation: present(chosen, { hba1c: undefined }) }), {
      code: 'Record.ClaimsUnmatched',
    })
    assert.throws(() => judged({ isHolderBound: false }), { code: 'Record.ClaimsUnmatched' })
  })

  it('refuses a rule without a match, a predicate that fails, named', () => {
    const rules = [...criteria.resources, { type: 'Device' }]
    assert.throws(() => judged({ criteria: { resources: rules } }), {
      code: 'Record.RuleUnmatched',
    })
    const predicates = [
      { id: 'never', expression: 'Bundle.entry.resource.ofType(Device).exists()' },
    ]
    assert.throws(() => judged({ criteria: { predicates } }), {
      code: 'Record.PredicateFailed',
      message: /"never"/,
    })
    const forbidden = [
      {
        id: 'net',
        expression: 'Bundle.entry.resource.ofType(Observation).subject.resolve().exists()',
      },
    ]
    assert.throws(
      () => judged({ criteria: { predicates: forbidden } }),
      (error: Error & { code: string }) => error.code.startsWith('Predicate.'),
    )
  })

  it('refuses a record that is not in Safe Harbor form or not valid FHIR, by path and never by value', () => {
    const patient = made.resources.findIndex((resource) => resource.type === 'Patient')
    const withName = CanonicalJson.parse(made.salted[patient]?.text ?? '{}') as Record<
      string,
      CanonicalJson.Value
    >
    withName['name'] = [{ family: 'Zzyzxmarker' }]
    const dirty = makeRecord([
      { ...(made.resources[patient] as Resource), value: withName },
      ...made.resources.filter((_, index) => chosen.includes(index) && index !== patient),
    ])
    made = dirty
    chosen = dirty.resources.map((_, index) => index)
    assert.throws(
      () => judged(),
      (error: Error & { code: string }) => {
        assert.equal(error.code, 'Record.NotDeidentified')
        assert.match(error.message, /name/)
        assert.ok(!error.message.includes('Zzyzxmarker'))
        return true
      },
    )
  })
})

describe('the work of judging', () => {
  it('is bounded for the record: fifty lawful predicates take no longer than one may', () => {
    // Each handles a few hundred thousand items, which the bound lets pass.
    const pairs = `Bundle.entry.select(%resource.entry.where(true)).count() > 0`
    const predicates = (count: number) =>
      Array.from({ length: count }, (_, i) => ({
        id: `p${i}`,
        expression: `${pairs} and ${i} = ${i}`,
      }))
    const many = Array.from({ length: 100 }, (_, i) => ({
      text: CanonicalJson.stringify({
        resourceType: 'Observation',
        id: `0000000000000000${String(i).padStart(8, '0')}`,
        status: 'final',
        code: { coding: [HBA1C] },
      }),
      salt: 'AAAAAAAAAAAAAAAAAAAAAA',
    }))
    const judged = (count: number) => {
      const asked = Criteria.parse({ ...base, predicates: predicates(count) })
      const opened = {
        salted: many,
        resources: many.map(toResource),
        criteria: asked,
        presentation: { issuer, type: [], subject: {} },
        isHolderBound: true,
        asOf,
      }
      for (const check of checksOf(asked))
        if (check.name.startsWith('predicate')) check.assert(opened)
    }
    judged(2)
    assert.throws(() => judged(50), { code: 'Predicate.TooMuchWork' })
  })
})

describe('presentations and tags', () => {
  const a: VerifiedPresentation = {
    issuer,
    type: [],
    subject: { subjectHandle: '0x1', holder: 'h', hba1c: 75, resourceDigest: ['b', 'a'] },
  }

  it('presentation (b) is a part of presentation (a)', () => {
    const b = { issuer, type: [], subject: { hba1c: 75, resourceDigest: ['a', 'b'] } }
    assert.doesNotThrow(() => assertAgree(a, b, { resources: [] }))
  })

  it('refuses another issuer, another value, other digests, or what the consumer must not see', () => {
    const wrong = [
      { issuer: 'did:example:other', subject: { hba1c: 75 } },
      { issuer, subject: { hba1c: 76 } },
      { issuer, subject: { resourceDigest: ['a'] } },
      { issuer, subject: { subjectHandle: '0x1' } },
      { issuer, subject: { holder: 'h' } },
      { issuer, subject: { sex: 'female' } },
    ]
    for (const b of wrong) {
      assert.throws(
        () => assertAgree(a, { ...b, type: [] }, { resources: [] }),
        { code: 'Record.PresentationsDisagree' },
        JSON.stringify(b),
      )
    }
  })

  it('refuses a presentation (b) that hides the counts of what the deal asks for whole', () => {
    const root = `0x${'1'.repeat(64)}`
    const group = `Observation|http://loinc.org|4548-4|3|${root}|2020|2024`
    const other = `Observation|http://loinc.org|2339-0|3|${root}|2020|2024`
    const typeRoot = `Condition|3|${root}|1`
    const subject = { subjectHandle: '0x1', holder: 'h', group: [group, other], typeRoot }
    const resources = [
      { type: 'Observation', all: true, codes: [{ system: 'http://loinc.org', code: '4548-4' }] },
      { type: 'Condition', all: true },
    ] as const
    const agree = (shown: Record<string, string | string[]>) => () =>
      assertAgree(
        { issuer, type: [], subject },
        { issuer, type: [], subject: shown },
        { resources: structuredClone(resources) as never },
      )
    assert.doesNotThrow(agree({ group, typeRoot }))
    const disagree = { code: 'Record.PresentationsDisagree' }
    for (const shown of [{}, { group }, { typeRoot }, { group: other, typeRoot }]) {
      assert.throws(agree(shown as Record<string, string>), disagree, JSON.stringify(shown))
    }
  })

  it('gives no tag without the subject handle', () => {
    const options = { tagKey: new Uint8Array(32), issuer, texts: [] }
    assert.match(tagsOf({ ...options, subject: a.subject }).personTag, /^0x[0-9a-f]{64}$/)
    assert.throws(() => tagsOf({ ...options, subject: {} }), { code: 'Record.NoSubjectHandle' })
  })
})
