import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { forbiddenIn } from './files.ts'

// The words are joined so that this file may hold them.
const dot = (name: string, word: string) => `${name}.${word}('x', () => {})`

describe('forbiddenIn', () => {
  it('finds switched-off tests in test files only', () => {
    for (const word of ['only', 'skip', 'todo']) {
      assert.equal(forbiddenIn('a.test.ts', dot('test', word)).length, 1, word)
      assert.equal(forbiddenIn('a.test.ts', dot('describe', word)).length, 1, word)
      assert.equal(forbiddenIn('a.test.ts', `test('x', { ${word}: ${true} }, f)`).length, 1, word)
      assert.deepEqual(forbiddenIn('a.ts', dot('test', word)), [], word)
    }
  })

  it('lets a test skip itself with a reason', () => {
    assert.deepEqual(forbiddenIn('a.test.ts', dot('t', 'skip')), [])
  })

  it('finds assertions that cannot be counted', () => {
    const call = `${'assert'}(x)`
    assert.equal(forbiddenIn('a.test.ts', call).length, 1)
    assert.deepEqual(forbiddenIn('a.test.ts', `fc.${call}; assert.ok(x)`), [])
    assert.deepEqual(forbiddenIn('a.ts', call), [])
  })

  it('finds notes about unfinished work and names the line', () => {
    const found = forbiddenIn('a.sol', `contract A {\n  // ${'TO'}${'DO'}: later\n}`)
    assert.deepEqual(
      found.map(({ place }) => place),
      ['a.sol:2'],
    )
  })

  it('finds paths of one machine, not paths that contain the word', () => {
    const slash = '/'
    assert.equal(forbiddenIn('a.md', `see ${slash}work/x`).length, 1)
    assert.equal(forbiddenIn('a.ts', `'${slash}home/me'`).length, 1)
    assert.equal(forbiddenIn('ambrosia', `cd ${slash}root/x`).length, 1)
    assert.deepEqual(forbiddenIn('a.md', 'https://example.org/work/x and net/work/x'), [])
  })

  it('finds marks of an unresolved merge', () => {
    assert.equal(forbiddenIn('a.md', `${'<'.repeat(7)} HEAD`).length, 1)
    assert.deepEqual(forbiddenIn('a.md', 'a title\n======='.concat('=')), [])
  })
})
