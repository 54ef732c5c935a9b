import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import * as Bbs from '@ambrosia/credentials/Bbs'
import * as Contexts from '@ambrosia/credentials/Contexts'
import * as DidKey from '@ambrosia/credentials/DidKey'
import * as Keys from '@ambrosia/credentials/Keys'
import * as Bundle from '@ambrosia/health/Bundle'
import * as ClaimProfile from '@ambrosia/health/ClaimProfile'
import * as Generator from '@ambrosia/health/Generator'
import { fromUint, fromUtf8, toHex } from '@ambrosia/primitives/Bytes'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import { sha256 } from '@ambrosia/primitives/Hash'
import * as Criteria from '../Criteria.ts'
import { issueRecord } from '../issue/issueRecord.ts'
import { payloadResources } from '../offer/payloadResources.ts'
import { selectRecord, shownSubject } from '../offer/selectRecord.ts'
import { checkSample } from './checkSample.ts'
import { judge } from './judge.ts'

const asOf = new Date('2026-06-01T00:00:00Z')
const HBA1C = { system: 'http://loinc.org', code: '4548-4' }
const loader = Contexts.createLoader({
  claimNames: ClaimProfile.claimNames(ClaimProfile.AMBROSIA_CORE_2),
})

function createBytes(): (sizeBytes: number) => Uint8Array {
  let count = 0
  return (sizeBytes) => {
    const parts = Array.from({ length: Math.ceil(sizeBytes / 32) }, () =>
      sha256(fromUint(count++, 8)),
    )
    return Uint8Array.from(parts.flatMap((part) => [...part])).subarray(0, sizeBytes)
  }
}

let did: string
let key: Parameters<typeof issueRecord>[0]['key']

before(async () => {
  await Bbs.ready()
  const bbs = Bbs.keyPair('BLS12-381-SHA-256', createBytes()(32))
  did = DidKey.fromPublicKey({ type: 'BLS12-381-G2', bytes: bbs.publicKey })
  key = { id: DidKey.toVerificationMethodId(did), ...bbs }
})

function criteriaOf(change: Record<string, unknown> = {}): Criteria.Criteria {
  return Criteria.parse({
    version: 1,
    title: 'HbA1c',
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
    predicates: [],
    issuers: [did],
    purpose: 'DUO:0000007',
    consumer: 'did:example:consumer',
    ...change,
  })
}

/**
 * What becomes of a Bundle that is issued, signed, offered and opened: its score, or the code that
 * refuses it.
 */
async function sell(bundle: Uint8Array, criteria: Criteria.Criteria): Promise<number | string> {
  const { record } = await issueRecord({
    bundle,
    form: criteria.form,
    issuer: did,
    key,
    holder: Keys.createHolderKey(createBytes()).did,
    subjectHandle: toHex(createBytes()(32)),
    credentialStatus: {
      type: 'BitstringStatusListEntry',
      statusPurpose: 'revocation',
      statusListIndex: '1',
      statusListCredential: 'https://issuer.example/status/1',
    },
    validForSec: 86_400,
    now: asOf,
    randomBytes: createBytes(),
    loader,
  })
  try {
    const { indexes, pointers } = selectRecord(record, criteria)
    const subject = record.credential['credentialSubject'] as Record<string, unknown>
    return judge({
      payload: { resources: payloadResources(record, indexes) },
      criteria,
      presentation: {
        issuer: did,
        type: record.credential['type'] as string[],
        subject: shownSubject(subject, [...pointers.shared, ...pointers.oracleOnly]),
      },
      isHolderBound: true,
      asOf,
    }).score
  } catch (error) {
    if (error instanceof AmbrosiaError) return error.code
    throw error
  }
}

async function check(bundle: Uint8Array, criteria: Criteria.Criteria) {
  const files = [{ name: 'one.json', read: async () => bundle }]
  const { files: verdicts, steps } = await checkSample({ criteria, files, asOf })
  return { verdict: verdicts[0] as (typeof verdicts)[number], steps }
}

function bundleOf(condition: 'diabetes' | undefined, seed = 3): Uint8Array {
  const { resources } = Generator.patient({
    seed,
    asOf,
    resources: 120,
    ageYears: condition === undefined ? 12 : 60,
    ...(condition === undefined ? {} : { condition }),
  })
  return Bundle.write(resources)
}

describe('checkSample', () => {
  it('a predicate sees the Bundle that is delivered, before the deal as at the oracle', async () => {
    // Names of entries, which the sample file, the sealed record and the delivered Bundle could
    // each have otherwise.
    const seen = {
      named: 'Bundle.entry.fullUrl.exists()',
      all: "Bundle.entry.all(fullUrl.startsWith('urn:uuid:'))",
      own: "Bundle.entry.all(fullUrl = 'urn:uuid:' + resource.id)",
      count: 'Bundle.entry.count() = Bundle.entry.resource.count()',
      collection: "Bundle.type = 'collection'",
    }
    const hidden = {
      nameless: 'Bundle.entry.fullUrl.empty()',
      identified: 'Bundle.entry.resource.ofType(Patient).name.exists()',
    }
    const bundle = bundleOf('diabetes')
    for (const [id, expression] of Object.entries({ ...seen, ...hidden })) {
      const criteria = criteriaOf({ predicates: [{ id, expression }] })
      const sold = await sell(bundle, criteria)
      const { verdict } = await check(bundle, criteria)
      assert.equal(typeof sold === 'number', id in seen, `${id} at the oracle: ${sold}`)
      assert.deepEqual(verdict.failed, id in seen ? [] : [`predicate ${id}`], id)
      assert.equal(verdict.score, id in seen ? sold : undefined, id)
    }
  })

  it('what it says of a record is what comes of it', async () => {
    const rules = {
      one: [{ type: 'Observation', codes: [HBA1C], all: true }],
      several: [
        { type: 'Observation', codes: [HBA1C, { system: 'http://loinc.org', code: '2339-0' }] },
        { type: 'Condition' },
      ],
      whole: [{ type: 'Observation', all: true }],
      recent: [{ type: 'Observation', codes: [HBA1C], since: '2026-05-31' }],
      absent: [{ type: 'Device' }],
    }
    const codes: Record<string, string> = {
      'Offer.NothingSelected': 'rule',
      'Offer.ClaimsUnmatched': 'claims',
      'Record.RuleUnmatched': 'rule',
    }
    let sales = 0
    for (const form of ['safe-harbor', 'identified']) {
      for (const condition of ['diabetes', undefined] as const) {
        for (const [name, resources] of Object.entries(rules)) {
          const criteria = criteriaOf({ form, resources })
          const bundle = bundleOf(condition)
          const sold = await sell(bundle, criteria)
          const { verdict } = await check(bundle, criteria)
          const at = `${form}, ${condition}, ${name}: ${sold}, ${verdict.failed}`
          if (typeof sold === 'number') {
            sales++
            assert.deepEqual([verdict.failed, verdict.score], [[], sold], at)
          } else {
            const step = codes[sold]
            assert.ok(step !== undefined && verdict.failed.some((one) => one.startsWith(step)), at)
          }
        }
      }
    }
    assert.ok(sales >= 6, `${sales} sales`)
  })

  it('a record of many resources is judged by its type roots', async () => {
    const { resources } = Generator.patient({
      seed: 5,
      asOf,
      condition: 'diabetes',
      resources: 400,
    })
    const bundle = Bundle.write(resources)
    const criteria = criteriaOf({ resources: [{ type: 'Observation', codes: [HBA1C], all: true }] })
    const { verdict } = await check(bundle, criteria)
    assert.ok((verdict.resources ?? 0) > 200)
    assert.deepEqual([verdict.failed, verdict.score], [[], await sell(bundle, criteria)])
  })

  it('every step tells what it removes and what fails it alone', async () => {
    const criteria = criteriaOf({
      predicates: [{ id: 'never', expression: 'Bundle.entry.resource.ofType(Device).exists()' }],
    })
    const bundles = [
      bundleOf('diabetes'),
      bundleOf(undefined),
      fromUtf8('{"resourceType":"Zyxwvut"}'),
    ]
    const files = bundles.map((bundle, i) => ({ name: `${i}`, read: async () => bundle }))
    const seen: number[] = []
    const { files: verdicts, steps } = await checkSample({
      criteria,
      files,
      asOf,
      onFile: (done) => seen.push(done),
    })
    assert.deepEqual(seen, [1, 2, 3])
    assert.deepEqual(verdicts[0]?.failed, ['predicate never'])
    assert.deepEqual(verdicts[2]?.failed, ['readable'])
    assert.match(verdicts[2]?.unreadable ?? '', /^Bundle\.NotFhir: /)
    assert.ok(!JSON.stringify(verdicts).includes('Zyxwvut'))
    const byName = new Map(steps.map((step) => [step.name, step]))
    assert.equal(byName.get('readable')?.removes, 1)
    assert.equal(byName.get('rule 1 (Observation 4548-4)')?.removes, 1)
    assert.equal(byName.get('predicate never')?.removes, 1)
    assert.equal(byName.get('predicate never')?.alone, 2)
    assert.equal(
      steps.reduce((sum, { removes }) => sum + removes, 0),
      3,
    )
  })

  it('an expression that no oracle would evaluate ends the check before any file is read', async () => {
    const criteria = criteriaOf({
      predicates: [{ id: 'net', expression: 'Bundle.entry.resource.subject.resolve().exists()' }],
    })
    const files = [{ name: 'one', read: async () => assert.fail('a file was read') }]
    await assert.rejects(checkSample({ criteria, files, asOf }), {
      code: 'Predicate.FunctionNotAllowed',
    })
  })
})
