import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import { startJobs, waitMs } from './jobs.ts'
import * as Log from './Log.ts'

const marked = 'marked-secret'

/** Jobs whose pauses end when the test says so. */
function start(t: TestContext, run: (signal: AbortSignal) => Promise<void>, everyMs = 1000) {
  const lines: string[] = []
  const log = Log.create({ name: 'test', level: 'trace', stream: { write: (l) => lines.push(l) } })
  const waits: number[] = []
  let go: (() => void) | undefined
  let reached: (() => void) | undefined
  const jobs = startJobs([{ name: 'work', everyMs, run }], {
    log,
    random: () => 0.5,
    pause: (ms, signal) => {
      waits.push(ms)
      reached?.()
      return new Promise((resolve) => {
        if (signal.aborted) return resolve()
        go = resolve
        signal.addEventListener('abort', () => resolve(), { once: true })
      })
    },
  })
  t.after(() => jobs.stop())
  /** Waits until a run has ended and its pause has begun. */
  const nextPause = () => new Promise<void>((resolve) => (reached = resolve))
  const next = async () => {
    const paused = nextPause()
    go?.()
    await paused
  }
  return { jobs, lines, waits, next, nextPause }
}

describe('startJobs', () => {
  it('runs at once, and again after each pause', async (t) => {
    let runs = 0
    const work = start(t, async () => {
      runs++
    })
    await work.nextPause()
    await work.next()
    await work.next()
    assert.equal(runs, 3)
    assert.deepEqual(work.waits, [1000, 1000, 1000])
    assert.deepEqual(work.lines, [])
  })

  it('tries again with increasing delays, and at its own pace once it works', async (t) => {
    let runs = 0
    const work = start(t, async () => {
      if (++runs <= 3) throw new AmbrosiaError('Store.Unreachable', 'the store does not answer')
    })
    await work.nextPause()
    for (let i = 0; i < 4; i++) await work.next()
    assert.deepEqual(work.waits, [2000, 4000, 8000, 1000, 1000])
  })

  it('logs a failure by its code and number, and nothing of what it failed on', async (t) => {
    const work = start(t, async () => {
      throw new Error(`${marked} in a message`)
    })
    await work.nextPause()
    const [line] = work.lines
    assert.match(line ?? '', /"job":"work","failures":1/)
    assert.ok(!work.lines.join('').includes(marked))
  })

  it('waits for the run under way when it stops, and starts no other', async (t) => {
    let end = () => {}
    let runs = 0
    let isStopped = false
    const signals: AbortSignal[] = []
    const work = start(t, (signal) => {
      runs++
      signals.push(signal)
      return new Promise((resolve) => {
        end = resolve
      })
    })
    const stopped = work.jobs.stop().then(() => {
      isStopped = true
    })
    assert.equal(signals[0]?.aborted, true)
    await new Promise((resolve) => setImmediate(resolve))
    assert.equal(isStopped, false)
    end()
    await stopped
    assert.equal(runs, 1)
  })

  it('takes what the end of the service interrupts for no failure', async (t) => {
    const work = start(
      t,
      (signal) =>
        new Promise((_, reject) => {
          signal.addEventListener('abort', () => reject(new Error('aborted')))
        }),
    )
    await work.jobs.stop()
    assert.deepEqual(work.lines, [])
    assert.deepEqual(work.waits, [])
  })

  it('a job that fails holds up no other', async (t) => {
    const lines: string[] = []
    const log = Log.create({ name: 'test', stream: { write: (line) => lines.push(line) } })
    let done = () => {}
    const worked = new Promise<void>((resolve) => {
      done = resolve
    })
    const never = () => new Promise<void>(() => {})
    const jobs = startJobs(
      [
        { name: 'fails', everyMs: 1, run: () => Promise.reject(new Error('x')) },
        { name: 'works', everyMs: 1, run: async () => done() },
      ],
      { log, pause: (_, signal) => (signal.aborted ? Promise.resolve() : never()) },
    )
    t.after(() => void jobs.stop())
    await worked
    assert.equal(lines.length, 1)
  })
})

describe('waitMs', () => {
  it('doubles with each failure up to a minute, or the own pace of a slower job', () => {
    const half = () => 0.5
    assert.deepEqual(
      [0, 1, 5, 6, 7, 60].map((failures) => waitMs(1000, failures, half)),
      [1000, 2000, 32_000, 60_000, 60_000, 60_000],
    )
    assert.equal(waitMs(300_000, 4, half), 300_000)
  })

  it('spreads by a tenth to either side', () => {
    assert.equal(
      waitMs(1000, 0, () => 0),
      900,
    )
    assert.equal(
      waitMs(1000, 0, () => 1),
      1100,
    )
  })
})
