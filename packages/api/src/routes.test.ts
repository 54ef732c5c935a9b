import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  COMMON_ERRORS,
  type HttpRoutes,
  statusesOf,
  statusOf,
} from '@ambrosia/primitives/HttpRoute'
import { issuerRoutes } from './issuer/routes.ts'
import { oracleRoutes } from './oracle/routes.ts'
import { playerRoutes } from './player/routes.ts'
import { storeRoutes } from './store/routes.ts'

const services: Record<string, HttpRoutes> = {
  issuer: issuerRoutes,
  store: storeRoutes,
  oracle: oracleRoutes,
}
/** A player of one game is no service that introduces itself: its account stands in the game. */
const tables = { ...services, player: playerRoutes }

describe('the tables of routes', () => {
  for (const [name, routes] of Object.entries<HttpRoutes>(tables)) {
    it(`${name}: a path and method have one route, and every parameter of the path a shape`, () => {
      const seen = new Set<string>()
      for (const [route, { method, path, params }] of Object.entries(routes)) {
        assert.match(path, /^\/v1\//, route)
        assert.ok(!seen.has(`${method} ${path}`), `${method} ${path}`)
        seen.add(`${method} ${path}`)
        const named = [...path.matchAll(/:([A-Za-z]+)/g)].map((match) => match[1])
        const { properties = {} } = (params ?? {}) as { properties?: object }
        assert.deepEqual(named.toSorted(), Object.keys(properties).toSorted(), route)
      }
    })

    it(`${name}: one status a code, and none that the frame answers by itself`, () => {
      for (const [code, status] of Object.entries(statusesOf(routes))) {
        assert.ok(status >= 400 && status <= 599, `${code} ${status}`)
        assert.equal(statusOf(code, COMMON_ERRORS), undefined, code)
      }
    })

    it(`${name}: bounds all that comes in and all that goes out`, () => {
      for (const [route, { body, answer, timeoutMs }] of Object.entries(routes)) {
        if (body && 'limitBytes' in body) assert.ok(body.limitBytes > 0, route)
        if ('limitBytes' in answer) assert.ok(answer.limitBytes > 0, route)
        assert.ok(timeoutMs >= 1000 && timeoutMs <= 3_600_000, route)
      }
    })
  }

  for (const [name, routes] of Object.entries(services)) {
    it(`${name}: describes itself in the one shape`, () => {
      const { path, answer } = routes['describe'] as HttpRoutes[string]
      assert.equal(path, '/v1/service')
      assert.ok(answer.kind === 'json')
      const { required } = answer.schema as { required?: string[] }
      for (const member of ['version', 'kind', 'chainId', 'account', 'audience']) {
        assert.ok(required?.includes(member), member)
      }
    })
  }
})
