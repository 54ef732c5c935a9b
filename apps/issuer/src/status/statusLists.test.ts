import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import * as Contexts from '@ambrosia/credentials/Contexts'
import * as Credential from '@ambrosia/credentials/Credential'
import * as DidKey from '@ambrosia/credentials/DidKey'
import * as Keys from '@ambrosia/credentials/Keys'
import { createResolver } from '@ambrosia/credentials/Resolver'
import * as StatusList from '@ambrosia/credentials/StatusList'
import * as Database from '@ambrosia/service/Database'
import type { Kysely } from 'kysely'
import { migrations } from '../database/migrations.ts'
import type { IssuerDatabase } from '../database/tables.ts'
import type { IssuerKeys } from '../keys.ts'
import { personKeyOf, subjectHandleOf } from '../subjectHandle.ts'
import { createStatusLists, type StatusLists } from './statusLists.ts'

const PERIOD = 300
const START = 1_800_000_000
const listUrl = 'http://127.0.0.1/v1/status/1'

describe('status lists', () => {
  let database: Kysely<IssuerDatabase>
  let lists: StatusLists
  let nowSec = START
  const holder = Keys.holderKeyOf(new Uint8Array(32).fill(3))
  const loader = Contexts.createLoader()
  const resolver = createResolver({ readDidAmbrosia: async () => undefined })

  before(async () => {
    database = await Database.open<IssuerDatabase>({ url: 'sqlite::memory:', migrations })
    const eddsa = { id: DidKey.toVerificationMethodId(holder.did), ...holder }
    lists = createStatusLists({
      database,
      keys: { did: holder.did, eddsa } as unknown as IssuerKeys,
      listUrl: () => listUrl,
      periodSec: PERIOD,
      loader,
      now: () => nowSec * 1000,
    })
  })
  after(async () => await database.destroy())

  async function isRevoked(text: string, index: number): Promise<boolean> {
    const verified = await Credential.verifyEddsa({
      signed: JSON.parse(text),
      resolver,
      loader,
      nowMs: nowSec * 1000,
    })
    return StatusList.get(StatusList.readList(verified.document, 'revocation'), index)
  }

  it('entries at random places, not one after another', async () => {
    const entries = [await lists.allocate(), await lists.allocate(), await lists.allocate()]
    const indexes = entries.map((entry) => Number(entry.statusListIndex))
    assert.equal(new Set(indexes).size, 3)
    assert.notDeepEqual(indexes, [indexes[0], (indexes[0] ?? 0) + 1, (indexes[0] ?? 0) + 2])
    assert.ok(entries.every((entry) => entry.statusListCredential === listUrl))
  })

  it('two at once that draw the same place get two places', async () => {
    const draws = [7, 7, 7, 9].map((place) => new Uint8Array([0, 0, 0, 0, 0, 0, 0, place]))
    const randomBytes = () => draws.shift() ?? new Uint8Array(8)
    const colliding = createStatusLists({
      database,
      keys: { did: holder.did } as unknown as IssuerKeys,
      listUrl: () => listUrl,
      periodSec: PERIOD,
      loader,
      now: () => nowSec * 1000,
      randomBytes,
    })
    const entries = await Promise.all([colliding.allocate(), colliding.allocate()])
    assert.deepEqual(entries.map((entry) => entry.statusListIndex).sort(), ['7', '9'])
  })

  it('the list of an epoch never changes; a revocation counts from the next one on', async () => {
    const index = Number((await lists.allocate()).statusListIndex)
    const before = await lists.published(START)
    await lists.revoke(index)
    assert.equal(await lists.published(START), before)
    assert.equal(await isRevoked(before, index), false)
    nowSec = START + PERIOD
    const after = await lists.published(undefined)
    assert.equal(await isRevoked(after, index), true)
    assert.equal(await lists.published(START), before)
    assert.equal(await lists.published(START + PERIOD), after)
  })

  it('refuses epochs of the future, of an unasked past, and unknown entries', async () => {
    await assert.rejects(lists.published(nowSec + PERIOD), { code: 'Status.UnknownEpoch' })
    await assert.rejects(lists.published(START - PERIOD), { code: 'Status.UnknownEpoch' })
    await assert.rejects(lists.revoke(131_071), { code: 'Status.UnknownEntry' })
  })

  it('subject handles: one a person, told apart by identifiers, kept only under the secret', async () => {
    const secret = new Uint8Array(32).fill(9)
    const bundle = (id: string, mrn: string) =>
      JSON.stringify({
        resourceType: 'Bundle',
        type: 'collection',
        entry: [
          {
            resource: {
              resourceType: 'Patient',
              id,
              identifier: [{ system: 'urn:mrn', value: mrn }],
            },
          },
        ],
      })
    const first = await subjectHandleOf(database, personKeyOf(secret, bundle('a', 'MRN-4711')))
    assert.match(first, /^0x[0-9a-f]{64}$/)
    assert.equal(
      await subjectHandleOf(database, personKeyOf(secret, bundle('b', 'MRN-4711'))),
      first,
    )
    assert.notEqual(
      await subjectHandleOf(database, personKeyOf(secret, bundle('a', 'MRN-4712'))),
      first,
    )
    const rows = await database.selectFrom('subject').selectAll().execute()
    assert.ok(!JSON.stringify(rows).includes('4711'))
  })
})
