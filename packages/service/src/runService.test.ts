import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { describe, it, type TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'

const program = fileURLToPath(new URL('./testing/exampleService.ts', import.meta.url))

function start(t: TestContext, env: Record<string, string> = {}) {
  const child = spawn(process.execPath, [program], {
    env: { PATH: process.env['PATH'], NODE_NO_WARNINGS: '1', ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  t.after(() => child.kill('SIGKILL'))
  let errors = ''
  const waiting: { text: string; resolve: () => void }[] = []
  child.stderr.on('data', (part) => {
    errors += part
    for (const { text, resolve } of waiting) if (errors.includes(text)) resolve()
  })
  const ready = new Promise<{ ready: boolean; url: string }>((resolve) => {
    let text = ''
    child.stdout.on('data', (part) => {
      text += part
      if (text.includes('\n')) resolve(JSON.parse(text.split('\n')[0] as string))
    })
  })
  let output = ''
  child.stdout.on('data', (part) => {
    output += part
  })
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
  const logged = (text: string) =>
    new Promise<void>((resolve) => {
      if (errors.includes(text)) resolve()
      waiting.push({ text, resolve })
    })
  return { child, ready, ended, logged, errors: () => errors, output: () => output }
}

describe('runService', () => {
  it('says that it is ready, drains on SIGTERM and ends with 0', async (t) => {
    const { child, ready, ended, logged } = start(t)
    const line = await ready
    assert.equal(line.ready, true)
    const slow = fetch(`${line.url}/v1/slow`)
    await logged('slow has begun')
    child.kill('SIGTERM')
    assert.deepEqual(await (await slow).json(), { done: true })
    assert.equal(await ended, 0)
  })

  it('ends with 0 on SIGINT', async (t) => {
    const { child, ready, ended } = start(t)
    await ready
    child.kill('SIGINT')
    assert.equal(await ended, 0)
  })

  it('a wrong configuration ends with 2 and names the setting', async (t) => {
    const { ended, errors } = start(t, { AMBROSIA_PORT: 'x' })
    assert.equal(await ended, 2)
    assert.match(
      errors(),
      /^Config\.Invalid: .*AMBROSIA_PORT must be a whole number from 0 to 65535/,
    )
  })

  it('a failure at the start ends with 1, without its message', async (t) => {
    for (const fault of ['throw', 'reject']) {
      const { ended, errors } = start(t, { AMBROSIA_TEST_FAULT: fault })
      assert.equal(await ended, 1, fault)
      assert.match(errors(), /"type":"Error"/)
      assert.ok(!errors().includes('marked-secret'))
    }
  })

  it('what is rejected to nobody is told without its message, and the service goes on', async (t) => {
    const { child, ready, ended, logged, errors } = start(t)
    const { url } = await ready
    const slow = fetch(`${url}/v1/slow`)
    await logged('slow has begun')
    await fetch(`${url}/v1/reject`)
    await logged('"type":"Error"')
    assert.deepEqual(await (await slow).json(), { done: true })
    assert.equal((await fetch(`${url}/v1/point`)).status, 200)
    child.kill('SIGTERM')
    assert.equal(await ended, 0)
    assert.ok(!errors().includes('marked-secret'))
  })

  it('what is thrown where nobody catches lets requests end, then ends with 1', async (t) => {
    const { ready, ended, logged, errors } = start(t)
    const { url } = await ready
    const slow = fetch(`${url}/v1/slow`)
    await logged('slow has begun')
    await fetch(`${url}/v1/throw`)
    await logged('"type":"Error"')
    assert.deepEqual(await (await slow).json(), { done: true })
    assert.equal(await ended, 1)
    assert.ok(!errors().includes('marked-secret'))
  })

  it('it ends with its owner, whose end of the pipe closes', async (t) => {
    const { child, ready, ended } = start(t, { AMBROSIA_OWNER_PIPE: '1' })
    await ready
    child.stdin.end()
    assert.equal(await ended, 0)
  })

  it('at the kill point that its owner named it ends as a crash would', async (t) => {
    const { child, ready, ended, output } = start(t, { AMBROSIA_OWNER_PIPE: '1' })
    const { url } = await ready
    assert.equal((await fetch(`${url}/v1/point`)).status, 200)
    child.stdin.write('kill-at half-way\n')
    while (!output().includes('{"killAt":"half-way"}')) await once(child.stdout, 'data')
    await assert.rejects(fetch(`${url}/v1/point`))
    assert.equal(await ended, null)
    assert.equal(child.signalCode, 'SIGKILL')
  })

  it('nobody names a kill point in production, or without being the owner', async (t) => {
    for (const env of [{ AMBROSIA_OWNER_PIPE: '1', AMBROSIA_ENV: 'production' }, {}]) {
      const { child, ready, output } = start(t, env)
      const { url } = await ready
      child.stdin.write('kill-at half-way\n')
      for (let i = 0; i < 3; i++) assert.equal((await fetch(`${url}/v1/point`)).status, 200)
      assert.ok(!output().includes('killAt'))
    }
  })
})
