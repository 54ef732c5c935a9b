import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { createTestChain, createTestNetwork } from '../testing/createTestChain.ts'
import { guestVectors } from '../testing/guestCases.ts'
import { createGuestInput } from './createGuestInput.ts'

const FILE = new URL('../../../../vectors/rollup/guest.json', import.meta.url)

describe('inputs of the guest', () => {
  it('are those of the vectors, which the guest follows to the same digests', async (t) => {
    const made = JSON.parse(JSON.stringify(await guestVectors(t))) as unknown
    assert.deepEqual(made, JSON.parse(readFileSync(FILE, 'utf8')))
  })

  it('are not made for records that this node has not derived', async (t) => {
    const l2 = await createTestChain(t, await createTestNetwork())
    const make = () => createGuestInput(l2.chain, l2.bodies, { from: 0, to: 1 })
    await assert.rejects(make, { code: 'Guest.NotDerived' })
  })
})
