import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { errorPage, errorsIn, prefixesIn } from './errorCodes.ts'

const errors = (text: string, prefixes?: ReadonlyMap<string, string>) =>
  errorsIn('a.ts', text, prefixes).map(({ code, message, hint }) => [code, message, hint])

describe('errorsIn', () => {
  it('reads classes and calls, values as an ellipsis', () => {
    const text = `
      class XError extends AmbrosiaError { constructor(n) { super('Deal.X', \`got \${n}\`, { hint: 'Do y.' }) } }
      throw new AmbrosiaError('Deal.Y', isA ? 'a' : 'b')`
    assert.deepEqual(errors(text), [
      ['Deal.X', 'got …', 'Do y.'],
      ['Deal.Y', 'a / b', ''],
    ])
  })

  it('takes the comment of the class where the message is a value', () => {
    const text = `/** A wrong\n * use. */\nexport class UsageError extends AmbrosiaError {
      constructor(message) { super('Cli.Usage', message) } }`
    assert.deepEqual(errors(text), [['Cli.Usage', 'A wrong use.', '']])
  })

  it('reads tables of faults, and nothing that only mentions a code', () => {
    const text = `const A = [{ code: 'Setup.Full', message: 'm', hint: 'h' }, { code: 'Setup.Other' }]
      hasCode(error, 'Deal.Z', 'text')`
    assert.deepEqual(errors(text), [['Setup.Full', 'm', 'h']])
  })

  it('puts the domain of a class before the names it is made with, in subclasses too', () => {
    const base =
      'class RecordError extends E { constructor(name, m) { super(`Record.${name}`, m) } }'
    const prefixes = prefixesIn('b.ts', base)
    assert.deepEqual([...prefixes], [['RecordError', 'Record.']])
    const text = `throw new RecordError('Sold', 'sold already')
      class LowError extends RecordError { constructor() { super('Low', 'too low') } }`
    assert.deepEqual(errors(text, prefixes), [
      ['Record.Sold', 'sold already', ''],
      ['Record.Low', 'too low', ''],
    ])
  })
})

describe('errorPage', () => {
  it('has a row for each code, sorted, with every place', () => {
    const one = { code: 'B.Y', message: 'a | b', hint: '', path: 'z.ts' }
    const page = errorPage([one, { ...one, path: 'y.ts' }, { ...one, code: 'A.X', hint: 'Do.' }])
    const rows = page.split('\n').filter((line) => line.startsWith('| `'))
    assert.deepEqual(rows, [
      '| `A.X` | a \\| b | Do. | `z.ts` |',
      '| `B.Y` | a \\| b |  | `y.ts`<br>`z.ts` |',
    ])
  })
})
