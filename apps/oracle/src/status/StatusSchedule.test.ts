import assert from 'node:assert/strict'
import { afterEach, describe, it } from 'node:test'
import type { PublishedList } from '../enclave/Enclave.ts'
import { createStatusSchedule, pauseOf, type StatusSchedule } from './StatusSchedule.ts'

const PERIOD = 300
const START = 1_800_000_000
const issuer = 'did:example:hospital'
const url = 'https://hospital.example/status/1'

let schedule: StatusSchedule | undefined
afterEach(() => schedule?.stop())

const deal = { dealId: 'one', issuers: [issuer], untilSec: START + 10 * PERIOD }

const published: PublishedList[] = [{ issuer, url, bytes: Uint8Array.of(1) }]

/** A schedule whose clock the test moves, and the fetches it made. */
function setUp(
  fetchLists: (issuer: string, epoch: number) => Promise<PublishedList[]>,
  keptSizeBytes?: number,
) {
  const fetched: number[] = []
  const clock = { nowSec: START + 10 }
  const errors: unknown[] = []
  schedule = createStatusSchedule({
    periodSec: PERIOD,
    now: () => clock.nowSec * 1000,
    fetchLists: async (did, epoch) => {
      fetched.push(epoch)
      return await fetchLists(did, epoch)
    },
    onError: (_, error) => errors.push(error),
    ...(keptSizeBytes === undefined ? {} : { keptSizeBytes }),
  })
  return { schedule, fetched, errors, clock }
}

describe('StatusSchedule', () => {
  it('fetches when an issuer is watched, never because of a submission', async () => {
    const { schedule, fetched } = setUp(async () => published)
    schedule.watch(deal)
    schedule.watch(deal)
    assert.deepEqual(fetched, [START])
    for (let i = 0; i < 3; i++) await schedule.listsAt([issuer], BigInt(START + i))
    assert.deepEqual(fetched, [START])
  })

  it('asks an issuer that does not answer at increasing intervals, at most every ten minutes', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] })
    const { schedule, fetched } = setUp(async () => {
      throw new Error('away')
    })
    const settle = () => new Promise(setImmediate)
    schedule.watch(deal)
    await settle()
    assert.equal(fetched.length, 1)
    for (const count of [1, 2, 3]) {
      t.mock.timers.tick(pauseOf(count, PERIOD) - 1)
      await settle()
      assert.equal(fetched.length, count)
      t.mock.timers.tick(1)
      await settle()
      assert.equal(fetched.length, count + 1)
    }
    assert.equal(pauseOf(1, 2), 500)
    assert.equal(pauseOf(1, 300), 2_000)
    assert.equal(pauseOf(1000, 300), 600_000)
  })

  it('asks an issuer for as long as a deal that names it has not ended', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] })
    const { schedule, fetched, clock } = setUp(async () => published)
    const epochsLater = (count: number) => {
      for (; count > 0; count--) {
        clock.nowSec += PERIOD
        t.mock.timers.tick(PERIOD * 1000)
      }
    }
    schedule.watch(deal)
    schedule.watch({ ...deal, dealId: 'two', untilSec: START + 3 * PERIOD })
    epochsLater(1)
    assert.equal(fetched.length, 2)
    schedule.end('one')
    epochsLater(1)
    assert.equal(fetched.length, 3, 'another deal names it')
    epochsLater(1)
    assert.equal(fetched.length, 4, 'the epoch of the last certificate')
    epochsLater(3)
    assert.equal(fetched.length, 4, 'the other deal has expired')
    schedule.watch({ ...deal, dealId: 'late', untilSec: START })
    assert.equal(fetched.length, 4)
  })

  it('does not try again an issuer whose deal has ended', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] })
    const { schedule, fetched } = setUp(async () => {
      throw new Error('away')
    })
    schedule.watch(deal)
    await new Promise(setImmediate)
    schedule.end('one')
    t.mock.timers.tick(pauseOf(1, PERIOD))
    await new Promise(setImmediate)
    assert.equal(fetched.length, 1)
  })

  it('gives the lists of the epoch of a time', async () => {
    const { schedule } = setUp(async () => published)
    schedule.watch(deal)
    const lists = await schedule.listsAt([issuer], BigInt(START + 299))
    assert.deepEqual(lists, { epochSec: START, lists: published })
  })

  it('refuses an epoch that was not fetched, an issuer that is not watched, a fetch that failed', async () => {
    const { schedule, errors } = setUp(async () => {
      throw new Error('down')
    })
    await assert.rejects(schedule.listsAt([issuer], BigInt(START)), { code: 'Status.NotAvailable' })
    schedule.watch(deal)
    await assert.rejects(schedule.listsAt([issuer], BigInt(START)), { code: 'Status.NotAvailable' })
    await assert.rejects(schedule.listsAt([issuer], BigInt(START - PERIOD)), {
      code: 'Status.NotAvailable',
    })
    assert.equal(errors.length, 1)
  })

  it('keeps within its bound what a hostile issuer publishes, and loses nothing of an honest one', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] })
    const hostile = 'did:example:hostile'
    const listOf = (did: string) => [
      { issuer: did, url, bytes: new Uint8Array(did === hostile ? 1000 : 10) },
    ]
    const test = setUp(async (did) => listOf(did), 2500)
    test.schedule.watch({ ...deal, issuers: [issuer, hostile] })
    for (let epoch = 1; epoch < 3; epoch++) {
      await test.schedule.listsAt([issuer, hostile], BigInt(test.clock.nowSec))
      test.clock.nowSec += PERIOD
      t.mock.timers.tick(PERIOD * 1000)
    }
    const now = test.clock.nowSec
    assert.ok(await test.schedule.listsAt([hostile], BigInt(now)))
    assert.ok(await test.schedule.listsAt([hostile], BigInt(now - PERIOD)))
    await assert.rejects(test.schedule.listsAt([hostile], BigInt(now - 2 * PERIOD)), {
      code: 'Status.NotAvailable',
    })
    for (const before of [0, 1, 2])
      assert.ok(await test.schedule.listsAt([issuer], BigInt(now - before * PERIOD)))
  })
})
