import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { fromHex, toHex } from '@ambrosia/primitives/Bytes'
import fc from 'fast-check'
import { SUITES } from './ciphersuite.ts'
import * as Curve from './curve.ts'
import { createFixedBases, toDigits } from './fixedBases.ts'
import { generators } from './generators.ts'

const R = 0x73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001n
const bytesOf = (value: bigint): Uint8Array => fromHex(`0x${value.toString(16).padStart(64, '0')}`)

const scalarValues = fc.oneof(
  fc.constantFrom(0n, 1n, 2n, 511n, 512n, 513n, 1023n, 1024n, R - 1n, R - 2n, R >> 1n),
  fc.bigInt({ min: 0n, max: R - 1n }),
)

const basesOf = (count: number) => {
  const points = generators(SUITES['BLS12-381-SHA-256'], count).points.slice(0, count)
  const bases = createFixedBases(Curve.kernel())
  bases.extend(points.slice(0, 5).map(Curve.toAffine))
  bases.extend(points.slice(5).map(Curve.toAffine))
  assert.equal(bases.count(), count)
  return { points, bases }
}

describe('fixedBases', () => {
  before(() => Curve.ready())

  it('cuts a scalar into signed digits that make it again', () => {
    fc.assert(
      fc.property(scalarValues, (value) => {
        const digits = toDigits(bytesOf(value))
        const sum = digits.reduceRight((rest, digit) => rest * 1024n + BigInt(digit), 0n)
        assert.equal(sum, value)
        assert.ok(digits.every((digit) => Math.abs(digit) <= 512))
      }),
      { numRuns: 300 },
    )
  })

  it('sums as the library does, over any choice of points and any scalars', () => {
    const { points, bases } = basesOf(12)
    const terms = fc.uniqueArray(fc.tuple(fc.nat({ max: 11 }), scalarValues), {
      minLength: 1,
      maxLength: 12,
      selector: ([index]) => index,
    })
    fc.assert(
      fc.property(terms, (chosen) => {
        const indexes = chosen.map(([index]) => index)
        const powers = bases.sum(
          indexes,
          chosen.map(([, value]) => bytesOf(value)),
        )
        assert.ok(powers)
        const expected = Curve.sumOfProducts(
          indexes.map((index) => points[index] as Curve.Point),
          chosen.map(([, value]) => Curve.reduceScalar(bytesOf(value))),
        )
        assert.equal(toHex(Curve.sumOfPowers(powers).serialize()), toHex(expected.serialize()))
      }),
      { numRuns: 100 },
    )
  })

  it('sums what fills its memory, with every digit the same', () => {
    const { points, bases } = basesOf(700)
    const indexes = points.map((_, index) => index)
    for (const value of [1n, 512n, R - 1n, BigInt(`0b${'0000000001'.repeat(25)}`)]) {
      const powers = bases.sum(
        indexes,
        indexes.map(() => bytesOf(value)),
      )
      const scalar = Curve.reduceScalar(bytesOf(value))
      const expected = Curve.sumOfProducts(
        points,
        indexes.map(() => scalar),
      )
      assert.ok(powers && Curve.sumOfPowers(powers).isEqual(expected), `${value}`)
    }
  })

  it('says so where a point meets itself or its opposite, and adds on afterwards', () => {
    const { points, bases } = basesOf(12)
    assert.equal(bases.sum([3, 3], [bytesOf(1n), bytesOf(1n)]), undefined)
    // 513 is 1024 - 511; the multiple by 1024 of the one is that of the other.
    assert.equal(bases.sum([3, 3], [bytesOf(511n), bytesOf(513n)]), undefined)
    const powers = bases.sum([3], [bytesOf(7n)])
    const expected = Curve.multiplyPoint(
      points[3] as Curve.Point,
      Curve.reduceScalar(Uint8Array.of(7)),
    )
    assert.ok(powers && Curve.sumOfPowers(powers).isEqual(expected))
  })
})
