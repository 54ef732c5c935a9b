import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { amount, count, duration, period, short, size, time } from './figures.ts'

describe('figures', () => {
  it('amounts are rounded to a millionth, and say when that is not nothing', () => {
    assert.equal(amount(4_750_000_000_000_000_001n), '4.75 MED')
    assert.equal(amount(45n * 10n ** 18n), '45 MED')
    assert.equal(amount(1_234_567n * 10n ** 18n), '1,234,567 MED')
    assert.equal(amount(0n), '0 MED')
    assert.equal(amount(1n), '<0.000001 MED')
    assert.equal(amount(1_999_999_500_000_000_000n), '2 MED')
    assert.equal(amount(-(10n ** 18n)), '-1 MED')
    assert.equal(amount(1_234_560n, { symbol: 'USDC', decimals: 6 }), '1.23456 USDC')
    assert.equal(amount(7n, { symbol: 'ONE', decimals: 0 }), '7 ONE')
  })

  it('counts, sizes, times and hashes', () => {
    assert.deepEqual([count(7), count(2561), count(1_000_000n)], ['7', '2,561', '1,000,000'])
    assert.deepEqual([size(999), size(22_400), size(1_640_000)], ['999 B', '22 kB', '1.6 MB'])
    assert.deepEqual([duration(12.4), duration(8040)], ['12 ms', '8.0 s'])
    assert.equal(time(1_777_600_000n), '2026-05-01 01:46 UTC')
    assert.deepEqual(
      [period(86_400), period(30n * 86_400n), period(5400), period(61)],
      ['24 h', '30 days', '90 min', '61 s'],
    )
    assert.equal(short(`0x${'fa640a'.padEnd(60, '0')}d858`), '0xfa640a…d858')
  })
})
