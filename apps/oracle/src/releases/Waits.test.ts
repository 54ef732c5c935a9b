import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createWaits } from './Waits.ts'

describe('Waits', () => {
  it('waits longer after each failure, five minutes at most, and never gives up', () => {
    let nowMs = 0
    const waits = createWaits(() => nowMs)
    const measured: number[] = []
    for (let failure = 0; failure < 60; failure++) {
      assert.ok(waits.isDue('record'))
      waits.failed('record')
      const failedMs = nowMs
      while (!waits.isDue('record')) nowMs += 500
      measured.push(nowMs - failedMs)
    }
    assert.deepEqual(measured.slice(0, 4), [1_000, 2_000, 4_000, 8_000])
    assert.equal(measured.at(-1), 300_000)
  })

  it('one failure does not delay another name, and success forgets', () => {
    const waits = createWaits(() => 0)
    waits.failed('a')
    assert.ok(!waits.isDue('a') && waits.isDue('b'))
    waits.done('a')
    assert.ok(waits.isDue('a'))
  })
})
