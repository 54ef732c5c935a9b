import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { longFunctions } from './functions.ts'

const lines = (count: number): string => 'work()\n'.repeat(count)

describe('longFunctions', () => {
  it('lets a function of the limit pass and finds one that is a line longer', () => {
    assert.deepEqual(longFunctions('a.ts', `function f() {\n${lines(3)}}`, 5), [])
    const [problem] = longFunctions('a.ts', `\nfunction f() {\n${lines(4)}}`, 5)
    assert.equal(problem?.place, 'a.ts:2')
    assert.match(problem.message, /^f has 6 lines/)
  })

  it('measures what a factory returns method by method', () => {
    const method = (name: string, count: number) => `${name}() {\n${lines(count)}},\n`
    const factory = (count: number) =>
      `const make = () => ({\n${method('one', 3)}${method('two', count)}})`
    assert.deepEqual(longFunctions('a.ts', factory(3), 5), [])
    const found = longFunctions('a.ts', factory(9), 5)
    assert.deepEqual(
      found.map(({ message }) => message),
      ['two has 11 lines, the limit is 5'],
    )
  })

  it('names a function by what holds it, and one that nothing names as such', () => {
    const [named] = longFunctions('a.ts', `const later = async () => {\n${lines(9)}}`, 5)
    const [bare] = longFunctions('a.ts', `on(() => {\n${lines(9)}})`, 5)
    assert.match(String(named?.message), /^later has/)
    assert.match(String(bare?.message), /^a function without a name has/)
  })
})
