import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import * as Units from './Units.ts'

describe('amounts', () => {
  it('reads and writes decimals exactly', () => {
    for (const [text, amount] of [
      ['0', 0n],
      ['4.75', 4_750_000_000_000_000_000n],
      ['0.000000000000000001', 1n],
      ['1000000', 10n ** 24n],
    ] as const) {
      assert.equal(Units.fromDecimal(text), amount)
      assert.equal(Units.toDecimal(amount), text)
    }
    assert.equal(Units.fromDecimal('1.50', 2), 150n)
    assert.equal(Units.fromDecimal('7', 0), 7n)
    assert.equal(Units.toDecimal(7n, 0), '7')
    assert.equal(Units.toDecimal(-5n, 1), '-0.5')
  })

  it('gives back what it was given', () => {
    const amount = fc.bigInt({ min: 0n, max: 2n ** 256n - 1n })
    fc.assert(
      fc.property(amount, fc.integer({ min: 0, max: 18 }), (value, decimals) => {
        assert.equal(Units.fromDecimal(Units.toDecimal(value, decimals), decimals), value)
      }),
    )
  })

  it('refuses what is not an amount, more decimals than there are, and hostile length', () => {
    const wrong = [
      '',
      '-1',
      '+1',
      '1.',
      '.5',
      '1e3',
      '1,5',
      ' 1',
      '1 ',
      '0x1',
      'NaN',
      'Infinity',
      '٣',
      '1\n',
    ]
    for (const text of [
      ...wrong,
      '0.0000000000000000001',
      '9'.repeat(101),
      '9'.repeat(10_000_000),
    ]) {
      assert.throws(
        () => Units.fromDecimal(text),
        { code: 'Units.InvalidAmount' },
        text.slice(0, 30),
      )
    }
    assert.throws(() => Units.fromDecimal('0.5', 0), { code: 'Units.InvalidAmount' })
    assert.equal(Units.fromDecimal('9'.repeat(100)), BigInt(`${'9'.repeat(100)}${'0'.repeat(18)}`))
  })
})
