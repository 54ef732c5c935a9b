import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import * as Bbs from '@ambrosia/credentials/Bbs'
import * as Contexts from '@ambrosia/credentials/Contexts'
import * as Credential from '@ambrosia/credentials/Credential'
import * as DidKey from '@ambrosia/credentials/DidKey'
import { createResolver } from '@ambrosia/credentials/Resolver'
import * as Bundle from '@ambrosia/health/Bundle'
import * as ClaimProfile from '@ambrosia/health/ClaimProfile'
import * as Generator from '@ambrosia/health/Generator'
import * as SafeHarbor from '@ambrosia/health/SafeHarbor'
import { concat, fromUint, fromUtf8 } from '@ambrosia/primitives/Bytes'
import { sha256 } from '@ambrosia/primitives/Hash'
import { digest, digestText, parse, toResource } from '../IssuedRecord.ts'
import { textsOf } from '../RecordCredential.ts'
import { issueRecord } from './issueRecord.ts'

const now = new Date('2026-06-01T00:00:00Z')
const loader = Contexts.createLoader({
  claimNames: ClaimProfile.claimNames(ClaimProfile.AMBROSIA_CORE_2),
})
const resolver = createResolver({ readDidAmbrosia: async () => undefined })

/** Bytes that are the same in every run, others from another first one. */
function createBytes(first = 0): (sizeBytes: number) => Uint8Array {
  let count = first
  return (sizeBytes) => {
    const parts: Uint8Array[] = []
    for (let size = 0; size < sizeBytes; size += 32) parts.push(sha256(fromUint(count++, 8)))
    return concat(...parts).subarray(0, sizeBytes)
  }
}

let did: string
let key: Credential.BbsIssuerKey
let bundle: Uint8Array

before(async () => {
  await Bbs.ready()
  const bbs = Bbs.keyPair('BLS12-381-SHA-256', createBytes()(32))
  did = DidKey.fromPublicKey({ type: 'BLS12-381-G2', bytes: bbs.publicKey })
  key = { id: DidKey.toVerificationMethodId(did), ...bbs }
  const { resources } = Generator.patient({
    seed: 3,
    asOf: now,
    condition: 'diabetes',
    resources: 60,
  })
  bundle = Bundle.write(resources)
})

const issue = (change: Partial<Parameters<typeof issueRecord>[0]> = {}) =>
  issueRecord({
    bundle,
    form: 'safe-harbor',
    issuer: did,
    key,
    holder: 'did:key:z6MkHolder',
    subjectHandle: 'handle',
    credentialStatus: {
      type: 'BitstringStatusListEntry',
      statusPurpose: 'revocation',
      statusListIndex: '1',
      statusListCredential: 'https://issuer.example/status/1',
    },
    validForSec: 86_400,
    now,
    randomBytes: createBytes(),
    loader,
    ...change,
  })

/** A Bundle of one Patient, with changes. */
const patientBundle = (patient: object): string =>
  JSON.stringify({
    resourceType: 'Bundle',
    type: 'collection',
    entry: [{ resource: { resourceType: 'Patient', id: 'p', ...patient } }],
  })

describe('issueRecord', () => {
  it('signs a credential that names every resource it hands over, and none else', async () => {
    const { record, digestCount, claimCount } = await issue()
    assert.deepEqual(parse(JSON.parse(JSON.stringify(record))), record)
    const subject = record.credential['credentialSubject'] as Record<string, unknown>
    const digests = textsOf(subject['resourceDigest'])
    for (const resource of record.resources) {
      assert.ok(digests.includes(digestText(digest(resource))))
    }
    assert.equal(digestCount, record.resources.length)
    assert.ok(claimCount >= 10)
    assert.equal(record.credential['issuer'], did)
    assert.equal(record.credential['validUntil'], '2026-06-02T00:00:00Z')
    const derived = await Credential.deriveBbs({
      signed: record.credential,
      selectivePointers: ['/credentialSubject/subjectHandle'],
      presentationHeader: new Uint8Array(32),
      loader,
    })
    const verified = await Credential.verifyBbs({
      derived,
      resolver,
      loader,
      expectedPresentationHeader: new Uint8Array(32),
      nowMs: now.getTime() + 1000,
    })
    assert.equal(verified.issuer, did)
    assert.equal(verified.subject['subjectHandle'], 'handle')
  })

  it('hands over the Safe Harbor form, under ids made for this issuance and in their order', async () => {
    const { record, report } = await issue()
    const resources = record.resources.map(toResource)
    assert.deepEqual(SafeHarbor.check(resources, { asOf: now }), [])
    assert.ok((report?.removed ?? 0) > 0)
    const ids = resources.map(({ id }) => id)
    assert.deepEqual(ids, ids.toSorted())
    const original = new Set(Bundle.read(bundle).resources.map(({ id }) => id))
    for (const id of ids) {
      assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
      assert.ok(!original.has(id))
    }
    const again = await issue({ randomBytes: createBytes(10_000) })
    const known = new Set(ids)
    assert.ok(again.record.resources.map(toResource).every(({ id }) => !known.has(id)))
  })

  it('hands over the identified form as it came, without a report', async () => {
    const { record, report } = await issue({ form: 'identified' })
    assert.equal(report, undefined)
    const ids = record.resources.map((resource, index) => toResource(resource, index).id)
    assert.deepEqual(
      ids,
      Bundle.read(bundle).resources.map(({ id }) => id),
    )
    assert.equal(record.form, 'identified')
  })

  it('salts every resource anew, so that equal resources of two records have two digests', async () => {
    const [one, other] = [await issue(), await issue({ randomBytes: createBytes(10_000) })]
    const salts = one.record.resources.map(({ salt }) => salt)
    assert.equal(new Set(salts).size, salts.length)
    assert.ok(other.record.resources.every(({ salt }) => !salts.includes(salt)))
  })

  it('refuses a record that is not valid FHIR, by path and rule and never by value', async () => {
    const marked = 'Zzyzxmarker'
    await assert.rejects(
      issue({ bundle: patientBundle({ gender: marked, birthDate: marked }) }),
      (error: Error & { code: string }) => {
        assert.equal(error.code, 'Issuer.InvalidRecord')
        assert.match(error.message, /Patient\.(gender|birthDate)/)
        assert.ok(!error.message.includes(marked))
        return true
      },
    )
  })

  it('signs nothing for a Patient without a Safe Harbor form', async () => {
    const modifier = { url: 'https://example.org/not-really', valueBoolean: true }
    await assert.rejects(issue({ bundle: patientBundle({ modifierExtension: [modifier] }) }), {
      code: 'Issuer.NoPatient',
    })
  })

  it('refuses what is not a Bundle of one person', async () => {
    for (const [wrong, code] of [
      ['', 'Bundle.NotFhir'],
      ['{"resourceType":"Zzyzx"}', 'Bundle.NotFhir'],
      ['{"resourceType":"Bundle","type":"collection","entry":[]}', 'Bundle.PatientCount'],
      [fromUtf8('{"resourceType":"Bundle","type":"message","entry":[]}'), 'Bundle.TypeRefused'],
    ] as const) {
      await assert.rejects(issue({ bundle: wrong }), { code }, String(wrong))
    }
  })
})
