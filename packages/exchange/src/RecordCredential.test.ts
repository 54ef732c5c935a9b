import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Resource } from '@ambrosia/health/Resource'
import * as CanonicalJson from '@ambrosia/primitives/CanonicalJson'
import {
  digest,
  digestText,
  type SaltedResource,
  salted,
  toBundleText,
  toResource,
  toResources,
} from './IssuedRecord.ts'
import { DIGEST_LIST_COUNT, PAYLOAD_SIZE_BYTES, RECORD_GROUP_COUNT } from './Limits.ts'
import * as Payload from './Payload.ts'
import {
  build,
  isGroupOf,
  isSignedResource,
  isWholeGroup,
  parseGroup,
  proveResources,
  textsOf,
} from './RecordCredential.ts'
import { dealTagKey, personTag, recordTag } from './Tags.ts'

/** Bytes that are fixed by a counter, so that failures repeat. */
function counter() {
  let next = 0
  return (size: number) => Uint8Array.from({ length: size }, () => next++ % 251)
}

function observation(index: number, code: string): Resource {
  const text = `{"resourceType":"Observation","id":"o${index}","status":"final","code":{"coding":[{"system":"http://loinc.org","code":"${code}"}]},"effectiveDateTime":"${2000 + (index % 20)}","valueQuantity":{"value":6.${index}0}}`
  return { type: 'Observation', id: `o${index}`, value: CanonicalJson.parse(text) }
}

function record(count: number) {
  const resources = Array.from({ length: count }, (_, index) =>
    observation(index, index % 3 === 0 ? '4548-4' : '2345-7'),
  )
  const saltedResources = salted(resources, counter())
  const credential = build({
    issuer: 'did:example:1',
    holder: 'did:key:z6Mk',
    subjectHandle: '0x01',
    claimProfile: '0x02',
    form: 'safe-harbor',
    claims: { sex: 'female' },
    resources,
    salted: saltedResources,
    validFrom: new Date(0),
    validUntil: new Date(1000),
    credentialStatus: {},
    randomBytes: counter(),
  })
  return { resources, saltedResources, subject: credential.credentialSubject }
}

describe('RecordCredential', () => {
  it('keeps groups apart by codes that hold the signs of a group', () => {
    const codes = ['a|b', 'a%7Cb', 'a', '%', '|', '1|0x|2']
    const resources = codes.map((code, index) => observation(index, code))
    const saltedResources = salted(resources, counter())
    const { credentialSubject } = build({
      issuer: 'did:example:1',
      holder: 'did:key:z6Mk',
      subjectHandle: '0x01',
      claimProfile: '0x02',
      form: 'safe-harbor',
      claims: {},
      resources,
      salted: saltedResources,
      validFrom: new Date(0),
      validUntil: new Date(1000),
      credentialStatus: {},
      randomBytes: counter(),
    })
    const groups = textsOf(credentialSubject['group']).map(parseGroup)
    for (const [index, code] of codes.entries()) {
      const [group, ...more] = groups.filter((one) =>
        isGroupOf(one, { system: 'http://loinc.org', code }),
      )
      assert.ok(group && more.length === 0, code)
      assert.ok(isWholeGroup(group, [saltedResources[index] as SaltedResource]), code)
    }
  })

  it('refuses more codes than can be signed together', () => {
    const all = Array.from({ length: RECORD_GROUP_COUNT + 1 }, (_, i) => observation(i, `c${i}`))
    const common = {
      issuer: 'did:example:1',
      holder: 'did:key:z6Mk',
      subjectHandle: '0x01',
      claimProfile: '0x02',
      form: 'safe-harbor',
      claims: {},
      validFrom: new Date(0),
      validUntil: new Date(1000),
      credentialStatus: {},
      randomBytes: counter(),
    } as const
    const of = (resources: Resource[]) =>
      build({ ...common, resources, salted: salted(resources, counter()) })
    assert.throws(() => of(all), { code: 'Record.TooManyGroups' })
    assert.ok(of(all.slice(1)).credentialSubject['group'])
  })

  it('lists a digest each, padded to a size class', () => {
    const { subject, saltedResources } = record(30)
    assert.equal(textsOf(subject['resourceDigest']).length, 50)
    assert.equal(textsOf(subject['typeRoot']).length, 1)
    for (const resource of saltedResources)
      assert.equal(isSignedResource(subject, 'Observation', resource), true)
  })

  it('200 resources have a list, 201 have roots by type with proofs', () => {
    assert.equal(
      textsOf(record(DIGEST_LIST_COUNT).subject['resourceDigest']).length,
      DIGEST_LIST_COUNT,
    )
    const { subject, saltedResources, resources } = record(DIGEST_LIST_COUNT + 1)
    assert.equal(subject['resourceDigest'], undefined)
    const types = resources.map((resource) => resource.type)
    const selected = [0, 7, 200]
    const proofs = proveResources(types, saltedResources, selected)
    selected.forEach((index, position) => {
      const proof = proofs[position] as NonNullable<(typeof proofs)[number]>
      const resource = saltedResources[index] as SaltedResource
      assert.equal(isSignedResource(subject, 'Observation', { ...resource, proof }), true)
      assert.equal(isSignedResource(subject, 'Condition', { ...resource, proof }), false)
      assert.equal(
        isSignedResource(subject, 'Observation', { ...resource, text: `${resource.text} `, proof }),
        false,
      )
      assert.equal(
        isSignedResource(subject, 'Observation', { ...resource, proof: { ...proof, index: 1 } }),
        false,
      )
      assert.equal(
        isSignedResource(subject, 'Observation', { ...resource, proof: { ...proof, path: [] } }),
        false,
      )
    })
  })

  it('a group is whole with all its members, in any order, and with no others', () => {
    const { subject, saltedResources, resources } = record(30)
    const group = textsOf(subject['group'])
      .map(parseGroup)
      .find((one) => one.code === '4548-4')
    assert.ok(group)
    const members = saltedResources.filter((_, index) => resources[index] && index % 3 === 0)
    assert.equal(group.count, members.length)
    assert.equal(isWholeGroup(group, members), true)
    assert.equal(isWholeGroup(group, members.toReversed()), true)
    assert.equal(isWholeGroup(group, members.slice(1)), false)
    assert.equal(
      isWholeGroup(group, [...members.slice(1), saltedResources[1] as SaltedResource]),
      false,
    )
  })

  it('refuses a group text without its seven parts', () => {
    for (const text of [
      '',
      'a|b',
      'Observation|s|c|x|0x00|1|2',
      `Observation|s|c|1|0x${'0'.repeat(63)}|1|2`,
    ]) {
      assert.throws(() => parseGroup(text), { code: 'Record.InvalidGroup' })
    }
  })
})

describe('IssuedRecord and Payload', () => {
  it('number tokens keep their digits from record to export', () => {
    const { saltedResources } = record(3)
    assert.match(toBundleText(saltedResources), /"value":6\.00/)
    assert.equal(
      CanonicalJson.stringify(toResource(saltedResources[0] as SaltedResource, 0).value),
      saltedResources[0]?.text,
    )
  })

  it('refuses a text that is not canonical', () => {
    const wrong = [
      '{"resourceType": "Patient"}',
      '{"resourceType":"Patient","id":"1"}',
      '[]',
      '{"a":1}',
      'null',
    ]
    for (const text of wrong) {
      assert.throws(
        () => toResource({ salt: 'AAAAAAAAAAAAAAAAAAAAAA', text }, 0),
        { code: 'Record.NotCanonical' },
        text,
      )
    }
  })

  it('a payload of zeros is refused before it fills the memory, and a record of them too', () => {
    const zeros = new TextEncoder().encode(`[${'0,'.repeat(2_000_000)}0]`)
    assert.throws(() => Payload.decode(zeros), { code: 'CanonicalJson.Invalid' })
    const whole = new Uint8Array(PAYLOAD_SIZE_BYTES + 1)
    assert.throws(() => Payload.decode(whole), { code: 'Payload.TooLarge' })
    const text = `{"id":"a","resourceType":"Basic","x":[${'0,'.repeat(400_000)}0]}`
    const record = Array.from({ length: 11 }, () => ({ salt: 'AAAAAAAAAAAAAAAAAAAAAA', text }))
    assert.equal(toResources(record.slice(0, 2)).length, 2)
    assert.throws(() => toResources(record), { code: 'CanonicalJson.Invalid' })
    const spaces = { salt: 'AAAAAAAAAAAAAAAAAAAAAA', text: ' '.repeat(4 * 1024 * 1024) }
    assert.throws(() => toResources(Array.from({ length: 17 }, () => spaces)), {
      code: 'Record.TooLarge',
    })
  })

  it('the digest depends on salt and text, the payload root on order too', () => {
    const { saltedResources } = record(3)
    const [a, b] = saltedResources as [SaltedResource, SaltedResource]
    assert.notEqual(digestText(digest(a)), digestText(digest({ ...a, salt: b.salt })))
    assert.notEqual(Payload.root([a, b]), Payload.root([b, a]))
    const payload = {
      version: 1 as const,
      dealId: `0x${'1'.repeat(64)}` as const,
      consumer: `0x${'2'.repeat(40)}` as const,
      resources: saltedResources,
      presentation: { proof: 'x' },
    }
    assert.deepEqual(Payload.decode(Payload.encode(payload)), payload)
    assert.throws(() => Payload.decode(Payload.encode({ ...payload, dealId: '0x1' })), {
      code: 'Shape.Mismatch',
    })
  })
})

describe('Tags', () => {
  const deal = {
    chainId: 1,
    dealBook: `0x${'1'.repeat(40)}`,
    dealId: `0x${'2'.repeat(64)}`,
  } as const
  const secret = new Uint8Array(32).fill(7)
  const key = dealTagKey(secret, deal)

  it('equal for equal input, whatever the order of resources', () => {
    const [a, b] = [Uint8Array.of(1), Uint8Array.of(2)]
    assert.equal(recordTag(key, [a, b]), recordTag(key, [b, a]))
    assert.notEqual(recordTag(key, [a, b]), recordTag(key, [a]))
    assert.notEqual(recordTag(key, [Uint8Array.of(1, 2)]), recordTag(key, [a, b]))
    const person = { issuer: 'did:example:1', subjectHandle: 'x' }
    assert.equal(personTag(key, person), personTag(key, { ...person }))
    assert.notEqual(personTag(key, person), personTag(key, { ...person, issuer: 'did:example:2' }))
  })

  it('another deal, chain or contract gives other tags', () => {
    const person = { issuer: 'did:example:1', subjectHandle: 'x' }
    const others = [
      { ...deal, chainId: 2 },
      { ...deal, dealBook: `0x${'3'.repeat(40)}` as const },
      { ...deal, dealId: `0x${'3'.repeat(64)}` as const },
    ]
    for (const other of others) {
      assert.notEqual(personTag(dealTagKey(secret, other), person), personTag(key, person))
    }
  })
})
