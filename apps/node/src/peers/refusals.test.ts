import assert from 'node:assert/strict'
import { it } from 'node:test'
import { createRefusals } from './refusals.ts'

it('what was refused is asked again after a pause that doubles up to ten minutes', () => {
  let nowMs = 1
  const refusals = createRefusals(() => nowMs)
  assert.ok(refusals.mayAsk('a'))
  let pauseMs = 30_000
  for (let time = 0; time < 8; time++) {
    refusals.note('a')
    nowMs += pauseMs - 1
    assert.ok(!refusals.mayAsk('a') && refusals.mayAsk('b'))
    nowMs++
    assert.ok(refusals.mayAsk('a'))
    pauseMs = Math.min(2 * pauseMs, 600_000)
  }
})

it('no more is remembered than a bound, the oldest first forgotten', () => {
  const refusals = createRefusals(() => 1)
  for (let index = 0; index < 1025; index++) refusals.note(String(index))
  assert.deepEqual([refusals.mayAsk('0'), refusals.mayAsk('1')], [true, false])
})
