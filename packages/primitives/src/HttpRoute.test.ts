import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { COMMON_ERRORS, type HttpRoute, pathOf, statusesOf, statusOf } from './HttpRoute.ts'

function routeOf(change: Partial<HttpRoute> = {}): HttpRoute {
  return {
    method: 'GET',
    path: '/v1/releases/:recordId/:oracle',
    summary: '',
    auth: 'anyone',
    answer: { kind: 'empty', status: 204 },
    errors: {},
    timeoutMs: 1000,
    ...change,
  }
}

describe('pathOf', () => {
  it('fills in parameters and query', () => {
    const params = { recordId: '0x12', oracle: 7 }
    assert.equal(pathOf(routeOf(), params, undefined), '/v1/releases/0x12/7')
    const query = { epoch: 300, form: 'safe-harbor', absent: undefined }
    assert.equal(
      pathOf(routeOf({ path: '/v1/status' }), undefined, query),
      '/v1/status?epoch=300&form=safe-harbor',
    )
  })

  it('keeps a value within its segment and its member', () => {
    const hostile = '../../admin?x=1#y'
    const path = pathOf(routeOf(), { recordId: hostile, oracle: 'a/b' }, { q: 'a&b=c' })
    assert.equal(path, '/v1/releases/..%2F..%2Fadmin%3Fx%3D1%23y/a%2Fb?q=a%26b%3Dc')
    assert.equal(new URL(`http://a.example${path}`).pathname.split('/').length, 5)
  })

  it('refuses a parameter that is missing', () => {
    assert.throws(() => pathOf(routeOf(), { recordId: '1' }, undefined), /needs oracle/)
  })
})

describe('statusesOf', () => {
  it('joins the errors of all routes', () => {
    const routes = {
      one: routeOf({ errors: { 'A.One': 404, 'B.': 422 } }),
      two: routeOf({ errors: { 'A.One': 404, 'A.Two': 409 } }),
    }
    assert.deepEqual(statusesOf(routes), { 'A.One': 404, 'B.': 422, 'A.Two': 409 })
  })

  it('refuses a table that gives one code two statuses', () => {
    const routes = {
      one: routeOf({ errors: { 'A.One': 404 } }),
      two: routeOf({ errors: { 'A.One': 400 } }),
    }
    assert.throws(() => statusesOf(routes), /two: two statuses of A\.One/)
  })
})

describe('statusOf', () => {
  it('goes by the code, then by its domain, and else knows nothing', () => {
    const errors = { 'A.One': 404, 'A.': 422 }
    assert.equal(statusOf('A.One', errors), 404)
    assert.equal(statusOf('A.Other', errors), 422)
    assert.equal(statusOf('B.One', errors), undefined)
    assert.equal(statusOf('Internal', COMMON_ERRORS), 500)
    assert.equal(statusOf('HttpSignature.Expired', COMMON_ERRORS), 401)
  })
})
