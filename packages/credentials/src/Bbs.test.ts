import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { before, describe, it, type TestContext } from 'node:test'
import { concat, fromHex, fromUint, fromUtf8, toHex } from '@ambrosia/primitives/Bytes'
import { fixturePath } from '@ambrosia/primitives/testing/fixtures'
import fc from 'fast-check'
import * as Bbs from './Bbs.ts'
import { SUITES } from './bbs/ciphersuite.ts'
import { generators, hashGenerators } from './bbs/generators.ts'
import { hashToScalar, messageScalars } from './bbs/scalars.ts'

const CIPHERSUITES: [Bbs.Ciphersuite, string][] = [
  ['BLS12-381-SHA-256', 'bls12-381-sha-256'],
  ['BLS12-381-SHAKE-256', 'bls12-381-shake-256'],
]

// biome-ignore lint/suspicious/noExplicitAny: published fixtures are read as they are
type Fixture = any
function read(t: TestContext, path: string): Fixture | null {
  const whole = fixturePath(t, join('bbs', path))
  return whole === null ? null : JSON.parse(readFileSync(whole, 'utf8'))
}

function readFolder(t: TestContext, path: string): [string, Fixture][] {
  const whole = fixturePath(t, join('bbs', path))
  if (whole === null) return []
  const names = readdirSync(whole).sort()
  return names.map((name) => [name, JSON.parse(readFileSync(join(whole, name), 'utf8'))])
}

before(() => Bbs.ready())

for (const [ciphersuite, folder] of CIPHERSUITES) {
  describe(`IETF fixtures of ${ciphersuite}`, () => {
    const suite = SUITES[ciphersuite]

    it('makes the key pair', (t) => {
      const fixture = read(t, `${folder}/keypair.json`)
      if (fixture === null) return
      const pair = Bbs.keyPair(ciphersuite, fromHex(fixture.keyMaterial), fromHex(fixture.keyInfo))
      assert.equal(toHex(pair.secretKey), `0x${fixture.keyPair.secretKey}`)
      assert.equal(toHex(pair.publicKey), `0x${fixture.keyPair.publicKey}`)
    })

    it('makes the generators', (t) => {
      const fixture = read(t, `${folder}/generators.json`)
      if (fixture === null) return
      const expected = [fixture.Q1, ...fixture.MsgGenerators].map((hex) => `0x${hex}`)
      const made = generators(suite, expected.length).encodings.slice(0, expected.length)
      assert.deepEqual(made.map(toHex), expected)
      assert.equal(toHex(suite.basePoint), `0x${fixture.P1}`)
    })

    it('hashes to scalars', (t) => {
      const fixture = read(t, `${folder}/h2s.json`)
      const mapped = read(t, `${folder}/MapMessageToScalarAsHash.json`)
      if (fixture === null || mapped === null) return
      const scalar = hashToScalar(suite, fromHex(fixture.message), fromHex(fixture.dst))
      assert.equal(toHex(scalar.serialize()), `0x${fixture.scalar}`)
      const messages = mapped.cases.map((one: Fixture) => fromHex(one.message))
      assert.deepEqual(
        messageScalars(suite, messages).map((one) => toHex(one.serialize())),
        mapped.cases.map((one: Fixture) => `0x${one.scalar}`),
      )
    })

    it('makes and verifies signatures', (t) => {
      for (const [name, fixture] of readFolder(t, `${folder}/signature`)) {
        const { secretKey, publicKey } = fixture.signerKeyPair
        const common = {
          ciphersuite,
          header: fromHex(fixture.header),
          messages: fixture.messages.map(fromHex),
        }
        const signature = fromHex(fixture.signature)
        const valid = Bbs.verify({ ...common, publicKey: fromHex(publicKey), signature })
        assert.equal(valid, fixture.result.valid, name)
        if (!valid) continue
        const made = Bbs.sign({ ...common, secretKey: fromHex(secretKey) })
        assert.equal(toHex(made), `0x${fixture.signature}`, name)
      }
    })

    it('makes and verifies proofs', (t) => {
      const mocked = read(t, `${folder}/mockedRng.json`)
      for (const [name, fixture] of readFolder(t, `${folder}/proof`)) {
        const messages: Uint8Array[] = fixture.messages.map(fromHex)
        const common = {
          ciphersuite,
          publicKey: fromHex(fixture.signerPublicKey),
          header: fromHex(fixture.header),
          presentationHeader: fromHex(fixture.presentationHeader),
          disclosedIndexes: fixture.disclosedIndexes as number[],
        }
        const valid = Bbs.verifyProof({
          ...common,
          proof: fromHex(fixture.proof),
          messages: common.disclosedIndexes.map((index) => messages[index] as Uint8Array),
        })
        assert.equal(valid, fixture.result.valid, `${name} ${fixture.caseName}`)
        if (!valid) continue
        const made = Bbs.prove({
          ...common,
          signature: fromHex(fixture.signature),
          messages,
          randomBytes: (sizeBytes) =>
            suite.expand(fromHex(mocked.seed), fromHex(mocked.dst), sizeBytes),
        })
        assert.equal(toHex(made), `0x${fixture.proof}`, name)
      }
    })
  })
}

describe('generator table', () => {
  it('is what the specification makes', () => {
    const suite = SUITES['BLS12-381-SHA-256']
    const made = hashGenerators(suite, 530)
    const used = generators(suite, 530).encodings.slice(0, 530)
    assert.deepEqual(used.map(toHex), made.map(toHex))
  })
})

const CIPHERSUITE = 'BLS12-381-SHA-256'
const messagesOf = (count: number) =>
  Array.from({ length: count }, (_, index) => fromUtf8(`message ${index}`))
const FIELD_SIZE =
  0x1a0111ea397fe69a4b1ba7b6434bacd764774b84f38512bf6730d2a0f6b0f6241eabfffeb153ffffb9feffffffffaaabn
const ORDER = 0x73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001n

describe('hostile input', () => {
  let pair: Bbs.KeyPair
  let signature: Uint8Array
  let proof: Uint8Array
  const messages = messagesOf(6)
  const header = fromUtf8('header')
  const presentationHeader = fromUtf8('presentation header')
  const disclosedIndexes = [1, 4]

  before(() => {
    pair = Bbs.keyPair(CIPHERSUITE, new Uint8Array(32).fill(1))
    signature = Bbs.sign({ ...pair, ciphersuite: CIPHERSUITE, header, messages })
    proof = Bbs.prove({
      ...common(),
      signature,
      presentationHeader,
      messages,
      disclosedIndexes,
    })
  })

  const common = () => ({ ciphersuite: CIPHERSUITE, publicKey: pair.publicKey, header }) as const
  const verify = (change: Partial<Bbs.VerifyOptions>) =>
    Bbs.verify({ ...common(), signature, messages, ...change })
  const verifyProof = (change: Partial<Bbs.VerifyProofOptions>) =>
    Bbs.verifyProof({
      ...common(),
      proof,
      presentationHeader,
      messages: disclosedIndexes.map((index) => messages[index] as Uint8Array),
      disclosedIndexes,
      ...change,
    })
  const part = (bytes: Uint8Array, at: number, value: Uint8Array) => {
    const copy = bytes.slice()
    copy.set(value, at)
    return copy
  }

  it('starts from valid ones', () => {
    assert.equal(verify({}), true)
    assert.equal(verifyProof({}), true)
  })

  // The point (0, 2) has order 3; its negative and the identity are refused for the same reason.
  const smallOrder = part(new Uint8Array(48), 0, Uint8Array.of(0x80))
  const smallOrderNegative = part(new Uint8Array(48), 0, Uint8Array.of(0xa0))
  const identity = part(new Uint8Array(48), 0, Uint8Array.of(0xc0))
  const dirtyIdentity = part(identity, 47, Uint8Array.of(1))
  const beyondField = part(fromHex(FIELD_SIZE.toString(16)), 0, Uint8Array.of(0x9a))

  it('refuses points of small order, the identity and other spellings of a point', () => {
    const bad = [smallOrder, smallOrderNegative, identity, dirtyIdentity, beyondField]
    bad.push(new Uint8Array(48), new Uint8Array(48).fill(255))
    for (const [index, point] of bad.entries()) {
      assert.equal(verify({ signature: part(signature, 0, point) }), false, `A ${index}`)
      for (const at of [0, 48, 96]) {
        assert.equal(verifyProof({ proof: part(proof, at, point) }), false, `${at} ${index}`)
      }
    }
    // Without the flag of compression the same bytes are another format.
    const flag = Uint8Array.of((signature[0] as number) & 0x7f)
    assert.equal(verify({ signature: part(signature, 0, flag) }), false)
  })

  it('refuses public keys outside the group', () => {
    const keys = [
      new Uint8Array(96),
      part(new Uint8Array(96), 0, Uint8Array.of(0xc0)),
      part(pair.publicKey, 95, Uint8Array.of((pair.publicKey[95] as number) ^ 1)),
      pair.publicKey.slice(1),
      concat(pair.publicKey, Uint8Array.of(0)),
    ]
    for (let x = 0; x < 12; x++) {
      keys.push(part(part(new Uint8Array(96), 0, Uint8Array.of(0x80)), 95, Uint8Array.of(x)))
    }
    for (const publicKey of keys) {
      assert.equal(Bbs.isPublicKey(publicKey), false)
      assert.equal(verify({ publicKey }), false)
      assert.equal(verifyProof({ publicKey }), false)
    }
    assert.equal(Bbs.isPublicKey(pair.publicKey), true)
  })

  it('refuses scalars that are zero or not reduced', () => {
    for (const scalar of [0n, ORDER, ORDER + 1n, 2n ** 256n - 1n]) {
      const bytes = fromUint(scalar, 32)
      assert.equal(verify({ signature: part(signature, 48, bytes) }), false)
      for (let at = 144; at < proof.length; at += 32) {
        assert.equal(verifyProof({ proof: part(proof, at, bytes) }), false, `${at}`)
      }
      assert.throws(() => Bbs.publicKey(bytes), { code: 'Bbs.InvalidSecretKey' })
    }
    const e = BigInt(toHex(signature.slice(48)))
    if (e + ORDER < 2n ** 256n) {
      assert.equal(verify({ signature: part(signature, 48, fromUint(e + ORDER, 32)) }), false)
    }
  })

  it('refuses what is cut, padded or of another size', () => {
    for (const size of [0, 1, 79, 81, 112]) {
      assert.equal(verify({ signature: resized(signature, size) }), false)
    }
    for (const size of [0, 143, 144, 271, proof.length - 32, proof.length - 1, proof.length + 1]) {
      assert.equal(verifyProof({ proof: resized(proof, size) }), false, `${size}`)
    }
    assert.equal(verifyProof({ proof: concat(proof, proof.slice(-32)) }), false)
    const huge = new Uint8Array(Bbs.proofSizeBytes(Bbs.MESSAGE_LIMIT + 1)).fill(1)
    assert.equal(verifyProof({ proof: huge }), false)
  })

  it('refuses other indexes, messages, headers, keys and ciphersuites', () => {
    for (const indexes of [[4, 1], [1, 1], [1, 6], [-1, 4], [1.5, 4], [1], [0, 4], [1, 2 ** 40]]) {
      assert.equal(verifyProof({ disclosedIndexes: indexes }), false, `${indexes}`)
    }
    assert.equal(verifyProof({ messages: [], disclosedIndexes: [] }), false)
    assert.equal(verifyProof({ messages: [messages[4], messages[1]] as Uint8Array[] }), false)
    assert.equal(verifyProof({ presentationHeader: fromUtf8('another') }), false)
    assert.equal(verifyProof({ header: fromUtf8('another') }), false)
    assert.equal(verifyProof({ ciphersuite: 'BLS12-381-SHAKE-256' }), false)
    assert.equal(verify({ ciphersuite: 'BLS12-381-SHAKE-256' }), false)
    assert.equal(verify({ messages: messages.toReversed() }), false)
    assert.equal(verify({ messages: messages.slice(1) }), false)
    const other = Bbs.keyPair(CIPHERSUITE, new Uint8Array(32).fill(2))
    assert.equal(verifyProof({ publicKey: other.publicKey }), false)
    for (const ciphersuite of ['', 'toString', 'BLS12-381-SHA-512']) {
      assert.throws(() => verify({ ciphersuite: ciphersuite as Bbs.Ciphersuite }), {
        code: 'Bbs.UnknownCiphersuite',
      })
    }
  })

  it('refuses every proof with one bit changed', () => {
    for (let at = 0; at < proof.length; at += 7) {
      const bit = Uint8Array.of((proof[at] as number) ^ (1 << (at % 8)))
      assert.equal(verifyProof({ proof: part(proof, at, bit) }), false, `${at}`)
    }
  })

  it('tells callers of their own misuse', () => {
    const options = { ...common(), signature, messages }
    assert.throws(() => Bbs.prove({ ...options, disclosedIndexes: [2, 2] }), {
      code: 'Bbs.InvalidIndexes',
    })
    assert.throws(() => Bbs.prove({ ...options, signature: identity, disclosedIndexes: [] }), {
      code: 'Bbs.InvalidSignature',
    })
    assert.throws(() => Bbs.keyPair(CIPHERSUITE, new Uint8Array(31)), { code: 'Bbs.InvalidSeed' })
    const many = Array.from({ length: Bbs.MESSAGE_LIMIT + 1 }, () => header)
    assert.throws(() => Bbs.sign({ ...pair, ciphersuite: CIPHERSUITE, messages: many }), {
      code: 'Bbs.TooManyMessages',
    })
    assert.equal(verify({ messages: many }), false)
  })
})

function resized(bytes: Uint8Array, size: number): Uint8Array {
  const copy = new Uint8Array(size)
  copy.set(bytes.slice(0, size))
  return copy
}

describe('properties', () => {
  it('proves every choice of messages', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.uint8Array({ maxLength: 40 }), fc.boolean()), { maxLength: 9 }),
        fc.uint8Array({ maxLength: 40 }),
        fc.constantFrom<Bbs.Ciphersuite>('BLS12-381-SHA-256', 'BLS12-381-SHAKE-256'),
        (choices, header, ciphersuite) => {
          const pair = Bbs.keyPair(ciphersuite, new Uint8Array(32).fill(3))
          const messages = choices.map(([message]) => message)
          const disclosedIndexes = choices.flatMap(([, isShown], at) => (isShown ? [at] : []))
          const common = { ciphersuite, publicKey: pair.publicKey, header }
          const signature = Bbs.sign({ ...common, secretKey: pair.secretKey, messages })
          assert.equal(Bbs.verify({ ...common, signature, messages }), true)
          const proof = Bbs.prove({ ...common, signature, messages, disclosedIndexes })
          assert.equal(proof.length, Bbs.proofSizeBytes(messages.length - disclosedIndexes.length))
          const shown = disclosedIndexes.map((at) => messages[at] as Uint8Array)
          assert.equal(
            Bbs.verifyProof({ ...common, proof, messages: shown, disclosedIndexes }),
            true,
          )
        },
      ),
      { numRuns: 25, seed: 20260101 },
    )
  })

  it('hides more messages than the generator of random bytes gives scalars for at once', () => {
    const ciphersuite = 'BLS12-381-SHA-256'
    const pair = Bbs.keyPair(ciphersuite, new Uint8Array(32).fill(1))
    const header = new Uint8Array(0)
    const messages = Array.from({ length: 1500 }, (_, i) => fromUtf8(`message ${i}`))
    const common = { ciphersuite, publicKey: pair.publicKey, header } as const
    const signature = Bbs.sign({ ...common, secretKey: pair.secretKey, messages })
    const proof = Bbs.prove({ ...common, signature, messages, disclosedIndexes: [7] })
    assert.equal(proof.length, Bbs.proofSizeBytes(messages.length - 1))
    const shown = { messages: [messages[7] as Uint8Array], disclosedIndexes: [7] }
    assert.equal(Bbs.verifyProof({ ...common, proof, ...shown }), true)
  })

  it('signs the same whatever blinds the computation, and across chunks', () => {
    const pair = Bbs.keyPair(CIPHERSUITE, new Uint8Array(32).fill(4))
    const options = { ...pair, ciphersuite: CIPHERSUITE, messages: messagesOf(2100) } as const
    const first = Bbs.sign(options)
    const randomBytes = (sizeBytes: number) => new Uint8Array(sizeBytes).fill(77)
    assert.equal(toHex(Bbs.sign({ ...options, randomBytes })), toHex(first))
    assert.equal(Bbs.verify({ ...options, signature: first }), true)
  })
})

describe('differential', () => {
  it('agrees with the other implementation in both directions', async () => {
    const peer = await import('digitalbazaar-bbs-signatures')
    assert.notEqual(peer.sign, (await import('@digitalbazaar/bbs-signatures')).sign)
    for (const [ciphersuite] of CIPHERSUITES) {
      const pair = Bbs.keyPair(ciphersuite, new Uint8Array(32).fill(5))
      const messages = messagesOf(4)
      const header = fromUtf8('header')
      const presentationHeader = fromUtf8('ph')
      const options = { ...pair, ciphersuite, header, messages }
      const signature = Bbs.sign(options)
      assert.equal(toHex(await peer.sign(options)), toHex(signature))
      const shown = [messages[0], messages[2]] as Uint8Array[]
      const ours = Bbs.prove({
        ...options,
        signature,
        presentationHeader,
        disclosedIndexes: [0, 2],
      })
      const theirs = await peer.deriveProof({
        ...options,
        signature,
        presentationHeader,
        disclosedMessageIndexes: [0, 2],
      })
      const check = { ...options, presentationHeader }
      assert.equal(
        await peer.verifyProof({
          ...check,
          proof: ours,
          disclosedMessages: shown,
          disclosedMessageIndexes: [0, 2],
        }),
        true,
      )
      assert.equal(
        Bbs.verifyProof({ ...check, proof: theirs, messages: shown, disclosedIndexes: [0, 2] }),
        true,
      )
    }
  })
})
