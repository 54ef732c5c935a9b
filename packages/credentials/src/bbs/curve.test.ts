import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { fromHex } from '@ambrosia/primitives/Bytes'
import { SUITES } from './ciphersuite.ts'
import * as Curve from './curve.ts'
import { generators } from './generators.ts'

const bytesOf = (value: bigint): Uint8Array => fromHex(`0x${value.toString(16).padStart(64, '0')}`)

describe('pairingsEqual', () => {
  before(() => Curve.ready())

  it('keeps what is a key, refuses what is none, and pairs alike after it was pushed out', () => {
    const secrets = Array.from({ length: 70 }, (_, i) => Curve.reduceScalar(bytesOf(BigInt(i + 2))))
    const [a] = generators(SUITES['BLS12-381-SHA-256'], 1).points as [Curve.Point]
    for (const round of [1, 2]) {
      for (const secret of secrets) {
        const publicKey = Curve.publicKeyOf(secret)
        const left = [{ point: a, publicKey }]
        const product = Curve.multiplyPoint(a, secret)
        assert.ok(Curve.pairingsEqual(left, product), `round ${round}`)
        assert.ok(!Curve.pairingsEqual(left, a), `round ${round}`)
      }
    }
    assert.ok(!Curve.isKey(new Uint8Array(96)))
    assert.ok(!Curve.isKey(new Uint8Array(95)))
    const key = Curve.publicKeyOf(secrets[0] as Curve.Scalar)
    assert.ok(!Curve.isKey(key.with(0, (key[0] as number) ^ 0x80)))
  })
})
