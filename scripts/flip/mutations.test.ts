import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { applied, mutationsOf, sample } from './mutations.ts'

const changed = (text: string) => mutationsOf('a.test.ts', text).map((one) => applied(text, one))

describe('mutationsOf', () => {
  it('puts the opposite in the place of an assertion', () => {
    for (const [text, other] of [
      ['assert.equal(a, 1)', 'assert.notEqual(a, 1)'],
      ['assert.notDeepEqual(a, b)', 'assert.deepEqual(a, b)'],
      ['assert.ok(a && b)', 'assert.ok(!(a && b))'],
      ['assert.match(a, /x/)', 'assert.doesNotMatch(a, /x/)'],
      ['t.assert.equal(a, 1)', 't.assert.notEqual(a, 1)'],
    ] as const) {
      assert.deepEqual(changed(text), [other], text)
    }
  })

  it('asks a failure for another code too', () => {
    assert.deepEqual(changed("assert.throws(f, { code: 'A.B' })"), [
      "assert.doesNotThrow(f, { code: 'A.B' })",
      "assert.throws(f, { code: 'Another.Code' })",
    ])
  })

  it('leaves alone what is not an assertion', () => {
    assert.deepEqual(
      changed('equal(a, 1); fc.assert(p); assert.fail(x); other.assert.x.equal(1)'),
      [],
    )
  })

  it('knows the test around it, and its line', () => {
    const text =
      "describe('s', () => {\n  it('does', async (t) => {\n    assert.ok(x)\n  })\n})\nassert.ok(y)"
    assert.deepEqual(
      mutationsOf('a.test.ts', text).map(({ line, test }) => [line, test]),
      [
        [3, 'does'],
        [6, null],
      ],
    )
  })
})

describe('sample', () => {
  it('is the same for the same seed, without doubles, all of a short list', () => {
    const list = Array.from({ length: 50 }, (_, index) => index)
    const drawn = sample(list, 10, 7)
    assert.deepEqual(sample(list, 10, 7), drawn)
    assert.equal(new Set(drawn).size, 10)
    assert.notDeepEqual(sample(list, 10, 8), drawn)
    assert.deepEqual(new Set(sample(list, 99, 7)), new Set(list))
  })
})
