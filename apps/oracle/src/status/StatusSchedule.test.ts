import assert from 'node:assert/strict'
import { afterEach, describe, it } from 'node:test'
import * as StatusList from '@ambrosia/credentials/StatusList'
import { createStatusSchedule, type IssuerList, type StatusSchedule } from './StatusSchedule.ts'

const PERIOD = 300
const START = 1_800_000_000
const issuer = 'did:example:hospital'
const url = 'https://hospital.example/status/1'

let schedule: StatusSchedule | undefined
afterEach(() => schedule?.stop())

function listWith(...revoked: number[]): IssuerList[] {
  const list = StatusList.create()
  for (const index of revoked) StatusList.set(list, index)
  return [{ url, sha256: new Uint8Array(32).fill(revoked.length), list }]
}

function entryOf(index: number) {
  return StatusList.toEntry({ listUrl: url, index, purpose: 'revocation' })
}

/** A schedule whose clock stands still, and the fetches it made. */
function setUp(fetchLists: (issuer: string, epoch: number) => Promise<IssuerList[]>) {
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
    const { schedule, fetched } = setUp(async () => listWith(5))
    schedule.watch(issuer)
    schedule.watch(issuer)
    assert.deepEqual(fetched, [START])
    for (let i = 0; i < 3; i++) await schedule.listsAt([issuer], BigInt(START + i))
    assert.deepEqual(fetched, [START])
  })

  it('an epoch has one root, and the bits of its lists', async () => {
    const { schedule } = setUp(async () => listWith(5))
    schedule.watch(issuer)
    const lists = await schedule.listsAt([issuer], BigInt(START + 299))
    assert.match(lists.root, /^0x[0-9a-f]{64}$/)
    assert.equal(lists.isRevoked(issuer, entryOf(5)), true)
    assert.equal(lists.isRevoked(issuer, entryOf(6)), false)
  })

  it('refuses a list that the issuer does not publish, or of another issuer', async () => {
    const { schedule } = setUp(async () => listWith(5))
    schedule.watch(issuer)
    const lists = await schedule.listsAt([issuer], BigInt(START))
    const entry = { ...entryOf(5), statusListCredential: 'https://elsewhere.example/1' }
    assert.throws(() => lists.isRevoked(issuer, entry), { code: 'Status.UnknownList' })
    assert.throws(() => lists.isRevoked('did:example:other', entryOf(5)), {
      code: 'Status.UnknownList',
    })
    const suspension = { ...entryOf(5), statusPurpose: 'suspension' }
    assert.throws(() => lists.isRevoked(issuer, suspension), { code: 'Status.UnknownList' })
    assert.throws(() => lists.isRevoked(issuer, entryOf(131_072)), {
      code: 'StatusList.OutOfRange',
    })
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
