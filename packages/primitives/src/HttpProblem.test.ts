import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as HttpProblem from './HttpProblem.ts'

describe('HttpProblem', () => {
  it('what a service writes a client reads', () => {
    const problem = HttpProblem.create({
      code: 'Ticket.TooLarge',
      status: 413,
      detail: 'this store takes at most 5 bytes',
      hint: 'Select fewer resources.',
    })
    assert.equal(problem.type, 'urn:ambrosia:error:Ticket.TooLarge')
    assert.deepEqual(HttpProblem.read(JSON.parse(JSON.stringify(problem))), {
      code: 'Ticket.TooLarge',
      detail: 'this store takes at most 5 bytes',
      hint: 'Select fewer resources.',
    })
    assert.deepEqual(HttpProblem.SCHEMA.required.toSorted(), [
      ...[...Object.keys(problem), 'instance'].toSorted(),
    ])
  })

  it('believes nothing that is not a problem', () => {
    for (const value of [undefined, null, 'text', 5, [], { code: 5, detail: {} }, { hint: '' }]) {
      assert.deepEqual(HttpProblem.read(value), {}, JSON.stringify(value))
    }
    for (const code of [
      '',
      'a b',
      'A.B.C',
      'A.'.repeat(40),
      '__proto__',
      '../x',
      `A.${'b'.repeat(61)}`,
    ]) {
      assert.equal(HttpProblem.read({ code }).code, undefined, code)
    }
    assert.deepEqual(HttpProblem.read({ title: 'Not Found' }), { detail: 'Not Found' })
  })

  it('bounds its texts and takes what steers a terminal out of them', () => {
    const { detail, hint } = HttpProblem.read({
      detail: `\u001b[2J${'x'.repeat(5000)}`,
      hint: 'line\r\nnext\u202e',
    })
    assert.equal(detail?.length, 1000)
    assert.ok(detail?.startsWith(' [2Jxxx'))
    assert.equal(hint, 'line  next ')
  })
})

describe('describeFault', () => {
  it('names places of the schema and never what the value holds', () => {
    const schemaPath = '#/properties/releases/items/properties/oracle'
    assert.equal(
      HttpProblem.describeFault([{ keyword: 'pattern', schemaPath }]),
      '/releases/[]/oracle is not what the schema asks for (pattern)',
    )
    const params = { requiredProperties: ['count'] }
    assert.equal(
      HttpProblem.describeFault([{ keyword: 'required', schemaPath: '#', params }]),
      ' is not what the schema asks for (required): count is missing',
    )
    assert.equal(HttpProblem.describeFault([]), ' is not what the schema asks for (schema)')
  })
})
