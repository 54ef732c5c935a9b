import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { toBase64url } from '@ambrosia/primitives/Bytes'
import { base58 } from '@scure/base'
import * as Bbs from './Bbs.ts'
import * as Contexts from './Contexts.ts'
import { issueEddsa, verifyEddsa } from './Credential.ts'
import type { JsonObject } from './DataModel.ts'
import * as DidKey from './DidKey.ts'
import * as Presentation from './Presentation.ts'
import { createResolver } from './Resolver.ts'
import * as StatusList from './StatusList.ts'
import { createTestEddsaIssuer, NOW_MS } from './testing/issuers.ts'
import * as VcApi from './VcApi.ts'

const EXAMPLES = 'https://www.w3.org/ns/credentials/examples/v2'
const contexts = new Map([[EXAMPLES, { '@context': { '@vocab': `${EXAMPLES}#` } }]])
const loader = Contexts.createLoader({ contexts })
const resolver = createResolver({ readDidAmbrosia: async () => undefined })
const eddsa = createTestEddsaIssuer()
const LIST_URL = 'http://127.0.0.1:4100/status/1'

let statusContext: VcApi.Context
let bbsContext: VcApi.Context
const lists: Record<StatusList.Purpose, StatusList.StatusList> = {
  revocation: StatusList.create(),
  suspension: StatusList.create(),
}

before(async () => {
  await Bbs.ready()
  const pair = Bbs.keyPair('BLS12-381-SHA-256', new Uint8Array(32).fill(1))
  const did = DidKey.fromPublicKey({ type: 'BLS12-381-G2', bytes: pair.publicKey })
  const common = { loader, resolver, now: () => NOW_MS }
  const key = { id: DidKey.toVerificationMethodId(did), ...pair }
  bbsContext = { ...common, issuer: did, signing: { cryptosuite: 'bbs-2023', key } }
  statusContext = {
    ...common,
    issuer: eddsa.did,
    signing: { cryptosuite: 'eddsa-rdfc-2022', key: eddsa },
    status: statusBook(),
  }
})

/** Lists in memory: index 11 for every credential, one list for each purpose. */
function statusBook(): VcApi.StatusBook {
  const issued = new Set<string>()
  const urlOf = (purpose: string) => `${LIST_URL}/${purpose}`
  return {
    allocate: async (purpose, credentialId) => {
      if (credentialId !== undefined) issued.add(credentialId)
      return StatusList.toEntry({ listUrl: urlOf(purpose), index: 11, purpose })
    },
    update: async (credentialId, purpose, isSet) => {
      if (!issued.has(credentialId)) return false
      StatusList.set(lists[purpose], 11, isSet)
      return true
    },
    read: async (url) => {
      const purpose = (['revocation', 'suspension'] as const).find((one) => urlOf(one) === url)
      if (purpose === undefined) return undefined
      const credential = StatusList.toCredential({
        list: lists[purpose],
        url,
        issuer: eddsa.did,
        purpose,
        validFrom: '2026-01-01T00:00:00Z',
        validUntil: '2027-01-01T00:00:00Z',
      })
      const signed = await issueEddsa({ credential, key: eddsa, loader })
      return verifyEddsa({ signed, resolver, loader, nowMs: NOW_MS })
    },
  }
}

async function post(context: VcApi.Context, path: string, body: unknown): Promise<VcApi.Answer> {
  const route = VcApi.routes(context).find((one) => one.path === path)
  assert.ok(route !== undefined, path)
  return route.handle(body)
}

const unsigned = (changes: JsonObject = {}): JsonObject => ({
  '@context': [Contexts.CREDENTIALS_V2, EXAMPLES],
  type: ['VerifiableCredential'],
  issuer: 'did:example:issuer',
  credentialSubject: { id: 'did:example:subject', alumni: 'x', list: ['a', 'b', 'c'] },
  ...changes,
})

async function issue(
  changes: JsonObject = {},
  context = statusContext,
  options: JsonObject = {},
): Promise<JsonObject> {
  const credential = unsigned(changes)
  const { status, body } = await post(context, '/credentials/issue', { credential, options })
  assert.equal(status, 201, JSON.stringify(body))
  return body as JsonObject
}

const verify = (document: unknown, context = statusContext, options: JsonObject = {}) =>
  post(context, '/credentials/verify', { verifiableCredential: document, options })

describe('issue', () => {
  it('answers 201 with the bare credential of this issuer, which verifies', async () => {
    const issued = await issue()
    assert.equal(issued['issuer'], eddsa.did)
    assert.equal((issued['proof'] as JsonObject)['cryptosuite'], 'eddsa-rdfc-2022')
    assert.equal((issued['proof'] as JsonObject)['created'], '2026-06-01T12:00:00Z')
    assert.deepEqual((await verify(issued)).status, 200)
    const named = await issue({ issuer: { id: 'did:example:issuer', name: 'Hospital' } })
    assert.deepEqual(named['issuer'], { id: eddsa.did, name: 'Hospital' })
    assert.equal((await verify(named)).status, 200)
    const absent = await issue({ issuer: undefined }, bbsContext)
    assert.equal(absent['issuer'], bbsContext.issuer)
  })

  const accepted: Record<string, JsonObject> = {
    'an id that is a URL': { id: 'urn:uuid:3978344f-8596-4c3a-a978-8fcaba3903c5' },
    'names with a language': { name: [{ '@value': 'x', '@language': 'en' }], description: 'y' },
    'several subjects': { credentialSubject: [{ alumni: 'a' }, { alumni: 'b' }] },
    'validity with an offset': {
      validFrom: '2025-01-01T00:00:00+05:30',
      validUntil: '2030-01-01T00:00:00.123Z',
    },
    'a schema': { credentialSchema: { id: 'https://a.example/s', type: 'JsonSchema' } },
    'a refresh service': {
      refreshService: [{ type: 'A', id: 'https://a.example/' }, { type: 'B' }],
    },
    'terms of use and evidence': {
      termsOfUse: { type: 'T' },
      evidence: [{ type: 'E', id: 'urn:x:y' }],
    },
    'a related resource': {
      relatedResource: [
        {
          id: 'https://a.example/1',
          digestSRI: `sha384-${'A'.repeat(64)}`,
          mediaType: 'image/png',
        },
        { id: 'https://a.example/2', digestMultibase: `uEiA${'A'.repeat(43)}` },
      ],
    },
    'a foreign status': {
      credentialStatus: { type: 'OtherStatus', id: 'https://a.example/status#1' },
    },
  }
  for (const [name, changes] of Object.entries(accepted)) {
    it(`accepts ${name}`, async () => {
      const context = [Contexts.CREDENTIALS_V2, EXAMPLES]
      assert.equal((await verify(await issue({ ...changes, '@context': context }))).status, 200)
    })
  }

  const refused: Record<string, JsonObject> = {
    'no context': { '@context': undefined },
    'a context that is not a list': { '@context': EXAMPLES },
    'another first context': { '@context': [EXAMPLES, Contexts.CREDENTIALS_V2] },
    'a context that is not a URL': { '@context': [Contexts.CREDENTIALS_V2, 'no url'] },
    'a context that is a number': { '@context': [Contexts.CREDENTIALS_V2, 7] },
    'a context that nobody knows': {
      '@context': [Contexts.CREDENTIALS_V2, 'https://evil.example'],
    },
    'a context that redefines a protected term': {
      '@context': [Contexts.CREDENTIALS_V2, { VerifiableCredential: 'urn:x' }],
    },
    'an undefined term': { '@context': [Contexts.CREDENTIALS_V2] },
    'two ids': { id: ['urn:x:1', 'urn:x:2'] },
    'an id that is not a URL': { id: 'x' },
    'no type': { type: undefined },
    'only other types': { type: ['Other'] },
    'a type that is not a string': { type: ['VerifiableCredential', 7] },
    'an issuer that is not a URL': { issuer: 'hospital' },
    'an issuer without an id': { issuer: { name: 'Hospital' } },
    'an issuer that is null': { issuer: null },
    'two issuers': { issuer: ['did:example:a', 'did:example:b'] },
    'no subject': { credentialSubject: undefined },
    'an empty subject': { credentialSubject: {} },
    'a subject without claims among others': { credentialSubject: [{ alumni: 'a' }, {}] },
    'a subject that is a text': { credentialSubject: 'did:example:subject' },
    'a subject id that is not a URL': { credentialSubject: { id: 'x' } },
    'a date without a time zone': { validFrom: '2025-01-01T00:00:00' },
    'a date that does not exist': { validFrom: '2025-02-30T25:00:00Z' },
    'a date alone': { validUntil: '2025-01-01' },
    'an end before the start': {
      validFrom: '2026-01-02T00:00:00Z',
      validUntil: '2026-01-01T00:00:00Z',
    },
    'a status without a type': { credentialStatus: { id: 'urn:x:y' } },
    'a status id that is not a URL': { credentialStatus: { id: 'x', type: 'OtherStatus' } },
    'a malformed status entry': {
      credentialStatus: {
        type: 'BitstringStatusListEntry',
        statusPurpose: 'revocation',
        statusListIndex: true,
        statusListCredential: 'https://a.example',
      },
    },
    'a schema without a type': { credentialSchema: { id: 'https://a.example/s' } },
    'a schema without an id': { credentialSchema: [{ type: 'JsonSchema' }] },
    'a schema that is a text': { credentialSchema: 'https://a.example/s' },
    'a refresh service without a type': { refreshService: { id: 'https://a.example/' } },
    'one refresh service without a type': { refreshService: [{ type: 'A' }, { id: 'urn:x:y' }] },
    'terms of use without a type': { termsOfUse: { id: 'urn:x:y' } },
    'evidence without a type': { evidence: [{ id: 'urn:x:y' }] },
    'a related resource that is a text': { relatedResource: 'https://a.example/1' },
    'a related resource without an id': { relatedResource: { digestSRI: 'sha256-AAAA' } },
    'a related resource without a digest': { relatedResource: { id: 'https://a.example/1' } },
    'a related resource twice': {
      relatedResource: [
        { id: 'https://a.example/1', digestSRI: 'sha256-AAAA' },
        { id: 'https://a.example/1', digestSRI: 'sha256-BBBB' },
      ],
    },
    'a digest of another size': {
      relatedResource: { id: 'urn:x:y', digestSRI: `sha256-${'a'.repeat(64)}` },
    },
    'a digest that is not a multihash': {
      relatedResource: { id: 'urn:x:y', digestMultibase: 'uZTQ0MjM1NiAgcmVwb3J0cy9yZWxhdGVk' },
    },
    'a type with a space': { credentialStatus: { type: 'https ://a.example' } },
    'a type that is a number': { credentialStatus: { type: 2 } },
    'a malformed entry in another place': {
      statusEntry: { type: 'BitstringStatusListEntry', statusListIndex: true },
    },
    'an entry with messages that do not fit its size': {
      credentialStatus: {
        ...StatusList.toEntry({ listUrl: 'https://a.example', index: 1, purpose: 'revocation' }),
        statusSize: 2,
        statusMessage: [{ status: '0x0', message: 'x' }],
      },
    },
    'a digest of an unknown form': { relatedResource: { id: 'urn:x:y', digestSRI: 'md5-AAAA' } },
    'a name that is an object': { name: { en: 'x' } },
    'a name with other members': { name: { '@value': 'x', '@language': 'en', url: 'y' } },
    'a proof without a type': { proof: { proofValue: 'u' } },
  }
  for (const [name, changes] of Object.entries(refused)) {
    it(`refuses ${name}`, async () => {
      const credential = unsigned(changes)
      const { status, body } = await post(statusContext, '/credentials/issue', { credential })
      assert.equal(status, 400)
      const [problem] = (body as { problemDetails: VcApi.Problem[] }).problemDetails
      assert.match(problem?.type ?? '', /^https:\/\//)
    })
  }

  it('refuses requests without a credential, or with options of another form', async () => {
    const credential = unsigned()
    for (const body of [
      undefined,
      null,
      [],
      {},
      { credential: 'x' },
      { credential, options: 7 },
      { credential, options: { mandatoryPointers: 'x' } },
      { credential, options: { mandatoryPointers: ['issuer'] } },
      { credential, options: { mandatoryPointers: ['/absent'] } },
      { credential, options: { credentialStatus: { type: 'BitstringStatusListEntry' } } },
    ]) {
      assert.equal((await post(bbsContext, '/credentials/issue', body)).status, 400)
    }
  })
})

describe('verify', () => {
  it('refuses changes, other cryptosuites, expired credentials and expired proofs', async () => {
    const issued = await issue({ validUntil: '2026-06-02T00:00:00Z' })
    const proof = issued['proof'] as JsonObject
    assert.equal((await verify(issued)).status, 200)
    assert.equal((await verify(issued, bbsContext)).status, 400)
    const late = { ...statusContext, now: () => Date.parse('2026-06-02T00:00:00Z') }
    const { body } = await verify(issued, late)
    const [problem] = (body as { problemDetails: VcApi.Problem[] }).problemDetails
    assert.equal(problem?.code, 'Credential.Expired')
    assert.equal(problem?.type, 'https://www.w3.org/TR/vc-data-model#RANGE_ERROR')
    for (const changes of [
      { credentialSubject: { id: 'did:example:subject', alumni: 'y' } },
      { proof: undefined },
      { proof: [proof, { ...proof, proofPurpose: 'authentication' }] },
      { proof: [] },
      { proof: [[proof]] },
      { proof: [{ ...proof, previousProof: 'urn:uuid:1' }] },
      { proof: Array.from({ length: 9 }, () => proof) },
      { proof: { ...proof, type: 'Ed25519Signature2020' } },
      { proof: { ...proof, cryptosuite: undefined } },
      { proof: { ...proof, proofPurpose: 'authentication' } },
      { proof: { ...proof, created: '2026-06-01' } },
      { proof: { ...proof, expires: '2026-06-01T00:00:00Z' } },
      { proof: { ...proof, domain: 'a.example' } },
      { proof: { ...proof, verificationMethod: `${eddsa.did}#other` } },
      { proof: { ...proof, proofValue: String(proof['proofValue']).slice(1) } },
      { proof: { ...proof, proofValue: `${proof['proofValue']}1` } },
      {
        proof: {
          ...proof,
          proofValue: `u${toBase64url(base58.decode(String(proof['proofValue']).slice(1)))}`,
        },
      },
    ]) {
      const { status } = await verify(JSON.parse(JSON.stringify({ ...issued, ...changes })))
      assert.equal(status, 400, JSON.stringify(changes).slice(0, 90))
    }
  })
})

it('asks for the domain and challenge that the request names', async () => {
  const issued = await issue()
  for (const options of [
    { domain: 'a.example' },
    { challenge: 'uAAA' },
    { domain: 7 },
    { expectedProofPurpose: 'authentication' },
  ]) {
    assert.equal((await verify(issued, statusContext, options)).status, 400)
  }
})

describe('bbs-2023', () => {
  const derive = (document: unknown, options: JsonObject, context = bbsContext) =>
    post(context, '/credentials/derive', { verifiableCredential: document, options })

  it('derives what is selected and verifies it, and no base proof', async () => {
    const base = await issue({ validUntil: '2027-01-01T00:00:00Z' }, bbsContext, {
      mandatoryPointers: ['/issuer', '/validUntil'],
    })
    assert.equal((await verify(base, bbsContext)).status, 400)
    for (const selectivePointers of [
      ['/credentialSubject/alumni'],
      ['/credentialSubject'],
      ['/credentialSubject/list'],
      ['/credentialSubject/list/1', '/credentialSubject/list/2'],
      ['/credentialSubject/id'],
    ]) {
      const { status, body } = await derive(base, { selectivePointers })
      assert.equal(status, 201)
      assert.equal((body as JsonObject)['validUntil'], '2027-01-01T00:00:00Z')
      assert.equal((await verify(body, bbsContext)).status, 200, `${selectivePointers}`)
      const subject = {
        ...((body as JsonObject)['credentialSubject'] as object),
        id: 'urn:invalid',
      }
      const changed = { ...body, credentialSubject: subject }
      assert.equal((await verify(changed, bbsContext)).status, 400)
    }
    assert.equal((await derive(base, { selectivePointers: ['/absent'] })).status, 400)
    assert.equal((await derive(base, { selectivePointers: ['absent'] })).status, 400)
    assert.equal((await derive(await issue(), { selectivePointers: ['/issuer'] })).status, 400)
    assert.equal((await derive(base, {}, statusContext)).status, 400)
  })

  it('binds a derived credential to its presentation header', async () => {
    const base = await issue({}, bbsContext)
    const options = { selectivePointers: ['/credentialSubject'], presentationHeader: 'AAEC' }
    const { body } = await derive(base, options)
    assert.equal((await verify(body, bbsContext, { presentationHeader: 'AAEC' })).status, 200)
    assert.equal((await verify(body, bbsContext)).status, 400)
    assert.equal((await verify(body, bbsContext, { presentationHeader: 'AAED' })).status, 400)
    assert.equal((await verify(body, bbsContext, { presentationHeader: '!' })).status, 400)
  })

  it('shows issuer, validity and status whatever is selected, unless told otherwise', async () => {
    const base = await issue({ validFrom: '2026-01-01T00:00:00Z' }, bbsContext)
    const { body } = await derive(base, { selectivePointers: ['/credentialSubject/alumni'] })
    assert.equal((body as JsonObject)['validFrom'], '2026-01-01T00:00:00Z')
    assert.equal((body as JsonObject)['issuer'], bbsContext.issuer)
  })
})

describe('status', () => {
  it('is allocated when asked, checked when asked, and set', async () => {
    const id = 'urn:uuid:aaaaaaaa-8596-4c3a-a978-8fcaba3903c5'
    const wanted = { type: 'BitstringStatusListEntry', statusPurpose: 'revocation' }
    const issued = await issue({ id }, statusContext, { credentialStatus: wanted })
    const entry = issued['credentialStatus'] as JsonObject
    assert.equal(entry['statusListIndex'], '11')
    for (const [asked, count] of [
      [true, 1],
      [[wanted, { ...wanted, statusPurpose: 'suspension' }], 2],
      [{ statusPurpose: ['revocation', 'suspension'] }, 2],
      [false, 0],
    ] as const) {
      const other = await issue({}, statusContext, { credentialStatus: asked })
      assert.equal([other['credentialStatus'] ?? []].flat().length, count, JSON.stringify(asked))
    }
    for (const asked of [7, 'x', [], { type: 'Other' }, { statusPurpose: 'message' }]) {
      const credential = unsigned()
      const options = { credentialStatus: asked }
      const { status } = await post(statusContext, '/credentials/issue', { credential, options })
      assert.equal(status, Array.isArray(asked) ? 201 : 400, JSON.stringify(asked))
    }
    const checks = { checks: ['proof', 'credentialStatus'] }
    assert.equal((await verify(issued, statusContext, checks)).status, 200)
    const update = (changes: JsonObject = {}) =>
      post(statusContext, '/credentials/status', {
        credentialId: id,
        credentialStatus: wanted,
        ...changes,
      })
    assert.equal((await update()).status, 200)
    const { status, body } = await verify(issued, statusContext, checks)
    assert.equal(status, 400)
    const [problem] = (body as { problemDetails: VcApi.Problem[] }).problemDetails
    assert.equal(problem?.code, 'StatusList.Revoked')
    assert.match(problem?.type ?? '', /status-list#STATUS_VERIFICATION_ERROR$/)
    assert.equal((await verify(issued)).status, 400, 'the status is checked unless told otherwise')
    assert.equal((await verify(issued, statusContext, { checks: ['proof'] })).status, 200)
    assert.equal((await update({ status: false })).status, 200)
    assert.equal((await verify(issued, statusContext, checks)).status, 200)
    assert.equal((await update({ credentialId: 'urn:x:y' })).status, 400)
    assert.equal((await update({ credentialStatus: {} })).status, 400)
  })

  it('of a kind that is not known is named as not checked', async () => {
    const entry = { type: 'OtherStatus', id: 'https://a.example/status#1' }
    const { status, body } = await verify(await issue({ credentialStatus: entry }))
    assert.equal(status, 200)
    const { checks, problemDetails } = body as { checks: string[]; problemDetails: VcApi.Problem[] }
    assert.deepEqual(checks, ['proof'])
    assert.equal(problemDetails[0]?.code, 'StatusList.UnknownKind')
  })

  it('of a credential in a presentation counts too', async () => {
    const id = 'urn:uuid:bbbbbbbb-8596-4c3a-a978-8fcaba3903c5'
    const wanted = { type: 'BitstringStatusListEntry', statusPurpose: 'revocation' }
    const credential = await issue({ id }, statusContext, { credentialStatus: wanted })
    const presentation = await Presentation.sign({
      presentation: {
        '@context': [Contexts.CREDENTIALS_V2, EXAMPLES],
        type: ['VerifiablePresentation'],
        verifiableCredential: [credential],
      },
      key: createTestEddsaIssuer(9),
      challenge: 'uAAAA',
      loader,
    })
    const check = async (options: JsonObject = {}) =>
      (
        await post(statusContext, '/presentations/verify', {
          verifiablePresentation: presentation,
          options,
        })
      ).status
    const update = (status: boolean) =>
      post(statusContext, '/credentials/status', {
        credentialId: id,
        credentialStatus: wanted,
        status,
      })
    assert.equal(await check(), 200)
    await update(true)
    assert.equal(await check(), 400)
    assert.equal(await check({ checks: ['proof'] }), 200)
    await update(false)
  })

  it('is not taken on trust where the list cannot be had', async () => {
    const entry = StatusList.toEntry({
      listUrl: 'https://elsewhere.example/1',
      index: 1,
      purpose: 'revocation',
    })
    const issued = await issue({ credentialStatus: entry })
    const { status, body } = await verify(issued, statusContext, { checks: ['credentialStatus'] })
    assert.equal(status, 400)
    const [problem] = (body as { problemDetails: VcApi.Problem[] }).problemDetails
    assert.match(problem?.type ?? '', /STATUS_RETRIEVAL_ERROR$/)
    assert.equal((await verify(issued)).status, 400)
    assert.equal((await verify(issued, statusContext, { checks: ['proof'] })).status, 200)
  })
})

describe('proofs', () => {
  it('may stand in a list, one or several', async () => {
    const issued = await issue()
    const { proof } = issued
    assert.equal((await verify({ ...issued, proof: [proof] })).status, 200)
    const { proof: _, ...bare } = issued
    const second = await issueEddsa({
      credential: bare,
      key: eddsa,
      createdMs: NOW_MS - 1000,
      loader,
    })
    const both = { ...issued, proof: [proof, second['proof']] }
    assert.equal((await verify(both)).status, 200)
    const broken = { ...(second['proof'] as JsonObject), created: '2026-01-01T00:00:00Z' }
    assert.equal((await verify({ ...issued, proof: [proof, broken] })).status, 400)
  })

  it('of bbs-2023 may too, base and derived, and that of a presentation', async () => {
    const base = await issue({}, bbsContext)
    const options = { selectivePointers: ['/credentialSubject'] }
    const listed = { ...base, proof: [base['proof']] }
    const { status, body } = await post(bbsContext, '/credentials/derive', {
      verifiableCredential: listed,
      options,
    })
    assert.equal(status, 201, JSON.stringify(body))
    const derived = body as JsonObject
    assert.equal((await verify({ ...derived, proof: [derived['proof']] }, bbsContext)).status, 200)
    const presentation = await Presentation.sign({
      presentation: {
        '@context': [Contexts.CREDENTIALS_V2, EXAMPLES],
        type: ['VerifiablePresentation'],
      },
      key: createTestEddsaIssuer(9),
      challenge: 'uAAAA',
      loader,
    })
    const verifiablePresentation = { ...presentation, proof: [presentation['proof']] }
    const answer = await post(statusContext, '/presentations/verify', { verifiablePresentation })
    assert.equal(answer.status, 200, JSON.stringify(answer.body))
  })
})

describe('ordered lists', () => {
  const context = [
    Contexts.CREDENTIALS_V2,
    { items: { '@id': 'https://field.example/terms#items', '@container': '@list' } },
  ]
  const changes = { '@context': context, credentialSubject: { id: 'urn:x:1', items: ['s', 't'] } }

  it('are refused by bbs-2023 in words that name them', async () => {
    for (const credentialSubject of [
      { id: 'urn:x:1', items: ['s', 't'] },
      { id: 'urn:x:1', items: [{ items: [] }] },
    ]) {
      const { status, body } = await post(bbsContext, '/credentials/issue', {
        credential: unsigned({ ...changes, credentialSubject }),
      })
      assert.equal(status, 400)
      const [problem] = (body as { problemDetails: VcApi.Problem[] }).problemDetails
      assert.equal(problem?.code, 'Credential.ListUnsupported')
      assert.match(problem?.title ?? '', /field\.example\/terms#items is an ordered list \(@list\)/)
    }
  })

  it('are signed in their order by eddsa-rdfc-2022', async () => {
    const issued = await issue(changes)
    assert.equal((await verify(issued)).status, 200)
    const turned = { ...issued, credentialSubject: { id: 'urn:x:1', items: ['t', 's'] } }
    assert.equal((await verify(turned)).status, 400)
  })
})

describe('presentations', () => {
  const holder = createTestEddsaIssuer(9)
  const challenge = 'uAAAA'
  const sign = (changes: JsonObject) =>
    Presentation.sign({
      presentation: {
        '@context': [Contexts.CREDENTIALS_V2, EXAMPLES],
        type: ['VerifiablePresentation'],
        ...changes,
      },
      key: holder,
      challenge,
      domain: 'verifier.example',
      loader,
    })
  const check = (document: unknown, options: JsonObject = { challenge }) =>
    post(statusContext, '/presentations/verify', { verifiablePresentation: document, options })

  it('verify with the credentials in them', async () => {
    const credential = await issue()
    const presentation = await sign({
      id: 'urn:uuid:3978344f-8596-4c3a-a978-8fcaba3903c5',
      holder: { id: holder.did },
      verifiableCredential: [credential],
    })
    assert.equal((await check(presentation)).status, 200)
    assert.equal((await check(presentation, {})).status, 200)
    assert.equal((await check(presentation, { challenge, domain: 'verifier.example' })).status, 200)
    assert.equal((await check(await sign({}))).status, 200)
    assert.equal((await check(presentation, { challenge: 'uAAAB' })).status, 400)
    assert.equal((await check(presentation, { challenge, domain: 'other.example' })).status, 400)
    const forged = structuredClone(presentation)
    const [inner] = forged['verifiableCredential'] as JsonObject[]
    ;(inner as JsonObject)['name'] = 'x'
    assert.equal((await check(forged)).status, 400)
    assert.equal((await check({ ...presentation, holder: 'did:example:x' })).status, 400)
    assert.equal((await check({ ...presentation, proof: undefined })).status, 400)
  })

  it('refuse a bad credential inside a good presentation', async () => {
    const credential = { ...(await issue()), name: 'changed' }
    const presentation = await sign({ verifiableCredential: [credential] })
    assert.equal((await check(presentation)).status, 400)
  })

  it('carry statements of the holder, and of nobody else, without a proof of their own', async () => {
    const own = unsigned({ issuer: holder.did })
    const foreign = unsigned({ issuer: 'did:example:acme' })
    const statusOf = async (changes: JsonObject) => (await check(await sign(changes))).status
    assert.equal(await statusOf({ holder: holder.did, verifiableCredential: [own] }), 200)
    assert.equal(await statusOf({ verifiableCredential: [own] }), 400)
    assert.equal(await statusOf({ holder: 'did:example:acme', verifiableCredential: [own] }), 400)
    assert.equal(await statusOf({ holder: holder.did, verifiableCredential: [foreign] }), 400)
    const both = { holder: 'did:example:acme', verifiableCredential: [foreign] }
    assert.equal(await statusOf(both), 400, 'the holder did not sign')
  })

  it('refuse shapes that are not presentations', async () => {
    const good = await sign({})
    for (const changes of [
      { type: ['Other'] },
      { type: undefined },
      { holder: { name: 'x' } },
      { holder: 'x' },
      { verifiableCredential: ['https://a.example/vc'] },
      { verifiableCredential: [7] },
      { '@context': [EXAMPLES] },
      { '@context': [Contexts.CREDENTIALS_V2, 'https ://not-a-url'] },
      { id: 'x' },
      { termsOfUse: { id: 'urn:x:y' } },
    ]) {
      const { status } = await check({ ...good, ...changes })
      assert.equal(status, 400, JSON.stringify(changes))
    }
    for (const body of [null, {}, { verifiablePresentation: 'x' }]) {
      assert.equal((await post(statusContext, '/presentations/verify', body)).status, 400)
    }
  })
})

it('throws what is not a refusal', async () => {
  const broken = {
    ...statusContext,
    resolver: {
      resolve: async () => {
        throw new TypeError('fetch failed')
      },
    },
  }
  await assert.rejects(verify(await issue(), broken), { name: 'TypeError' })
})
