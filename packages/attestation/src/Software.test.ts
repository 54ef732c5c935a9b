import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type Hex, toHex } from '@ambrosia/primitives/Bytes'
import { ed25519 } from '@noble/curves/ed25519.js'
import * as developmentRoot from './developmentRoot.ts'
import * as Software from './Software.ts'
import { flip } from './testing/assertRefused.ts'

const NOW_SEC = 1_900_000_000
const ROOT_KEY = new Uint8Array(32).fill(0x0d)
const policy = { roots: { 'development-root': toHex(ed25519.getPublicKey(ROOT_KEY)) } }
const statement: Software.Statement = {
  root: 'development-root',
  measurement: `0x${'ab'.repeat(32)}` as Hex,
  reportData: new Uint8Array(64).fill(0xd1),
  expiresAtSec: NOW_SEC + 60,
}

describe('software statements', () => {
  it('one that holds, until it expires', () => {
    const evidence = Software.create(statement, ROOT_KEY)
    const verdict = Software.verify(evidence, policy, NOW_SEC + 60)
    assert.equal(verdict.measurement, statement.measurement)
    assert.deepEqual(verdict.reportData, statement.reportData)
    assert.throws(() => Software.verify(evidence, policy, NOW_SEC + 61), {
      code: 'Attestation.Expired',
    })
  })

  it('changed in any part', () => {
    const evidence = Software.create(statement, ROOT_KEY)
    for (const [index, part] of evidence.parts.entries()) {
      for (let at = 0; at < part.length; at++) {
        const parts = evidence.parts.with(index, flip(part, at))
        assert.throws(
          () => Software.verify({ kind: 'software', parts }, policy, NOW_SEC),
          { name: /^Attestation\./ },
          `part ${index}, byte ${at}`,
        )
      }
      const parts = evidence.parts.with(index, part.subarray(1))
      assert.throws(() => Software.verify({ kind: 'software', parts }, policy, NOW_SEC), {
        name: /^Attestation\./,
      })
    }
  })

  it('by a root that the policy does not name, or by another key under its name', () => {
    const named = Software.create({ ...statement, root: 'another' }, ROOT_KEY)
    const inherited = Software.create({ ...statement, root: 'constructor' }, ROOT_KEY)
    for (const evidence of [named, inherited]) {
      assert.throws(() => Software.verify(evidence, policy, NOW_SEC), {
        code: 'Attestation.ChainUntrusted',
      })
    }
    const forged = Software.create(statement, new Uint8Array(32).fill(1))
    assert.throws(() => Software.verify(forged, policy, NOW_SEC), {
      code: 'Attestation.SignatureInvalid',
    })
  })
})

describe('the development root', () => {
  it('is named with the public key of its secret one', () => {
    const publicKey = toHex(ed25519.getPublicKey(developmentRoot.SECRET_KEY))
    assert.deepEqual(developmentRoot.SOFTWARE_POLICY.roots, { [developmentRoot.NAME]: publicKey })
  })
})
