import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { testNameProblems } from './testNames.ts'

const messages = (text: string) => testNameProblems('a.test.ts', text).map(({ message }) => message)
const named = (name: string) => `describe('settle', () => { it('${name}', f) })`

describe('testNameProblems', () => {
  it('accepts sentences, names of code and of standards, and names that are made', () => {
    for (const name of ['refuses a second consent', 'DealClosed comes first', 'FHIR R4 is read']) {
      assert.deepEqual(messages(named(name)), [], name)
    }
    assert.deepEqual(messages('for (const x of y) it(`reads ${x}`, f)'), [])
  })

  it('refuses labels, full stops, capitals and nothing', () => {
    for (const [name, fault] of [
      ['error: no key', 'begins with a label'],
      ['behavior: waits', 'begins with a label'],
      ['waits.', 'ends with a full stop'],
      ['Refuses a key', 'begins with a capital'],
      ['', 'says nothing'],
    ]) {
      assert.deepEqual(messages(named(name as string)), [`"${name}" ${fault}`])
    }
  })

  it('refuses a name that is there twice in one suite, not in two', () => {
    assert.deepEqual(messages("describe('a', () => { it('x', f); it('x', f) })"), [
      '"x" is there twice',
    ])
    assert.deepEqual(
      messages("describe('a', () => it('x', f)); describe('b', () => it('x', f))"),
      [],
    )
  })

  it('refuses test and suite', () => {
    assert.deepEqual(messages("test('x', f)"), ['a test by the name of test'])
  })

  it('refuses an expected failure that nothing waits for', () => {
    assert.deepEqual(messages('assert.rejects(p)'), ['assert.rejects that nothing waits for'])
    for (const text of [
      'await assert.rejects(p)',
      'f(() => assert.rejects(p))',
      'all.push(assert.rejects(p))',
    ]) {
      assert.deepEqual(messages(text), [], text)
    }
  })
})
