import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { fromHex, toHex } from '@ambrosia/primitives/Bytes'
import fc from 'fast-check'
import { SUITES } from './ciphersuite.ts'
import * as Curve from './curve.ts'
import { toDigits } from './fixedBases.ts'
import { generators } from './generators.ts'

const R = 0x73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001n
const bytesOf = (value: bigint): Uint8Array => fromHex(`0x${value.toString(16).padStart(64, '0')}`)

const scalarValues = fc.oneof(
  fc.constantFrom(0n, 1n, 2n, 511n, 512n, 513n, 1023n, 1024n, R - 1n, R - 2n, R >> 1n),
  fc.bigInt({ min: 0n, max: R - 1n }),
)

describe('fixedBases', () => {
  before(() => Curve.ready())

  it('cuts a scalar into signed digits that make it again', () => {
    fc.assert(
      fc.property(scalarValues, (value) => {
        const digits = new Int16Array(26)
        toDigits(bytesOf(value), digits)
        const sum = digits.reduceRight((rest, digit) => rest * 1024n + BigInt(digit), 0n)
        assert.equal(sum, value)
        assert.ok(digits.every((digit) => Math.abs(digit) <= 512))
      }),
      { numRuns: 300 },
    )
  })

  it('sums as the library does, over any choice of points and any scalars', () => {
    const { points } = generators(SUITES['BLS12-381-SHA-256'], 12)
    const bases = Curve.fixedBases()
    bases.extend(points.slice(0, 5))
    bases.extend(points.slice(5, 12))
    assert.equal(bases.count(), 12)
    const terms = fc.array(fc.tuple(fc.nat({ max: 11 }), scalarValues), {
      minLength: 1,
      maxLength: 12,
    })
    fc.assert(
      fc.property(terms, (chosen) => {
        const indexes = chosen.map(([index]) => index)
        const scalars = chosen.map(([, value]) => Curve.reduceScalar(bytesOf(value)))
        const expected = Curve.sumOfProducts(
          indexes.map((index) => points[index] as Curve.Point),
          scalars,
        )
        assert.equal(toHex(bases.sum(indexes, scalars).serialize()), toHex(expected.serialize()))
      }),
      { numRuns: 60 },
    )
  })

  it('leaves the library whole when its memory grows', () => {
    const all = generators(SUITES['BLS12-381-SHA-256'], 700)
    const bases = Curve.fixedBases()
    bases.extend(all.points.slice(0, 700))
    const again = Curve.decodeOwnPoints(all.encodings.slice(0, 700))
    const one = Curve.reduceScalar(Uint8Array.of(1))
    const ones = again.map(() => one)
    const indexes = again.map((_, index) => index)
    assert.ok(bases.sum(indexes, ones).isEqual(Curve.sumOfProducts(again, ones)))
  })
})

describe('keyOf', () => {
  before(() => Curve.ready())

  it('keeps what is a key, refuses what is none, and pairs alike after it was pushed out', () => {
    const secrets = Array.from({ length: 70 }, (_, i) => Curve.reduceScalar(bytesOf(BigInt(i + 2))))
    const [a] = generators(SUITES['BLS12-381-SHA-256'], 1).points as [Curve.Point]
    for (const round of [1, 2]) {
      for (const secret of secrets) {
        const key = Curve.keyOf(Curve.publicKeyOf(secret)) as Curve.Key
        const product = Curve.multiplyPoint(a, secret)
        assert.ok(Curve.pairingsEqual(a, key, product), `round ${round}`)
        assert.ok(!Curve.pairingsEqual(a, key, a), `round ${round}`)
      }
    }
    assert.equal(Curve.keyOf(new Uint8Array(96)), undefined)
    assert.equal(Curve.keyOf(new Uint8Array(95)), undefined)
    const key = Curve.publicKeyOf(secrets[0] as Curve.Scalar)
    assert.equal(Curve.keyOf(key.with(0, (key[0] as number) ^ 0x80)), undefined)
  })
})
