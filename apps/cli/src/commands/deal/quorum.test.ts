import assert from 'node:assert/strict'
import { it } from 'node:test'
import { InvalidArgumentError } from 'commander'
import { quorum } from './quorum.ts'

it('a quorum is a count, or a count and a share of power', () => {
  assert.deepEqual(quorum('2'), { count: 2 })
  assert.deepEqual(quorum('3,20%'), { count: 3, powerBps: 2000 })
  assert.deepEqual(quorum('16,66.67%'), { count: 16, powerBps: 6667 })
  for (const wrong of ['', '0', '17', '3,', '3,20', '3,101%', '3,-1%', '3 20%', '3,20%,1', 'x'])
    assert.throws(() => quorum(wrong), InvalidArgumentError, wrong)
})
