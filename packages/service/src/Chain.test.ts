import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, it } from 'node:test'
import { startAnvil } from '@ambrosia/chain/testing/startAnvil'
import * as Chain from './Chain.ts'

describe('connect', () => {
  it('refuses another chain, and no node', async (t) => {
    const rpcUrl = await startAnvil(t)
    await assert.rejects(Chain.connect({ rpcUrl, chainId: 1 }), { code: 'Chain.Mismatch' })
    const server = createServer((_request, response) => response.writeHead(404).end())
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    t.after(() => server.close())
    const { port } = server.address() as AddressInfo
    const wrong = { rpcUrl: `http://127.0.0.1:${port}`, chainId: 1 }
    await assert.rejects(Chain.connect(wrong), { code: 'Chain.Unreachable' })
  })
})
