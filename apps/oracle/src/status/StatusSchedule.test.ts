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

const published: PublishedList[] = [{ issuer, url, bytes: Uint8Array.of(1) }]

/** A schedule whose clock stands still, and the fetches it made. */
function setUp(fetchLists: (issuer: string, epoch: number) => Promise<PublishedList[]>) {
  const fetched: number[] = []
  const errors: unknown[] = []
  schedule = createStatusSchedule({
    periodSec: PERIOD,
    now: () => (START + 10) * 1000,
    fetchLists: async (did, epoch) => {
      fetched.push(epoch)
      return await fetchLists(did, epoch)
    },
    onError: (_, error) => errors.push(error),
  })
  return { schedule, fetched, errors }
}

describe('StatusSchedule', () => {
  it('fetches when an issuer is watched, never because of a submission', async () => {
    const { schedule, fetched } = setUp(async () => published)
    schedule.watch(issuer)
    schedule.watch(issuer)
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
    schedule.watch(issuer)
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

  it('gives the lists of the epoch of a time', async () => {
    const { schedule } = setUp(async () => published)
    schedule.watch(issuer)
    const lists = await schedule.listsAt([issuer], BigInt(START + 299))
    assert.deepEqual(lists, { epochSec: START, lists: published })
  })

  it('refuses an epoch that was not fetched, an issuer that is not watched, a fetch that failed', async () => {
    const { schedule, errors } = setUp(async () => {
      throw new Error('down')
    })
    await assert.rejects(schedule.listsAt([issuer], BigInt(START)), { code: 'Status.NotAvailable' })
    schedule.watch(issuer)
    await assert.rejects(schedule.listsAt([issuer], BigInt(START)), { code: 'Status.NotAvailable' })
    await assert.rejects(schedule.listsAt([issuer], BigInt(START - PERIOD)), {
      code: 'Status.NotAvailable',
    })
    assert.equal(errors.length, 1)
  })
})
