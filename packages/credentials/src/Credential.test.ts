import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { fromBase64url, toBase64url, toHex } from '@ambrosia/primitives/Bytes'
import * as Contexts from './Contexts.ts'
import * as Credential from './Credential.ts'
import type { JsonObject } from './DataModel.ts'
import * as DidAmbrosia from './DidAmbrosia.ts'
import * as HolderBinding from './HolderBinding.ts'
import {
  CLAIM_NAMES,
  createTestHolder,
  createTestIssuer,
  MANDATORY_POINTERS,
  NOW_MS,
  recordCredential,
  type TestIssuer,
  testLoader,
} from './testing/issuers.ts'

const HEADER = new Uint8Array(32).fill(9)
const SELECTED = [
  '/credentialSubject/sex',
  '/credentialSubject/hba1cLatest',
  '/credentialSubject/conditionCode',
  '/credentialSubject/resourceDigest/3',
  '/credentialSubject/resourceDigest/17',
]
const holder = createTestHolder()
let issuer: TestIssuer
let signed: JsonObject
let derived: JsonObject

before(async () => {
  issuer = await createTestIssuer()
  signed = await issue({})
  derived = await derive(signed)
})

function issue(changes: JsonObject, pointers = MANDATORY_POINTERS): Promise<JsonObject> {
  return Credential.issueBbs({
    credential: { ...recordCredential(issuer.did, holder.did), ...changes },
    key: issuer.key,
    mandatoryPointers: pointers,
    loader: testLoader,
  })
}

function derive(base: JsonObject, selectivePointers = SELECTED): Promise<JsonObject> {
  return Credential.deriveBbs({
    signed: base,
    selectivePointers,
    presentationHeader: HEADER,
    loader: testLoader,
  })
}

function verify(document: unknown, changes: object = {}): Promise<Credential.VerifiedCredential> {
  return Credential.verifyBbs({
    derived: document,
    resolver: issuer.resolver,
    loader: testLoader,
    expectedPresentationHeader: HEADER,
    nowMs: NOW_MS,
    ...changes,
  })
}

/** A copy of the derived credential with one change. */
function changed(change: (document: JsonObject, subject: JsonObject) => void): JsonObject {
  const copy = structuredClone(derived)
  change(copy, copy['credentialSubject'] as JsonObject)
  return copy
}

function withProofBytes(change: (bytes: Uint8Array) => Uint8Array): JsonObject {
  return changed((document) => {
    const proof = document['proof'] as { proofValue: string }
    proof.proofValue = `u${toBase64url(change(fromBase64url(proof.proofValue.slice(1))))}`
  })
}

describe('verifyBbs', () => {
  it('gives what was shown and nothing else', async () => {
    const verified = await verify(derived)
    assert.equal(verified.issuer, issuer.did)
    assert.equal(verified.verificationMethod, issuer.key.id)
    assert.equal(verified.validUntilMs, Date.parse('2027-01-01T00:00:00Z'))
    assert.equal(verified.statusEntry, undefined)
    assert.deepEqual(verified.subject, {
      claimProfile: `0x${'bb'.repeat(32)}`,
      form: 'safe-harbor',
      sex: 'female',
      hba1cLatest: 71,
      conditionCode: ['38341003', '44054006'],
      resourceDigest: [`sha256:${'3'.padStart(64, '0')}`, `sha256:${'11'.padStart(64, '0')}`],
    })
    assert.ok(!JSON.stringify(derived).includes('aa'.repeat(32)), 'the handle is hidden')
  })

  it('shows the status entry when asked', async () => {
    const shown = await derive(signed, ['/credentialStatus', '/credentialSubject/subjectHandle'])
    const verified = await verify(shown)
    assert.equal(verified.statusEntry?.['statusListIndex'], '94567')
    assert.equal(verified.subject['subjectHandle'], 'aa'.repeat(32))
  })

  it('makes presentations that have nothing in common but what they show', async () => {
    const other = await derive(signed)
    const proofValueOf = (document: JsonObject) =>
      (document['proof'] as { proofValue: string }).proofValue
    assert.notEqual(proofValueOf(other), proofValueOf(derived))
    assert.deepEqual((await verify(other)).subject, (await verify(derived)).subject)
  })

  it('takes presentations that were made ready once, each under its own header alone', async () => {
    const statements = await Credential.openBbs({ signed, loader: testLoader })
    const disclosure = await statements.disclose(SELECTED)
    const other = new Uint8Array(32).fill(77)
    const [first, second] = [disclosure.present(HEADER), disclosure.present(other)]
    assert.deepEqual(await verify(first), await verify(derived))
    assert.deepEqual(
      await verify(second, { expectedPresentationHeader: other }),
      await verify(derived),
    )
    await assert.rejects(verify(second), { code: 'Credential.HeaderMismatch' })
    const value = (one: JsonObject) => (one['proof'] as JsonObject)['proofValue'] as string
    assert.notEqual(value(first).slice(0, 200), value(second).slice(0, 200))
  })

  it('refuses a replayed presentation', async () => {
    for (const expectedPresentationHeader of [new Uint8Array(32), new Uint8Array(0)]) {
      await assert.rejects(verify(derived, { expectedPresentationHeader }), {
        code: 'Credential.HeaderMismatch',
      })
    }
    await assert.rejects(verify(derived, { expectedPresentationHeader: undefined }), {
      code: 'Credential.ProofInvalid',
    })
  })

  it('refuses changed and added claims', async () => {
    const forgeries = [
      changed((_, subject) => {
        subject['sex'] = 'male'
      }),
      changed((_, subject) => {
        subject['hba1cLatest'] = 70
      }),
      changed((_, subject) => {
        subject['hba1cYear'] = 2025
      }),
      changed((_, subject) => {
        subject['hba1cLatest'] = '71'
      }),
      changed((_, subject) => {
        delete subject['sex']
      }),
      changed((_, subject) => {
        subject['conditionCode'] = ['44054006']
      }),
      changed((document) => {
        document['validUntil'] = '2028-01-01T00:00:00Z'
      }),
    ]
    for (const [index, forgery] of forgeries.entries()) {
      await assert.rejects(verify(forgery), { code: 'Credential.ProofInvalid' }, `${index}`)
    }
  })

  it('gives the same from a reordered presentation, and one spelling of every claim', async () => {
    const expected = await verify(derived)
    const shuffled = changed((_, subject) => {
      ;(subject['conditionCode'] as string[]).reverse()
      ;(subject['resourceDigest'] as string[]).reverse()
      subject['sex'] = ['female']
    })
    assert.deepEqual((await verify(shuffled)).subject, expected.subject)
  })

  it('refuses shapes that say the same in RDF and something else to a reader', async () => {
    const shapes: [JsonObject, string][] = [
      [
        changed((_, s) => {
          s['conditionCode'] = ['44054006', '38341003', '38341003']
        }),
        'double',
      ],
      [
        changed((_, s) => {
          s['hba1cYear'] = null
        }),
        'null',
      ],
      [
        changed((_, s) => {
          s['birthYearBand'] = []
        }),
        'empty',
      ],
      [
        changed((_, s) => {
          s['hba1cLatest'] = 71.5
        }),
        'decimal',
      ],
      [
        changed((_, s) => {
          s['hba1cLatest'] = -0
        }),
        'minus zero',
      ],
      [
        changed((_, s) => {
          s['sex'] = { '@value': 'female' }
        }),
        'value object',
      ],
      [
        changed((_, s) => {
          s['@context'] = { sex: 'urn:x' }
        }),
        'inner context',
      ],
      [
        changed((_, s) => {
          s['@type'] = 'urn:x'
        }),
        'keyword',
      ],
      [
        changed((_, s) => {
          s['id'] = 'urn:x'
        }),
        'id',
      ],
      [
        changed((d) => {
          d['@context'] = [...(d['@context'] as string[]), { sex: 'urn:x' }]
        }),
        'context',
      ],
      [
        changed((d) => {
          d['@context'] = [...(d['@context'] as string[])].reverse()
        }),
        'order',
      ],
      [
        changed((d) => {
          d['type'] = ['VerifiableCredential']
        }),
        'type',
      ],
      [
        changed((d) => {
          d['name'] = 'x'
        }),
        'member',
      ],
      [
        changed((d) => {
          d['@included'] = []
        }),
        'included',
      ],
      [
        changed((d) => {
          d['credentialSubject'] = [d['credentialSubject']]
        }),
        'subject list',
      ],
      [
        changed((d) => {
          ;(d['proof'] as JsonObject)['previousProof'] = 'urn:x'
        }),
        'proof member',
      ],
    ]
    for (const [shape, name] of shapes) {
      await assert.rejects(
        verify(shape),
        (error: { code: string }) =>
          ['Credential.Malformed', 'Credential.MandatoryHidden', 'DataModel.Malformed'].includes(
            error.code,
          ),
        name,
      )
    }
  })

  it('refuses presentations that hide what must be shown', async () => {
    const open = await issue({}, ['/issuer'])
    const hidden = await derive(open, ['/credentialSubject/sex'])
    await assert.rejects(verify(hidden), { code: 'Credential.MandatoryHidden' })
    const noProfile = await derive(open, ['/validFrom', '/validUntil', '/credentialSubject/sex'])
    await assert.rejects(verify(noProfile), { code: 'Credential.MandatoryHidden' })
  })

  it('refuses what is expired or not yet valid, to the second', async () => {
    const end = Date.parse('2027-01-01T00:00:00Z')
    const start = Date.parse('2026-01-01T00:00:00Z')
    await verify(derived, { nowMs: end - 1 })
    await verify(derived, { nowMs: start })
    await assert.rejects(verify(derived, { nowMs: end }), { code: 'Credential.Expired' })
    await assert.rejects(verify(derived, { nowMs: start - 1 }), { code: 'Credential.NotYetValid' })
  })

  it('refuses proof values that are cut, padded, tagged or of a base proof', async () => {
    const last = (bytes: Uint8Array) => bytes.length - 1
    const bad = [
      withProofBytes((bytes) => Uint8Array.of(...bytes, 0)),
      withProofBytes((bytes) => bytes.slice(0, last(bytes))),
      withProofBytes((bytes) => bytes.with(2, 0x02)),
      withProofBytes((bytes) => Uint8Array.of(...bytes.slice(0, 4), 0xd8, 0x40, ...bytes.slice(4))),
      withProofBytes((bytes) => bytes.with(60, (bytes[60] as number) ^ 1)),
      changed((document) => {
        document['proof'] = signed['proof']
      }),
      changed((document) => {
        document['proof'] = [document['proof'], document['proof']]
      }),
      changed((document) => {
        ;(document['proof'] as JsonObject)['proofValue'] = 'a'
      }),
      changed((document) => {
        ;(document['proof'] as JsonObject)['cryptosuite'] = 'eddsa-rdfc-2022'
      }),
      changed((document) => {
        ;(document['proof'] as JsonObject)['proofPurpose'] = 'authentication'
      }),
    ]
    for (const [index, document] of bad.entries()) {
      await assert.rejects(verify(document), { code: 'Credential.ProofInvalid' }, `${index}`)
    }
    await assert.rejects(verify(signed), { code: 'Credential.ProofInvalid' })
  })

  it('refuses documents that are not credentials', async () => {
    for (const document of [null, 'x', [], {}, { '@context': [] }, { type: 'x' }]) {
      await assert.rejects(verify(document), { code: 'DataModel.Malformed' })
    }
    let deep: unknown = 'x'
    for (let depth = 0; depth < 1000; depth++) deep = { deep }
    await assert.rejects(verify({ ...derived, deep }), { code: 'DataModel.Malformed' })
  })
})

it('refuses a member that JavaScript would take for a prototype', async () => {
  const text = JSON.stringify(derived).replace('"sex":', '"__proto__":{"a":1},"sex":')
  await assert.rejects(verify(JSON.parse(text)), { code: 'Credential.Malformed' })
})

describe('the issuer of a presentation', () => {
  async function withDocument(change: Partial<DidAmbrosia.OnChainDocument>) {
    const before_ = issuer.document
    issuer.document = { ...before_, ...change }
    try {
      return await verify(derived)
    } finally {
      issuer.document = before_
    }
  }

  it('must not be deactivated', async () => {
    await assert.rejects(withDocument({ deactivated: true }), {
      code: 'Credential.IssuerDeactivated',
    })
  })

  it('must still have the key, for assertions', async () => {
    const [bbs, status] = issuer.document.methods as [DidAmbrosia.Method, DidAmbrosia.Method]
    const purposes = DidAmbrosia.PURPOSES.authentication
    for (const methods of [
      [status],
      [{ ...bbs, purposes }],
      [{ ...bbs, multikey: status.multikey }],
      [{ ...bbs, fragment: 'other' }],
    ]) {
      await assert.rejects(withDocument({ methods }), { code: 'Credential.KeyNotAuthorized' })
    }
    await withDocument({ methods: [{ ...bbs, purposes: 31 }] })
  })

  it('must be the one who signed', async () => {
    const other = await createTestIssuer(21)
    const bbs = other.document.methods[0] as DidAmbrosia.Method
    await assert.rejects(withDocument({ methods: [bbs] }), { code: 'Credential.ProofInvalid' })
    const impostor = changed((document) => {
      document['issuer'] = other.did
    })
    await assert.rejects(verify(impostor, { resolver: other.resolver }), {
      code: 'Credential.KeyNotAuthorized',
    })
  })

  it('must resolve', async () => {
    const other = await createTestIssuer(22)
    await assert.rejects(verify(derived, { resolver: other.resolver }), {
      code: 'Credential.IssuerUnresolved',
    })
    const web = changed((document) => {
      document['issuer'] = 'https://hospital.example'
    })
    await assert.rejects(verify(web), { code: 'Credential.IssuerUnresolved' })
  })

  it('leaves an unreachable chain to the caller', async () => {
    const resolver = {
      resolve: async () => {
        throw new TypeError('fetch failed')
      },
    }
    await assert.rejects(verify(derived, { resolver }), { name: 'TypeError' })
  })
})

describe('issueBbs', () => {
  it('does not sign a misspelt claim', async () => {
    const subject = recordCredential(issuer.did, holder.did)['credentialSubject'] as JsonObject
    await assert.rejects(issue({ credentialSubject: { ...subject, sexx: 'female' } }), {
      code: 'Credential.UndefinedTerm',
    })
  })

  it('does not sign texts that the suite would take for blank nodes', async () => {
    const subject = recordCredential(issuer.did, holder.did)['credentialSubject'] as JsonObject
    for (const sex of ['_:b0', 'x _:c14n0 y']) {
      await assert.rejects(issue({ credentialSubject: { ...subject, sex } }), {
        code: 'Credential.ReservedText',
      })
    }
    const forged = changed((_, shown) => {
      shown['sex'] = '_:b1'
    })
    await assert.rejects(verify(forged), { code: 'Credential.ReservedText' })
  })

  it('signs under its own DID only, and only once', async () => {
    await assert.rejects(issue({ issuer: 'did:key:z6Mk' }), { code: 'Credential.Malformed' })
    await assert.rejects(issue({ proof: signed['proof'] }), { code: 'Credential.Malformed' })
  })

  it('fetches no context', async () => {
    const contexts = [Contexts.CREDENTIALS_V2, Contexts.HEALTH_RECORD, 'https://evil.example/c']
    await assert.rejects(issue({ '@context': contexts }), { code: 'Credential.Malformed' })
    const credential = {
      ...recordCredential(issuer.did, holder.did),
      '@context': [Contexts.CREDENTIALS_V2, 'https://evil.example/c'],
      type: ['VerifiableCredential'],
    }
    const mandatoryPointers = ['/issuer']
    await assert.rejects(
      Credential.issueBbs({ credential, key: issuer.key, mandatoryPointers, loader: testLoader }),
      { code: 'Contexts.Unknown' },
    )
  })

  it('keeps values out of its errors', async () => {
    const secret = 'SECRET-VALUE'
    const subject = recordCredential(issuer.did, holder.did)['credentialSubject'] as JsonObject
    for (const bad of [{ sexx: secret }, { sex: `_:${secret}` }, { sex: { a: secret } }]) {
      const error = await issue({ credentialSubject: { ...subject, ...bad } }).then(
        () => assert.fail('signed'),
        (thrown: Error) => thrown,
      )
      assert.ok(!`${error.stack} ${JSON.stringify(error)} ${error.cause}`.includes(secret))
    }
  })
})

describe('verifyBbsBase', () => {
  const check = (document: unknown) =>
    Credential.verifyBbsBase({
      signed: document,
      resolver: issuer.resolver,
      loader: testLoader,
      nowMs: NOW_MS,
    })

  it('shows the holder everything', async () => {
    const { subject, statusEntry } = await check(signed)
    assert.equal(Object.keys(subject).length, 11)
    assert.equal(statusEntry?.['statusListIndex'], '94567')
  })

  it('refuses a changed claim, hidden or not, and a foreign key', async () => {
    for (const name of ['subjectHandle', 'form', 'hba1cLatest']) {
      const forged = structuredClone(signed)
      ;(forged['credentialSubject'] as JsonObject)[name] = name === 'hba1cLatest' ? 3 : 'identified'
      await assert.rejects(check(forged), { code: 'Credential.ProofInvalid' }, name)
    }
    await assert.rejects(check(derived), { code: 'Credential.ProofInvalid' })
  })
})

describe('eddsa', () => {
  const credential = () => ({
    '@context': [Contexts.CREDENTIALS_V2],
    type: ['VerifiableCredential'],
    issuer: issuer.did,
    validUntil: '2027-01-01T00:00:00Z',
    credentialSubject: { name: 'x' },
  })
  const verifyIt = (document: unknown) =>
    Credential.verifyEddsa({
      signed: document,
      resolver: issuer.resolver,
      loader: testLoader,
      nowMs: NOW_MS,
    })

  it('signs and verifies, and refuses a change, a foreign suite and a key of another kind', async () => {
    const key = issuer.eddsaKey
    const document = await Credential.issueEddsa({
      credential: credential(),
      key,
      loader: testLoader,
    })
    assert.equal((await verifyIt(document)).issuer, issuer.did)
    await assert.rejects(verifyIt({ ...document, credentialSubject: { name: 'y' } }), {
      code: 'Credential.ProofInvalid',
    })
    await assert.rejects(verifyIt(derived), { code: 'Credential.ProofInvalid' })
    const proof = { ...(document['proof'] as JsonObject), verificationMethod: issuer.key.id }
    await assert.rejects(verifyIt({ ...document, proof }), { code: 'Credential.KeyNotAuthorized' })
  })
})

describe('HolderBinding', () => {
  it('binds the holder key to one header', () => {
    const signature = HolderBinding.sign(holder, HEADER)
    const options = { holder: holder.did, header: HEADER, signature }
    assert.equal(HolderBinding.verify(options), true)
    assert.equal(HolderBinding.verify({ ...options, header: new Uint8Array(32) }), false)
    assert.equal(HolderBinding.verify({ ...options, holder: createTestHolder(4).did }), false)
    assert.equal(HolderBinding.verify({ ...options, holder: issuer.did }), false)
    assert.equal(HolderBinding.verify({ ...options, signature: signature.with(5, 0) }), false)
    assert.equal(HolderBinding.verify({ ...options, signature: signature.slice(1) }), false)
    assert.throws(() => HolderBinding.sign(holder, new Uint8Array(31)), {
      code: 'Keys.InvalidDigest',
    })
  })
})

describe('contextFor', () => {
  it('does not depend on the order of names', () => {
    const reversed = Contexts.contextFor([...CLAIM_NAMES].reverse())
    assert.equal(JSON.stringify(reversed), JSON.stringify(Contexts.contextFor(CLAIM_NAMES)))
  })

  it('refuses names that would change the meaning of a credential', () => {
    for (const name of [
      '',
      '4548-4',
      '@id',
      '@vocab',
      'a:b',
      'a/b',
      'id',
      'type',
      'name',
      'holder',
      'group',
      'HealthRecordCredential',
      'VerifiableCredential',
      '__proto__',
      'constructor',
      'a b',
      'é',
      'x'.repeat(65),
    ]) {
      assert.throws(() => Contexts.contextFor([name]), { code: 'Contexts.InvalidClaimName' }, name)
    }
    assert.throws(() => Contexts.contextFor(['a', 'a']), { code: 'Contexts.InvalidClaimName' })
  })
})

describe('contexts of a folder', () => {
  const context = { '@context': { term: 'urn:x' } }
  const load = (entries: Record<string, unknown>) =>
    Contexts.fromFolder(Object.keys(entries), async (name) => {
      const content = entries[name]
      return typeof content === 'string' ? content : JSON.stringify(content)
    })

  it('are known by the URL of a map or of their name, and never replace a pinned one', async () => {
    const map = { 'https://a.example/v1': 'a.jsonld', [Contexts.CREDENTIALS_V2]: 'a.jsonld' }
    const contexts = await load({
      'contexts.json': map,
      'inline.json': { 'https://a.example/v2': context },
      'a.jsonld': context,
      'https%3A%2F%2Fa.example%2Fv3.jsonld': context,
      'README.md': 'text',
      '.hidden.json': 'text',
    })
    const loader = Contexts.createLoader({ contexts })
    for (const version of ['v1', 'v2', 'v3']) {
      assert.deepEqual((await loader(`https://a.example/${version}`)).document, context)
    }
    const { document } = await loader(Contexts.CREDENTIALS_V2)
    assert.equal(toHex(Contexts.hash(document)), Contexts.PINNED[Contexts.CREDENTIALS_V2])
    await assert.rejects(loader('https://a.example/v4'), { code: 'Contexts.Unknown' })
    await assert.rejects(loader(Contexts.HEALTH_RECORD), { code: 'Contexts.Unknown' })
  })

  it('are refused when a map leads out of the folder or to no context', async () => {
    for (const files of [
      { 'a.json': '!' },
      { 'a.json': '[]' },
      { 'a.json': context },
      { '%ff.json': context },
      { 'map.json': { 'https://a.example': '../a' } },
      { 'map.json': { 'https://a.example': 7 } },
      { 'map.json': { 'https://a.example': {} } },
      { 'map.json': { 'https://a.example': 'map.json' } },
    ]) {
      await assert.rejects(load(files), { code: 'Contexts.InvalidFolder' }, JSON.stringify(files))
    }
  })
})
