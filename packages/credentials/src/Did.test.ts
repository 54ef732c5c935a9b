import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { fromUint, toUint } from '@ambrosia/primitives/Bytes'
import fc from 'fast-check'
import * as Bbs from './Bbs.ts'
import * as DidAmbrosia from './DidAmbrosia.ts'
import * as DidKey from './DidKey.ts'
import { didCoreFixtures, exampleKey } from './didCoreFixtures.ts'
import * as Keys from './Keys.ts'
import { createResolver, dereference, findMethod, resolveDocument } from './Resolver.ts'

const TYPES: Keys.KeyType[] = ['Ed25519', 'X25519', 'P-256', 'secp256k1', 'BLS12-381-G2']
const CONTROLLER = '0x1111111111111111111111111111111111111111'

describe('Keys', () => {
  it('writes keys with the prefixes of the registry', () => {
    const starts = TYPES.map((type) => Keys.toMultibase(exampleKey(type)).slice(0, 4))
    assert.deepEqual(starts, ['z6Mk', 'z6LS', 'zDna', 'zQ3s', 'zUC7'])
    for (const type of TYPES) {
      const key = exampleKey(type)
      assert.deepEqual(Keys.fromMultibase(Keys.toMultibase(key)), key)
      assert.deepEqual(Keys.fromMulticodec(Keys.toMulticodec(key)), key)
    }
  })

  it('makes keys of every kind', async () => {
    await Bbs.ready()
    let byte = 1
    const randomBytes = (sizeBytes: number) => new Uint8Array(sizeBytes).fill(byte++)
    for (const type of TYPES) {
      const { secretKey, publicKey } = Keys.create(type, randomBytes)
      assert.equal(secretKey.length, 32, type)
      assert.deepEqual(Keys.fromMulticodec(Keys.toMulticodec(publicKey)), publicKey)
      if (type !== 'BLS12-381-G2') continue
      assert.deepEqual(Bbs.publicKey(secretKey), publicKey.bytes, 'the same key signs')
    }
  })

  it('refuses what is not a key of its kind', () => {
    const ed25519 = Keys.toMulticodec(exampleKey('Ed25519'))
    const bls = Keys.toMulticodec(exampleKey('BLS12-381-G2'))
    const bad = [
      new Uint8Array(0),
      ed25519.slice(0, 33),
      Uint8Array.of(...ed25519, 0),
      Uint8Array.of(0xed, 0x02, ...ed25519.slice(2)),
      // The identity of edwards25519, and a point of order 2: any signature verifies under them.
      Uint8Array.of(0xed, 0x01, 1, ...new Uint8Array(31)),
      Uint8Array.of(0xed, 0x01, 0xec, ...new Uint8Array(30).fill(0xff), 0x7f),
      Uint8Array.of(0xec, 0x01, ...new Uint8Array(32)),
      Uint8Array.of(0xeb, 0x01, 0xc0, ...new Uint8Array(95)),
      bls.with(97, (bls[97] as number) ^ 1),
      Uint8Array.of(0x80, 0x24, 2, ...new Uint8Array(32).fill(0xff)),
      Uint8Array.of(0xe7, 0x01, 5, ...new Uint8Array(32).fill(1)),
    ]
    for (const [index, bytes] of bad.entries()) {
      assert.throws(() => Keys.fromMulticodec(bytes), { code: 'Keys.InvalidKey' }, `${index}`)
    }
    for (const text of ['', 'z', 'u6Mk', 'z0OIl', `z${'1'.repeat(10_000)}`, 'zzzz']) {
      assert.throws(() => Keys.fromMultibase(text), { code: 'Keys.InvalidKey' }, text.slice(0, 9))
    }
  })

  it('signs a digest so that nothing else verifies', () => {
    const key = Keys.createHolderKey((sizeBytes) => new Uint8Array(sizeBytes).fill(1))
    const digest = new Uint8Array(32).fill(2)
    const signature = Keys.signHolder(key, digest)
    assert.equal(Keys.verifyHolder(key.did, digest, signature), true)
    fc.assert(
      fc.property(fc.nat(63), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const bad = signature.with(at, (signature[at] as number) ^ flip)
        assert.equal(Keys.verifyHolder(key.did, digest, bad), false)
      }),
      { numRuns: 40, seed: 1 },
    )
    // s + L is the same scalar; RFC 8032 refuses it, else each signature had a second one.
    const order = 2n ** 252n + 27742317777372353535851937790883648493n
    const s = signature.slice(32).reverse()
    const other = fromUint(toUint(s) + order, 32).reverse()
    const malleable = Uint8Array.of(...signature.slice(0, 32), ...other)
    assert.equal(Keys.verifyHolder(key.did, digest, malleable), false)
    const x25519 = DidKey.fromPublicKey(exampleKey('X25519'))
    assert.equal(Keys.verifyHolder(x25519, digest, signature), false)
    assert.equal(Keys.verifyHolder('did:key:', digest, signature), false)
    assert.equal(Keys.verifyHolder(key.did, digest.slice(1), signature), false)
  })
})

describe('DidKey', () => {
  it('gives each kind of key its purposes', () => {
    const agreement = DidKey.toDidDocument(DidKey.fromPublicKey(exampleKey('X25519')))
    assert.deepEqual(Object.keys(agreement), [
      '@context',
      'id',
      'verificationMethod',
      'keyAgreement',
    ])
    const bls = DidKey.toDidDocument(DidKey.fromPublicKey(exampleKey('BLS12-381-G2')))
    assert.equal(bls.keyAgreement, undefined)
    assert.deepEqual(bls.assertionMethod, [DidKey.toVerificationMethodId(bls.id)])
  })

  it('refuses what is not a did:key', () => {
    for (const did of ['did:key:', 'did:key:z6Mk', 'did:web:x', 'did:key:zUC7x']) {
      assert.throws(() => DidKey.toDidDocument(did), { code: 'DidKey.Invalid' })
    }
  })
})

describe('DidAmbrosia', () => {
  const parts = () => ({
    controller: CONTROLLER,
    methods: [
      { fragment: 'a', purposes: 2, multikey: Keys.toMulticodec(exampleKey('BLS12-381-G2')) },
    ],
    services: [{ fragment: 's', serviceType: 'T', endpoint: 'https://a.example' }],
  })

  it('has one spelling', () => {
    const id = DidAmbrosia.idOf(CONTROLLER, new Uint8Array(32))
    const did = DidAmbrosia.toDid(31337, id)
    assert.deepEqual(DidAmbrosia.fromDid(did), { chainId: 31337n, id })
    for (const bad of [
      did.toUpperCase(),
      did.replace('31337', '031337'),
      did.replace('31337', ''),
      did.slice(0, -1),
      `${did}0`,
      `${did} `,
      did.replace('ambrosia', 'ethr'),
      `did:ambrosia:31337:${'A'.repeat(40)}`,
    ]) {
      assert.throws(() => DidAmbrosia.fromDid(bad), { code: 'DidAmbrosia.Invalid' }, bad)
    }
    assert.throws(() => DidAmbrosia.toDid(1, '0x11'), { code: 'DidAmbrosia.Invalid' })
    assert.throws(() => DidAmbrosia.idOf('0x11', new Uint8Array(32)), {
      code: 'DidAmbrosia.Invalid',
    })
  })

  it('refuses documents that the contract would refuse', () => {
    const [method] = parts().methods as [DidAmbrosia.Method]
    const bad = [
      { controller: `0x${'00'.repeat(20)}` },
      { controller: '0x11' },
      { methods: [{ ...method, purposes: 0 }] },
      { methods: [{ ...method, purposes: 32 }] },
      { methods: [{ ...method, purposes: 1.5 }] },
      { methods: [{ ...method, multikey: new Uint8Array(34) }] },
      { methods: [{ ...method, fragment: '' }] },
      { methods: [{ ...method, fragment: 'a b' }] },
      { methods: [{ ...method, fragment: 'x'.repeat(65) }] },
      { methods: [method, method] },
      { methods: [{ ...method, fragment: 's' }] },
      { methods: Array.from({ length: 17 }, (_, i) => ({ ...method, fragment: `m${i}` })) },
      { services: [{ fragment: 's', serviceType: '', endpoint: 'x' }] },
      { services: [{ fragment: 's', serviceType: 'T', endpoint: `https://a${'x'.repeat(504)}` }] },
      { services: [{ fragment: 's', serviceType: 'T', endpoint: 'no uri' }] },
    ]
    for (const [index, change] of bad.entries()) {
      assert.throws(
        () => DidAmbrosia.toContractDocument({ ...parts(), ...change }),
        { code: 'DidAmbrosia.InvalidDocument' },
        `${index}`,
      )
    }
    assert.equal(DidAmbrosia.toContractDocument(parts()).verificationMethods[0]?.purposes, 2)
  })
})

describe('Resolver', () => {
  const id = DidAmbrosia.idOf(CONTROLLER, new Uint8Array(32))
  const did = DidAmbrosia.toDid(31337, id)
  const stored: DidAmbrosia.OnChainDocument = {
    controller: CONTROLLER,
    methods: [{ fragment: 'a', purposes: 3, multikey: Keys.toMulticodec(exampleKey('Ed25519')) }],
    services: [],
    versionId: 7n,
    updatedAtSec: 1_767_225_600n,
    deactivated: false,
  }
  const asked: unknown[] = []
  const resolverOf = (document: DidAmbrosia.OnChainDocument | undefined) =>
    createResolver({
      readDidAmbrosia: async (...question) => {
        asked.push(question)
        return document
      },
    })

  it('gives document and metadata, and asks for the version named', async () => {
    const result = await resolverOf(stored).resolve(did)
    assert.equal(result.didResolutionMetadata.contentType, 'application/did+ld+json')
    assert.deepEqual(result.didDocumentMetadata, {
      versionId: '7',
      updated: '2026-01-01T00:00:00Z',
    })
    assert.equal(result.didDocument?.id, did)
    asked.length = 0
    await resolverOf(stored).resolve(`${did}?versionId=7`)
    await resolverOf(stored).resolve(did, { versionId: '8' })
    assert.deepEqual(asked, [
      [31337n, id, 7n],
      [31337n, id, 8n],
    ])
  })

  it('answers errors as DID Resolution names them', async () => {
    const errorOf = async (
      url: string,
      options = {},
      document: typeof stored | undefined = stored,
    ) => (await resolverOf(document).resolve(url, options)).didResolutionMetadata.error
    assert.equal((await resolverOf(undefined).resolve(did)).didResolutionMetadata.error, 'notFound')
    assert.equal(await errorOf('did:ambrosia:31337:xyz'), 'invalidDid')
    assert.equal(await errorOf('did:key:z6Mk'), 'invalidDid')
    assert.equal(await errorOf('not a did'), 'invalidDid')
    assert.equal(await errorOf('did:web:a.example'), 'unsupportedDidMethod')
    assert.equal(await errorOf(`${did}?versionId=x`), 'invalidDidUrl')
    assert.equal(await errorOf(did, { accept: 'text/html' }), 'representationNotSupported')
    const noKey = {
      ...stored,
      methods: [{ fragment: 'a', purposes: 1, multikey: new Uint8Array(9) }],
    }
    assert.equal(await errorOf(did, {}, noKey), 'invalidDidDocument')
  })

  it('says when a DID was deactivated', async () => {
    const resolver = resolverOf({ ...stored, deactivated: true })
    const result = await resolver.resolve(did)
    assert.equal(result.didDocumentMetadata.deactivated, true)
    assert.equal(result.didDocument?.verificationMethod, undefined)
    await assert.rejects(resolveDocument(resolver, did), { code: 'Resolver.Deactivated' })
    await assert.rejects(resolveDocument(resolverOf(undefined), did), {
      code: 'Resolver.NotResolved',
    })
  })

  it('finds a key only for the purposes it has', async () => {
    const document = await resolveDocument(resolverOf(stored), did)
    assert.equal(findMethod(document, `${did}#a`, 'assertionMethod')?.type, 'Multikey')
    assert.equal(findMethod(document, `${did}#a`, 'keyAgreement'), undefined)
    assert.equal(findMethod(document, `${did}#b`, 'assertionMethod'), undefined)
  })

  it('dereferences fragments', async () => {
    const found = await dereference(resolverOf(stored), `${did}#a`)
    assert.equal(found.content?.['id'], `${did}#a`)
    for (const [url, error] of [
      [`${did}#b`, 'notFound'],
      [`${did}/path`, 'notFound'],
      ['nonsense', 'invalidDidUrl'],
    ] as const) {
      const failed = await dereference(resolverOf(stored), url)
      assert.deepEqual(failed.dereferencingMetadata, { error })
      assert.equal(failed.content, null)
    }
  })
})

describe('didCoreFixtures', () => {
  it('has documents, resolutions and dereferencings of both methods', async () => {
    const files = await didCoreFixtures()
    assert.deepEqual(Object.keys(files).sort(), [
      'dereferencer-ambrosia-ambrosia.json',
      'dereferencer-key-ambrosia.json',
      'did-ambrosia-ambrosia.json',
      'did-key-ambrosia.json',
      'resolver-ambrosia-ambrosia.json',
      'resolver-key-ambrosia.json',
    ])
    for (const [name, file] of Object.entries(files)) {
      const content = file as Record<string, unknown>
      assert.match(String(content['didMethod']), /^did:(ambrosia|key)$/, name)
      for (const did of (content['dids'] as string[] | undefined) ?? []) {
        // biome-ignore lint/suspicious/noExplicitAny: the form is the test suite's
        const entry = content[did] as any
        const linked = entry['application/did+ld+json']
        assert.deepEqual(JSON.parse(linked.representation), {
          ...entry.didDocumentDataModel.properties,
          ...linked.didDocumentDataModel.representationSpecificEntries,
        })
        assert.equal(
          linked.didDocumentDataModel.representationSpecificEntries['@context'][0],
          'https://www.w3.org/ns/did/v1',
        )
      }
    }
  })
})
