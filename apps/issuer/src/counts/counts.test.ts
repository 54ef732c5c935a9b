import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import * as Keys from '@ambrosia/credentials/Keys'
import * as Bundle from '@ambrosia/health/Bundle'
import * as Generator from '@ambrosia/health/Generator'
import { random } from '@ambrosia/primitives/Bytes'
import { hash } from '@ambrosia/testing/values'
import { COUNTS_PERIOD_SEC, startIssuer } from '../testing/startIssuer.ts'

async function counting(t: TestContext) {
  const started = await startIssuer(t)
  const { issuer, clock } = started
  const add = async (from: number, to: number, ...facets: string[]): Promise<void> => {
    for (let person = from; person < to; person++)
      await issuer.counts.add(hash(`person ${person}`), facets)
  }
  const later = (): void => {
    clock.nowMs += COUNTS_PERIOD_SEC * 1000
  }
  return { ...started, add, later, counts: () => started.client.counts() }
}

describe('counts of an issuer', () => {
  it('are empty for fewer than ten people, and count nobody twice', async (t) => {
    const { add, later, counts } = await counting(t)
    await add(0, 9, 'sex', 'sex=female')
    for (let again = 0; again < 5; again++) await add(0, 9, 'sex', 'sex=female')
    later()
    const { people, facets, publishedAtSec } = await counts()
    assert.deepEqual([people, facets, publishedAtSec], [0, [], 0])
  })

  it('tell tens, and change only with ten people more and after the period', async (t) => {
    const { add, later, counts } = await counting(t)
    await add(0, 36, 'sex')
    await add(0, 14, 'ldl')
    await add(0, 9, 'hba1c')
    const first = await counts()
    assert.equal(first.people, 30)
    assert.deepEqual(first.facets, [
      { claim: 'ldl', people: 10 },
      { claim: 'sex', people: 20 },
    ])
    // One person more, who would take hba1c over ten: nothing says so.
    await add(36, 37, 'sex', 'hba1c')
    later()
    assert.deepEqual(await counts(), first)
    await add(37, 46, 'sex')
    const second = await counts()
    assert.equal(second.people, 40)
    assert.ok(second.facets.some((facet) => 'claim' in facet && facet.claim === 'hba1c'))
    // Ten more within the period wait for its end.
    await add(46, 60, 'sex', 'ldl')
    assert.deepEqual(await counts(), second)
    later()
    assert.equal((await counts()).people, 60)
  })

  it('count a record that is issued, and keep no list of who claims what', async (t) => {
    const { client, issuer } = await startIssuer(t)
    const holder = Keys.createHolderKey(random).did
    const asOf = new Date('2026-06-01T00:00:00Z')
    const { resources } = Generator.patient({ seed: 3, asOf, condition: 'diabetes', resources: 50 })
    for (const form of ['safe-harbor', 'identified'] as const)
      await client.issue(Bundle.write(resources), holder, form)
    const counted = await issuer.database.selectFrom('facet_count').selectAll().execute()
    const of = (facet: string) => counted.find((row) => row.facet === facet)?.people
    assert.deepEqual([of(''), of('sex'), of('birthYearBand')], [1, 1, 1])
    const rows = await issuer.database.selectFrom('counted').selectAll().execute()
    for (const { seen } of rows) assert.match(seen, /^0x[0-9a-f]{32}$/)
  })
})
