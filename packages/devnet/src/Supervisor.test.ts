import assert from 'node:assert/strict'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { useFolder } from '@ambrosia/testing/useFolder'
import { firstFree } from './Ports.ts'
import { createSupervisor } from './Supervisor.ts'
import type { ProcessEvent } from './supervise.ts'
import { exampleProgram, isAlive } from './testing/exampleProgram.ts'

const FAST = { firstPauseMs: 1, longestPauseMs: 4, attempts: 3, stableMs: 60_000 }

/** A supervisor in a folder of its own, what it told, and a way to wait for what it will tell. */
function start(t: TestContext, options: Partial<Parameters<typeof createSupervisor>[0]> = {}) {
  const folder = useFolder(t)
  const events: ProcessEvent[] = []
  const waiting = new Set<(event: ProcessEvent) => void>()
  const supervisor = createSupervisor({
    logFolder: join(folder, 'logs'),
    policy: FAST,
    onEvent: (event) => {
      events.push(event)
      for (const listener of waiting) listener(event)
    },
    ...options,
  })
  t.after(() => supervisor.stop())
  const next = (kind: ProcessEvent['kind']): Promise<ProcessEvent> =>
    new Promise((done) => {
      const listener = (event: ProcessEvent): void => {
        if (event.kind !== kind) return
        waiting.delete(listener)
        done(event)
      }
      waiting.add(listener)
    })
  return { folder, supervisor, events, next, kinds: () => events.map(({ kind }) => kind) }
}

describe('Supervisor', () => {
  it('starts what is described, tells its address, keeps its log, ends it', async (t) => {
    const { folder, supervisor, kinds } = start(t)
    const example = await supervisor.add(exampleProgram(folder))
    assert.equal((await fetch(example.url)).status, 200)
    assert.equal(supervisor.get('example'), example)
    const { pid } = example
    await supervisor.stop()
    assert.equal(isAlive(pid), false)
    assert.equal(example.pid, undefined)
    assert.match(readFileSync(example.logFile, 'utf8'), /"ready":true/)
    assert.deepEqual(kinds(), ['ready', 'ended'])
    const log = readFileSync(join(folder, 'logs', 'supervisor.log'), 'utf8')
      .trimEnd()
      .split('\n')
    assert.deepEqual(
      log.map((line) => JSON.parse(line).kind),
      ['ready', 'ended'],
    )
  })

  it('what ends unasked is said and started again at the same address', async (t) => {
    const { folder, supervisor, events, next } = start(t)
    const port = await firstFree(0)
    const program = exampleProgram(folder)
    const example = await supervisor.add({
      ...program,
      env: { ...program.env, EXAMPLE_PORT: String(port) },
    })
    const { pid, url } = example
    const again = next('ready')
    process.kill(pid as number, 'SIGKILL')
    await again
    assert.notEqual(example.pid, pid)
    assert.equal(example.url, url)
    assert.equal((await fetch(url)).status, 200)
    assert.deepEqual(
      events.slice(1).map((event) => event.kind),
      ['ended', 'restarting', 'ready'],
    )
    assert.partialDeepStrictEqual(events[1], {
      isAsked: false,
      end: { exitCode: null, signal: 'SIGKILL' },
    })
  })

  it('after its attempts are used up it is given up, and can be started by hand', async (t) => {
    const { folder, supervisor, events, next } = start(t)
    const example = await supervisor.add(exampleProgram(folder))
    const broken = join(folder, 'broken')
    writeFileSync(broken, '')
    const over = next('gaveUp')
    process.kill(example.pid as number, 'SIGKILL')
    await over
    const pauses = events.flatMap((event) => (event.kind === 'restarting' ? [event.pauseMs] : []))
    assert.deepEqual(pauses, [1, 2, 4])
    assert.equal(example.pid, undefined)
    await assert.rejects(example.start(), { code: 'Devnet.ProcessFailed' })
    rmSync(broken)
    await example.start()
    assert.equal(isAlive(example.pid), true)
  })

  it('what is never to be started again stays down', async (t) => {
    const { folder, supervisor, kinds, next } = start(t)
    const example = await supervisor.add(exampleProgram(folder, { restart: 'never' }))
    const ended = next('ended')
    process.kill(example.pid as number, 'SIGKILL')
    await ended
    assert.deepEqual(kinds(), ['ready', 'ended'])
    await example.start()
    assert.equal(isAlive(example.pid), true)
  })

  it('killed or stopped it stays down until it is started', async (t) => {
    const { folder, supervisor, kinds } = start(t)
    const example = await supervisor.add(exampleProgram(folder))
    for (const how of ['kill', 'stop'] as const) {
      const { pid } = example
      await example[how]()
      assert.equal(isAlive(pid), false, how)
      await example.start()
      assert.equal(isAlive(example.pid), true, how)
    }
    assert.ok(!kinds().includes('restarting'))
  })

  it('at a kill point it ends the way a crash would', async (t) => {
    const { folder, supervisor } = start(t)
    const example = await supervisor.add(exampleProgram(folder))
    const { ended } = await example.killAt('half-way')
    assert.equal((await fetch(`${example.url}/elsewhere`)).status, 200)
    await assert.rejects(fetch(`${example.url}/half-way`))
    assert.deepEqual(await ended, { exitCode: null, signal: 'SIGKILL' })
    await example.start()
    assert.equal((await fetch(`${example.url}/half-way`)).status, 200)
  })

  it('ended while it waits for its next start, it does not come back', async (t) => {
    const slow = { ...FAST, firstPauseMs: 3_600_000, longestPauseMs: 3_600_000 }
    const { folder, supervisor, next } = start(t, { policy: slow })
    const example = await supervisor.add(exampleProgram(folder))
    const waiting = next('restarting')
    process.kill(example.pid as number, 'SIGKILL')
    await waiting
    await supervisor.stop()
    assert.equal(example.pid, undefined)
  })

  it('one that does not answer is said, and said again when it does', async (t) => {
    const { folder, supervisor, next } = start(t, { healthEveryMs: 5 })
    await supervisor.add(exampleProgram(folder, { healthPath: '/health' }))
    const ill = next('unresponsive')
    writeFileSync(join(folder, 'ill'), '')
    assert.equal((await ill).kind, 'unresponsive')
    const well = next('responsive')
    rmSync(join(folder, 'ill'))
    assert.equal((await well).kind, 'responsive')
  })

  it('a debugger may attach on the loopback interface', async (t) => {
    const { folder, supervisor, events } = start(t)
    await supervisor.add(exampleProgram(folder), { inspectPort: await firstFree(0) })
    const [ready] = events
    assert.ok(ready?.kind === 'ready')
    assert.match(ready.debuggerUrl ?? '', /^ws:\/\/127\.0\.0\.1:\d+\//)
  })

  it('the first to start is the last to end', async (t) => {
    const { folder, supervisor, events } = start(t)
    for (const name of ['chain', 'store', 'oracle']) {
      await supervisor.add(exampleProgram(folder, { name }))
    }
    await supervisor.stop()
    assert.equal(events.at(-1)?.name, 'chain')
  })

  it('refuses two of one name, one that is not there, one that does not start', async (t) => {
    const { folder, supervisor } = start(t)
    await supervisor.add(exampleProgram(folder))
    await assert.rejects(supervisor.add(exampleProgram(folder)), { code: 'Devnet.NameTaken' })
    assert.throws(() => supervisor.get('other'), { code: 'Devnet.NoProcess', hint: /example/ })
    writeFileSync(join(folder, 'broken'), '')
    await assert.rejects(supervisor.add(exampleProgram(folder, { name: 'broken' })), {
      code: 'Devnet.ProcessFailed',
      message: /exit code 3/,
    })
  })
})
