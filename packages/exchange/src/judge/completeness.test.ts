import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { groupsOf } from '@ambrosia/health/Groups'
import { type Code, hasCode, type Resource } from '@ambrosia/health/Resource'
import { select } from '@ambrosia/health/Selection'
import { classOf, isOpen } from '@ambrosia/health/Sensitivity'
import { toHex } from '@ambrosia/primitives/Bytes'
import { parse } from '@ambrosia/primitives/CanonicalJson'
import { sha256 } from '@ambrosia/primitives/Hash'
import fc from 'fast-check'
import * as Criteria from '../Criteria.ts'
import { type IssuedRecord, type SaltedResource, salted } from '../IssuedRecord.ts'
import { selectRecord } from '../offer/selectRecord.ts'
import type { Payload } from '../Payload.ts'
import { build, parseGroup } from '../RecordCredential.ts'
import { judge } from './judge.ts'

/**
 * "All of a code" means all: whatever codes a resource has besides, and however they are written.
 */

const asOf = new Date('2026-06-01T00:00:00Z')
const issuer = 'did:example:hospital'
const LOINC = 'http://loinc.org'
const POOL: readonly Code[] = [
  { system: LOINC, code: '4548-4' },
  { system: LOINC, code: '2345-7' },
  { system: 'urn:oid:2.16.840.1.113883.6.1', code: '4548-4' },
  { system: 'http://snomed.info/sct', code: '43396009' },
  { system: 'http://lab.example/codes', code: 'A1C|IFCC' },
  { system: 'http://lab.example/100%7C', code: 'a%b' },
]
const LABELS = ['HIV', 'MH']

type Spec = { codes: number[]; components: number[][]; labels: number[]; type: number }
const spec: fc.Arbitrary<Spec> = fc.record({
  codes: fc.uniqueArray(fc.nat(POOL.length - 1), { maxLength: 3 }),
  components: fc.array(fc.uniqueArray(fc.nat(POOL.length - 1), { maxLength: 2 }), { maxLength: 2 }),
  labels: fc.oneof(fc.constant<number[]>([]), fc.uniqueArray(fc.nat(1), { maxLength: 2 })),
  type: fc.nat(3),
})

const concept = (codes: readonly number[]): object =>
  codes.length === 0 ? { text: 'x' } : { coding: codes.map((at) => POOL[at]) }

function resourceOf({ codes, components, labels, type }: Spec, index: number): Resource {
  const id = `${index}`.padStart(8, '0').concat('-0000-4000-8000-000000000000')
  const resourceType = type === 0 ? 'Condition' : 'Observation'
  const system = 'http://terminology.hl7.org/CodeSystem/v3-ActCode'
  const value = {
    resourceType,
    id,
    ...(labels.length === 0
      ? {}
      : { meta: { security: labels.map((at) => ({ system, code: LABELS[at] })) } }),
    code: concept(codes),
    ...(resourceType === 'Condition'
      ? { subject: { display: 'x' } }
      : {
          status: 'final',
          ...(components.length === 0
            ? {}
            : { component: components.map((of) => ({ code: concept(of), valueInteger: 1 })) }),
        }),
  }
  return { type: resourceType, id, fullUrl: `urn:uuid:${id}`, value: parse(JSON.stringify(value)) }
}

let next = 0
const bytes = (size: number): Uint8Array =>
  sha256(new TextEncoder().encode(String(next++))).slice(0, size)

function issue(resources: readonly Resource[]): IssuedRecord {
  const saltedResources = salted(resources, bytes)
  const credential = build({
    issuer,
    holder: 'did:key:z6Mk',
    subjectHandle: toHex(bytes(32)),
    claimProfile: '0x02',
    form: 'identified',
    claims: { resourceCount: resources.length },
    resources,
    salted: saltedResources,
    validFrom: new Date(0),
    validUntil: new Date(1000),
    credentialStatus: {},
    randomBytes: bytes,
  })
  return { version: 1, form: 'identified', credential, resources: saltedResources }
}

function criteriaOf(rule: object): Criteria.Criteria {
  return Criteria.parse({
    version: 1,
    title: 'All of it',
    form: 'identified',
    dcql: {
      credentials: [
        {
          id: 'record',
          format: 'ldp_vc',
          meta: { type_values: [['HealthRecordCredential']] },
          claims: [{ path: ['credentialSubject', 'resourceCount'] }],
        },
      ],
    },
    resources: [{ type: 'Observation', all: true, ...rule }],
    predicates: [],
    issuers: [issuer],
    purpose: 'DUO:0000042',
    consumer: 'did:example:consumer',
  })
}

/**
 * Judges what a holder delivers, showing of the credential what the pointers name, and nothing of
 * what is left out.
 */
function judged(
  record: IssuedRecord,
  criteria: Criteria.Criteria,
  leaveOut: readonly number[] = [],
  hideGroup: (text: string) => boolean = () => false,
): void {
  const { indexes, pointers } = selectRecord(record, criteria)
  const delivered = indexes.filter((index) => !leaveOut.includes(index))
  const whole = record.credential['credentialSubject'] as Record<string, unknown>
  const subject: Record<string, unknown> = {
    claimProfile: whole['claimProfile'],
    form: whole['form'],
    group: [],
    typeRoot: [],
    resourceDigest: [],
  }
  for (const pointer of [...pointers.shared, ...pointers.oracleOnly]) {
    const [, , name = '', at] = pointer.split('/')
    if (at === undefined) {
      if (name !== '') subject[name] = whole[name]
      continue
    }
    if (name === 'resourceDigest' && leaveOut.includes(Number(at))) continue
    const text = (whole[name] as string[])[Number(at)] as string
    if (name === 'group' && hideGroup(text)) continue
    ;(subject[name] as string[]).push(text)
  }
  const resources = delivered.map((index) => record.resources[index] as SaltedResource)
  judge({
    payload: { resources } as unknown as Payload,
    criteria,
    presentation: { issuer, type: ['VerifiableCredential', 'HealthRecordCredential'], subject },
    isHolderBound: true,
    asOf,
  })
}

const asked = fc.record({
  codes: fc.option(fc.uniqueArray(fc.nat(POOL.length - 1), { minLength: 1, maxLength: 3 }), {
    nil: undefined,
  }),
  sensitive: fc.option(fc.uniqueArray(fc.nat(1), { minLength: 1, maxLength: 2 }), {
    nil: undefined,
  }),
})

function ruleOf({
  codes,
  sensitive,
}: {
  codes: number[] | undefined
  sensitive: number[] | undefined
}) {
  return {
    ...(codes === undefined ? {} : { codes: codes.map((at) => POOL[at] as Code) }),
    ...(sensitive === undefined ? {} : { sensitive: sensitive.map((at) => LABELS[at] as string) }),
  }
}

describe('has this code', () => {
  it('property: means one thing to groups, selection and criteria', () => {
    fc.assert(
      fc.property(fc.array(spec, { maxLength: 8 }), fc.nat(POOL.length - 1), (specs, at) => {
        const resources = specs.map(resourceOf)
        const code = POOL[at] as Code
        const expected = resources.flatMap((resource, index) =>
          resource.type === 'Observation' && hasCode(resource, code) && isOpen(resource, undefined)
            ? [index]
            : [],
        )
        const { indexes } = select(resources, [{ type: 'Observation', codes: [code] }])
        assert.deepEqual(indexes, expected)
        const url = code.system.startsWith('urn:oid:') ? LOINC : code.system
        const group = groupsOf(resources).find(
          (one) => one.class === 'Observation' && one.system === url && one.code === code.code,
        )
        assert.deepEqual(
          [...(group?.indexes ?? [])].sort((a, b) => a - b),
          expected,
        )
      }),
      { numRuns: 300, seed: 16 },
    )
  })
})

describe('all of it', () => {
  it('property: what the holder selects is accepted, and nothing of it can be left out', () => {
    let complete = 0
    let refused = 0
    fc.assert(
      fc.property(fc.array(spec, { minLength: 1, maxLength: 7 }), asked, (specs, rule) => {
        const resources = specs.map(resourceOf)
        const criteria = criteriaOf(ruleOf(rule))
        const record = issue(resources)
        const { indexes } = select(resources, criteria.resources)
        if (indexes.length === 0) return
        // That there is nothing without a label can't be shown, so such a record is not offered.
        if (!resources.some((one) => classOf(one) === 'Observation')) return
        judged(record, criteria)
        complete++
        const classes = indexes.map((index) => classOf(resources[index] as Resource))
        for (const [position, index] of indexes.entries()) {
          // Whether a person has anything of a label at all is theirs to tell.
          const name = classes[position] as string
          const isOnly = classes.filter((one) => one === name).length === 1
          if (name.includes('+') && isOnly) continue
          assert.throws(
            () => judged(record, criteria, [index]),
            (error: { code?: string }) => {
              const known = ['Record.Incomplete', 'Record.RuleUnmatched']
              return known.includes(error.code ?? '') || isNothingLeft(error)
            },
          )
          refused++
        }
      }),
      { numRuns: 200, seed: 16 },
    )
    assert.ok(complete > 100 && refused > 200, `${complete} ${refused}`)
  })

  it('property: hiding a whole group together with its resources is found', () => {
    let hidden = 0
    fc.assert(
      fc.property(fc.array(spec, { minLength: 2, maxLength: 7 }), (specs) => {
        const resources = specs.map(resourceOf)
        const codes = [POOL[0] as Code, POOL[1] as Code]
        const criteria = criteriaOf({ codes })
        const record = issue(resources)
        const members = codes.map((code) =>
          resources.flatMap((resource, index) =>
            classOf(resource) === 'Observation' && hasCode(resource, code) ? [index] : [],
          ),
        )
        const [first = [], second = []] = members
        const rest = second.filter((index) => !first.includes(index))
        if (first.length === 0 || rest.length === 0) return
        hidden++
        assert.throws(
          () =>
            judged(record, criteria, first, (text) => {
              const group = parseGroup(text)
              return group.class === 'Observation' && group.code === codes[0]?.code
            }),
          { code: 'Record.Incomplete' },
        )
      }),
      { numRuns: 300, seed: 17 },
    )
    assert.ok(hidden > 30, String(hidden))
  })
})

/** The last resource was left out: there is nothing to judge. */
function isNothingLeft(error: { code?: string }): boolean {
  return error.code === 'Offer.NothingSelected'
}
