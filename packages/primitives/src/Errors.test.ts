import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as Errors from './Errors.ts'

class ExpiredError extends Errors.AmbrosiaError {
  constructor(cause?: unknown) {
    super('Consent.Expired', 'the consent has expired', {
      hint: 'Ask for a new one.',
      details: { days: 3 },
      cause,
    })
  }
}

describe('AmbrosiaError', () => {
  it('carries code, message, hint, details and cause', () => {
    const cause = new Error('clock')
    const error = new ExpiredError(cause)
    assert.ok(error instanceof Error)
    assert.equal(error.code, 'Consent.Expired')
    assert.equal(error.name, 'Consent.Expired')
    assert.equal(error.hint, 'Ask for a new one.')
    assert.deepEqual(error.details, { days: 3 })
    assert.equal(error.cause, cause)
    assert.match(String(error), /^Consent\.Expired: the consent has expired$/)
    assert.ok(!('cause' in new ExpiredError()))
  })
})

describe('toPlain', () => {
  it('is the same three fields for every failure', () => {
    assert.deepEqual(Errors.toPlain(new ExpiredError()), {
      code: 'Consent.Expired',
      message: 'the consent has expired',
      hint: 'Ask for a new one.',
    })
    assert.deepEqual(Errors.toPlain(new TypeError('x is not y')), {
      code: 'Internal',
      message: 'x is not y',
      hint: '',
    })
    for (const thrown of ['text', null, undefined, 7, { message: 'secret' }]) {
      assert.deepEqual(Errors.toPlain(thrown), {
        code: 'Internal',
        message: 'unknown failure',
        hint: '',
      })
    }
  })
})

describe('hasCode', () => {
  it('matches a code or a domain, whole words only', () => {
    const error = new ExpiredError()
    assert.ok(Errors.hasCode(error, 'Consent.Expired'))
    assert.ok(Errors.hasCode(error, 'Consent.'))
    assert.ok(!Errors.hasCode(error, 'Consent'))
    assert.ok(!Errors.hasCode(error, 'Consent.Exp'))
    assert.ok(!Errors.hasCode(error, 'Con.'))
    assert.ok(!Errors.hasCode({ code: 'Consent.Expired' }, 'Consent.Expired'))
  })
})
