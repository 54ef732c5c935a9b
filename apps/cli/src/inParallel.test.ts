import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { inParallel } from './inParallel.ts'

describe('inParallel', () => {
  it('does each item once, and never more at a time than it may', async () => {
    let [running, most] = [0, 0]
    const done: number[] = []
    await inParallel([1, 2, 3, 4, 5, 6, 7], 3, async (item) => {
      most = Math.max(most, ++running)
      await Promise.resolve()
      running--
      done.push(item)
    })
    assert.deepEqual(done.sort(), [1, 2, 3, 4, 5, 6, 7])
    assert.equal(most, 3)
    await inParallel([], 3, () => assert.fail('there was nothing to do'))
  })

  it('throws what the work throws', async () => {
    const work = async () => {
      throw new Error('no')
    }
    await assert.rejects(inParallel([1, 2], 2, work), /^Error: no$/)
  })
})
