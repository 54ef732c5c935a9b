import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { addCounts, countsOfLine, summaryLine } from './counts.ts'

describe('counts', () => {
  it('reads what it writes', () => {
    const counts = { pass: 10, fail: 1, skipped: 2 }
    assert.equal(summaryLine('contracts', counts), 'contracts 13 pass 10 fail 1 skipped 2')
    assert.deepEqual(countsOfLine('contracts', 'contracts 13 pass 10 fail 1 skipped 2\n'), counts)
    assert.deepEqual(addCounts(counts, counts), { pass: 20, fail: 2, skipped: 4 })
  })
  it('refuses another name, a wrong total and other text', () => {
    for (const line of [
      'tests 1 pass 1 fail 0 skipped 0',
      'contracts 2 pass 1 fail 0 skipped 0',
      '',
    ]) {
      assert.equal(countsOfLine('contracts', line), null, line)
    }
  })
})
