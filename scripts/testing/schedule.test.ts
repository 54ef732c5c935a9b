import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { keepDurations, readDurations, typicalMs } from './durations.ts'
import { type Job, longestFirst, runJobs } from './schedule.ts'

type Sample = { name: string; cost?: number; expectedMs?: number }

/** Jobs that end when they are told to, and what is running at a moment. */
function samples(list: readonly Sample[]) {
  const running = new Set<string>()
  const ends = new Map<string, () => void>()
  const jobs = list.map(
    ({ name, cost = 1, expectedMs = 0 }): Job<string> => ({
      name,
      cost,
      expectedMs,
      run: () =>
        new Promise((done) => {
          running.add(name)
          ends.set(name, () => {
            running.delete(name)
            done(name)
          })
        }),
    }),
  )
  const end = async (name: string) => {
    ends.get(name)?.()
    await new Promise((done) => setImmediate(done))
  }
  return { jobs, running, end }
}

describe('longestFirst', () => {
  it('puts long ones before short ones, whatever they cost', () => {
    const { jobs } = samples([
      { name: 'short', expectedMs: 1 },
      { name: 'long', expectedMs: 9 },
      { name: 'network', cost: 0.5, expectedMs: 5 },
    ])
    assert.deepEqual(
      longestFirst(jobs).map(({ name }) => name),
      ['long', 'network', 'short'],
    )
  })
})

describe('runJobs', () => {
  it('never has more at once than there are processors', async () => {
    const { jobs, running, end } = samples([
      { name: 'a', expectedMs: 3 },
      { name: 'b', expectedMs: 2 },
      { name: 'c', expectedMs: 1 },
    ])
    const all = runJobs(jobs, 2)
    assert.deepEqual([...running], ['a', 'b'])
    await end('b')
    assert.deepEqual([...running], ['a', 'c'])
    await end('a')
    await end('c')
    assert.deepEqual(
      (await all).map(({ result }) => result),
      ['b', 'a', 'c'],
    )
  })

  it('has more at once of those that mostly wait, and lets what is dearer wait for a gap', async () => {
    const { jobs, running, end } = samples([
      { name: 'network', cost: 0.5, expectedMs: 5 },
      { name: 'a', expectedMs: 4 },
      { name: 'b', expectedMs: 3 },
      { name: 'another network', cost: 0.5, expectedMs: 2 },
    ])
    const all = runJobs(jobs, 2)
    assert.deepEqual([...running], ['network', 'a', 'another network'])
    await end('network')
    assert.deepEqual([...running], ['a', 'another network'])
    await end('another network')
    assert.deepEqual([...running], ['a', 'b'])
    await end('a')
    await end('b')
    assert.equal((await all).length, 4)
  })

  it('runs one that costs more than there is, alone', async () => {
    const { jobs, running, end } = samples([{ name: 'a', cost: 3 }, { name: 'b' }])
    const all = runJobs(jobs, 2)
    assert.deepEqual([...running], ['a'])
    await end('a')
    await end('b')
    assert.equal((await all).length, 2)
  })
})

describe('durations', () => {
  it('are kept, added to and read; a broken file is none', (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'ambrosia-durations-'))
    t.after(() => rmSync(folder, { recursive: true }))
    const path = join(folder, 'a', 'durations.json')
    keepDurations(new Map([['x', 1.6]]), path)
    keepDurations(new Map([['y', 2]]), path)
    assert.deepEqual(
      [...readDurations(path)],
      [
        ['x', 2],
        ['y', 2],
      ],
    )
    writeFileSync(path, '{')
    assert.equal(readDurations(path).size, 0)
  })

  it('are guessed for what never ran: networks before games before the rest', () => {
    const guesses = ['e2e/rollup.test.ts', 'e2e/sale.test.ts', 'packages/dispute/src/play.test.ts']
    const [rollup = 0, sale = 0, games = 0] = guesses.map(typicalMs)
    assert.ok(rollup > sale && sale > games)
    assert.ok(games > typicalMs('packages/dispute/src/decide.test.ts'))
  })
})
