import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { before, describe, it, type TestContext } from 'node:test'
import { fromHex, toHex } from '@ambrosia/primitives/Bytes'
import { fixturePath } from '@ambrosia/primitives/testing/fixtures'
import * as Bbs from './Bbs.ts'
import { SUITES } from './bbs/ciphersuite.ts'
import { generators } from './bbs/generators.ts'
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
