import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { figuresTable, isBenchmark, matchesFigure, parseSize, problemOfFigure } from './figures.ts'

const FIGURE = { name: 'settle.one', value: 187_000, unit: 'gas', against: 200_000, ratio: 1.07 }

describe('parseSize', () => {
  it('reads powers of ten', () => {
    assert.equal(parseSize('1GB'), 1e9)
    assert.equal(parseSize('1.5 MB'), 1.5e6)
    assert.equal(parseSize('10kb'), 1e4)
    assert.equal(parseSize('7'), 7)
  })
  it('refuses anything else', () => {
    for (const text of ['', '0', '-1MB', '1TB', 'MB', '1e3', '99999999GB', '1 MiB']) {
      assert.equal(parseSize(text), null, text)
    }
  })
})

describe('figures', () => {
  it('matches whole words of a name', () => {
    assert.ok(matchesFigure('settle.one', 'settle'))
    assert.ok(matchesFigure('settle.one', 'settle.one'))
    assert.ok(!matchesFigure('settlement.one', 'settle'))
    assert.ok(!matchesFigure('settle.one', 'settle.on'))
  })
  it('refuses figures that say nothing', () => {
    assert.equal(problemOfFigure(FIGURE), null)
    assert.equal(problemOfFigure({ ...FIGURE, against: null, ratio: null }), null)
    for (const wrong of [{ name: 'x' }, { value: Number.NaN }, { unit: '' }, { ratio: Infinity }]) {
      assert.equal(typeof problemOfFigure({ ...FIGURE, ...wrong }), 'string', JSON.stringify(wrong))
    }
  })
  it('prints an aligned table', () => {
    assert.equal(
      figuresTable([
        FIGURE,
        { name: 'a.b', value: 0.12345, unit: 'ms', against: null, ratio: null },
      ]),
      [
        'figure      value       against  ratio',
        'settle.one  187000 gas  200000   1.07 x',
        'a.b         0.1235 ms\n',
      ].join('\n'),
    )
  })
  it('knows a benchmark by what it exports', () => {
    assert.ok(isBenchmark({ name: 'x', run: async () => ({ figures: [] }) }))
    assert.ok(!isBenchmark({ run: async () => ({ figures: [] }) }))
  })
})
