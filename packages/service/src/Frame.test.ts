import assert from 'node:assert/strict'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import type { HttpRoutes } from '@ambrosia/primitives/HttpRoute'
import { startChain } from '@ambrosia/testing/startChain'
import { useFolder } from '@ambrosia/testing/useFolder'
import * as Type from 'typebox'
import * as Config from './Config.ts'
import { openFrame, type Serving, serve } from './Frame.ts'
import { commonSettings } from './settings.ts'

const settings = {
  ...commonSettings,
  port: Config.integer('AMBROSIA_PORT', { default: 0, minimum: 0, maximum: 65535 }),
}
const routes = {
  slow: {
    method: 'GET',
    path: '/v1/slow',
    summary: '',
    auth: 'anyone',
    answer: {
      kind: 'json',
      status: 200,
      limitBytes: 100,
      schema: Type.Object({ rows: Type.Integer() }),
    },
    errors: {},
    timeoutMs: 1000,
  },
} as const satisfies HttpRoutes

type Tables = { row: { id: number } }
const migrations = {
  '0001_row': {
    up: async (database: import('kysely').Kysely<unknown>) => {
      await database.schema.createTable('row').addColumn('id', 'integer').execute()
    },
  },
}

async function open(t: TestContext, change: Record<string, string> = {}) {
  const home = useFolder(t)
  const { url: rpcUrl } = await startChain(t)
  const network = { version: 1, chainId: 31337, rpcUrl, contracts: {}, confirmations: 1 }
  writeFileSync(join(home, 'network.json'), JSON.stringify(network))
  const env = { AMBROSIA_HOME: home, AMBROSIA_LOG_LEVEL: 'silent', ...change }
  const config = Config.read(settings, env)
  const frame = await openFrame<typeof settings, Tables>({ name: 'example', config, migrations })
  return { frame, home }
}

describe('a service on its frame', () => {
  it('has network, chain, keystore and database of its own home', async (t) => {
    const { frame, home } = await open(t)
    assert.equal(frame.network.chainId, 31337)
    assert.equal(await frame.client.getChainId(), 31337)
    frame.keystore.getOrCreate('key', () => new Uint8Array(32))
    await frame.database.insertInto('row').values({ id: 1 }).execute()
    assert.ok(existsSync(join(home, 'example', 'example.sqlite')))
    assert.ok(existsSync(join(home, 'example', 'keystore.json')))
    await frame.database.destroy()
  })

  it('opens no connection where the configuration names another chain', async (t) => {
    const home = useFolder(t)
    const { url: rpcUrl } = await startChain(t)
    const network = { version: 1, chainId: 1, rpcUrl, contracts: {}, confirmations: 1 }
    writeFileSync(join(home, 'network.json'), JSON.stringify(network))
    const config = Config.read(settings, { AMBROSIA_HOME: home, AMBROSIA_LOG_LEVEL: 'silent' })
    await assert.rejects(openFrame({ name: 'example', config, migrations }), {
      code: 'Chain.Mismatch',
    })
  })

  it('when it closes, requests and jobs under way end before the database', async (t) => {
    const { frame } = await open(t)
    const done: string[] = []
    let release = () => {}
    let begun = () => {}
    const hasBegun = new Promise<void>((resolve) => {
      begun = resolve
    })
    const serving: Serving<typeof routes> = {
      description: '',
      routes,
      handlers: {
        slow: async () => {
          begun()
          await new Promise<void>((resolve) => {
            release = resolve
          })
          const rows = await frame.database.selectFrom('row').selectAll().execute()
          done.push('request')
          return { rows: rows.length }
        },
      },
      whenListening: (url) => [
        {
          name: 'write',
          everyMs: 60_000,
          run: async (signal) => {
            assert.match(url, /^http:\/\/127\.0\.0\.1:\d+$/)
            await new Promise<void>((resolve) => {
              signal.addEventListener('abort', () => resolve(), { once: true })
            })
            await frame.database.insertInto('row').values({ id: 1 }).execute()
            done.push('job')
          },
        },
      ],
      close: () => done.push('close'),
    }
    const running = await serve(frame, serving)
    const answer = fetch(`${running.url}/v1/slow`)
    await hasBegun
    const closing = running.close()
    release()
    assert.equal((await answer).status, 200)
    await closing
    assert.deepEqual(done.toSorted(), ['close', 'job', 'request'])
    await assert.rejects(frame.database.selectFrom('row').selectAll().execute())
  })

  it('is ready while chain, database and its own checks are', async (t) => {
    const { frame } = await open(t)
    let isWell = true
    const running = await serve(frame, {
      description: '',
      routes,
      handlers: { slow: async () => ({ rows: 0 }) },
      checks: {
        own: async () => {
          if (!isWell) throw new Error('not well')
        },
      },
    })
    t.after(() => running.close())
    const ready = async () => (await fetch(`${running.url}/ready`)).json()
    const all = { chain: 'ok', database: 'ok', own: 'ok' }
    assert.deepEqual(await ready(), { status: 'ok', checks: all })
    isWell = false
    assert.deepEqual(await ready(), { status: 'unavailable', checks: { ...all, own: 'failed' } })
  })
})
