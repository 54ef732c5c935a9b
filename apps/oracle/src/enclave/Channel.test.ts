import assert from 'node:assert/strict'
import { PassThrough } from 'node:stream'
import { describe, it } from 'node:test'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import { createChannel, type Services } from './Channel.ts'
import * as Wire from './wire.ts'

/** Two sides with two pipes between them. */
function connect(services: Services) {
  const [there, back] = [new PassThrough(), new PassThrough()]
  const broken: string[] = []
  const unexpected: unknown[] = []
  const onBroken = ({ code }: AmbrosiaError): void => void broken.push(code)
  const onUnexpected = (error: unknown): void => void unexpected.push(error)
  const common = { onBroken, onUnexpected }
  const near = createChannel({ input: back, output: there, services: {}, ...common })
  createChannel({ input: there, output: back, services, ...common })
  return { near, there, back, broken, unexpected }
}

describe('the border of the enclave', () => {
  it('carries values of every kind that has a place in it, and nothing else', () => {
    const value = {
      int: 2n ** 200n,
      bytes: Uint8Array.of(0, 255),
      none: undefined,
      list: [1, 'two', null, true],
      $: 'own',
      nested: { $: 'int', v: '1' },
    }
    assert.deepEqual(Wire.decode(Wire.encode(value)), value)
    const parsed = Wire.decode('{"__proto__":{"a":1}}') as Record<string, unknown>
    assert.deepEqual(Object.keys(parsed), ['__proto__'])
    assert.equal(({} as { a?: number }).a, undefined)
    assert.throws(() => Wire.encode(() => {}), { code: 'Enclave.Malformed' })
    for (const text of ['', '{', '{"$":"code","v":"1"}', '{"$":"int","v":"1e9"}', '{"$":"int"}'])
      assert.throws(() => Wire.decode(text), { code: 'Enclave.Malformed' })
    const deep = `${'['.repeat(99)}${']'.repeat(99)}`
    assert.throws(() => Wire.decode(deep), { code: 'Enclave.Malformed' })
  })

  it('brings each answer to its call, in whatever order they come', async () => {
    const waiting = new Map<number, () => void>()
    const { near } = connect({
      wait: (n: number) => new Promise((done) => waiting.set(n, () => done(n * 2))),
    })
    const calls = [near.call('wait', [1]), near.call('wait', [2])]
    await new Promise((done) => setImmediate(done))
    waiting.get(2)?.()
    waiting.get(1)?.()
    assert.deepEqual(await Promise.all(calls), [2, 4])
  })

  it('has only what it was given: no other name, no inherited one', async () => {
    const { near } = connect({ one: async () => 1 })
    for (const name of ['two', 'toString', 'constructor', '__proto__'])
      await assert.rejects(near.call(name, []), { code: 'Enclave.Malformed' })
  })

  it('lets errors of ours pass with their code, of others nothing', async () => {
    const { near, unexpected } = connect({
      refuse: async () => {
        throw new AmbrosiaError('Record.Wrong', 'no', { hint: 'later', cause: new Error('secret') })
      },
      fail: async () => {
        throw new Error('secret')
      },
    })
    await assert.rejects(near.call('refuse', []), { code: 'Record.Wrong', hint: 'later' })
    const failure = await near.call('fail', []).catch((error: Error) => error)
    assert.ok(failure instanceof AmbrosiaError)
    assert.deepEqual(
      [failure.code, JSON.stringify(failure).includes('secret')],
      ['Enclave.Failed', false],
    )
    assert.equal(unexpected.length, 1)
  })

  it('ends with whoever sends what cannot be read, and every call with it', async () => {
    for (const line of ['no json\n', '{"kind":"call"}\n', '{"kind":"done","id":"1"}\n']) {
      const { near, back, broken } = connect({ wait: () => new Promise(() => {}) })
      const call = near.call('wait', [])
      back.write(line)
      await assert.rejects(call, { code: 'Enclave.Ended' })
      assert.deepEqual(broken, ['Enclave.Malformed'])
      await assert.rejects(near.call('wait', []), { code: 'Enclave.Ended' })
    }
  })

  it('limit: a line longer than 32 MiB ends it, and none is kept waiting for', async () => {
    const { near, back, broken } = connect({ wait: () => new Promise(() => {}) })
    const call = near.call('wait', [])
    const piece = 'x'.repeat(1024 * 1024)
    for (let n = 0; n <= 32; n++) back.write(piece)
    await assert.rejects(call, { code: 'Enclave.Ended' })
    assert.deepEqual(broken, ['Enclave.Malformed'])
  })

  it('limit: 1,024 calls wait, one more is refused', async () => {
    const { near } = connect({ wait: () => new Promise(() => {}) })
    for (let n = 0; n < 1024; n++) near.call('wait', []).catch(() => {})
    await assert.rejects(near.call('wait', []), { code: 'Enclave.Busy' })
    near.end()
  })
})
