import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { gatherAnswers } from './gatherAnswers.ts'

const never = new Promise<number>(() => {})
const isEnough = (answers: readonly number[]): boolean => answers.length >= 2

describe('gatherAnswers', () => {
  it('everybody who answers is heard', async () => {
    const work = [1, 2, 3].map((one) => Promise.resolve(one))
    const answers = await gatherAnswers(work, { isEnough, graceMs: 60_000 })
    assert.deepEqual(
      answers.map((one) => one.status === 'fulfilled' && one.value),
      [1, 2, 3],
    )
  })

  it('one who never answers does not hold up the others', async () => {
    const answers = await gatherAnswers([Promise.resolve(1), never, Promise.resolve(3)], {
      isEnough,
      graceMs: 1,
    })
    assert.deepEqual(
      answers.map((one) => (one.status === 'rejected' ? one.reason.code : one.value)),
      [1, 'Service.Silent', 3],
    )
  })

  it('refusals are told, and are not answers', async () => {
    const refused = Promise.reject(new Error('refused'))
    const answers = await gatherAnswers([Promise.resolve(1), refused], { isEnough, graceMs: 1 })
    assert.deepEqual(
      answers.map((one) => one.status),
      ['fulfilled', 'rejected'],
    )
  })
})
