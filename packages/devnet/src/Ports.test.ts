import assert from 'node:assert/strict'
import { createServer } from 'node:net'
import { describe, it, type TestContext } from 'node:test'
import { choosePorts, firstFree } from './Ports.ts'
import { describePorts } from './words.ts'

/** Listens on a port until the test ends. */
async function occupy(t: TestContext, port: number): Promise<void> {
  const server = createServer()
  await new Promise<void>((done) => server.listen(port, '127.0.0.1', done))
  t.after(() => server.close())
}

describe('Ports', () => {
  it('takes the next free port where one is busy, and says so', async (t) => {
    const port = await firstFree(0)
    await occupy(t, port)
    const chosen = await choosePorts([
      { name: 'chain', port },
      { name: 'store', port },
    ])
    const [chain, store] = chosen.map((one) => one.port)
    assert.ok(chain !== undefined && store !== undefined && chain > port && store > chain)
    assert.deepEqual(describePorts(chosen), [
      `port ${port} is in use, so chain listens on ${chain}`,
      `port ${port} is in use, so store listens on ${store}`,
    ])
  })

  it('any port is another one each time, and nothing to speak of', async () => {
    const wanted = Array.from({ length: 20 }, (_, index) => ({ name: `oracle-${index}`, port: 0 }))
    const chosen = await choosePorts(wanted)
    assert.equal(new Set(chosen.map(({ port }) => port)).size, 20)
    // No outgoing connection of any process can hold it when the service comes to listen.
    assert.ok(chosen.every(({ port }) => port < 32_768))
    assert.deepEqual(describePorts(chosen), [])
  })
})
