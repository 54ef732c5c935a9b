import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { pointsOf, segmentsByMessages } from './Bisection.ts'
import { toHash } from './Claim.ts'
import { deniedSegment } from './decide.ts'
import type { Run } from './Run.ts'

/** A run whose state after n steps has the hash n. */
function countingRun() {
  const asked: bigint[] = []
  const hashesAt: Run['hashesAt'] = async (points) => {
    asked.push(...points)
    return [...points]
  }
  return { run: { hashesAt } as Run, asked }
}

const POINTS = pointsOf(1000n, 2000n)
const TRUE = POINTS.map(toHash)
const FALSE = TRUE.map((_, index) => toHash(10n ** 9n + BigInt(index)))

describe('the segment that is denied', () => {
  it('ends with the first false state where all after it are, and few states are hashed', async () => {
    for (let first = 1; first <= 32; first++) {
      const { run, asked } = countingRun()
      const claimed = TRUE.map((state, index) => (index < first ? state : FALSE[index]!))
      assert.equal(await deniedSegment(run, POINTS, claimed), first - 1)
      assert.ok(asked.length <= 7, `${asked.length} states`)
    }
  })

  it('begins with a true state and ends with a false one, however they are mixed', async () => {
    for (let seed = 1; seed < 2 ** 16; seed += 97) {
      const isTrue = (index: number) =>
        index === 0 || (index < 32 && ((seed * (2 * index + 1)) >> 5) % 2 === 0)
      const claimed = TRUE.map((state, index) => (isTrue(index) ? state : FALSE[index]!))
      const segment = (await deniedSegment(countingRun().run, POINTS, claimed)) as number
      assert.ok(isTrue(segment) && !isTrue(segment + 1))
    }
  })

  it('is none where the beginning is false, or the end true', async () => {
    const { run } = countingRun()
    assert.equal(await deniedSegment(run, POINTS, TRUE), undefined)
    assert.equal(await deniedSegment(run, POINTS, FALSE), undefined)
  })
})

it('a split by messages halves what is long, and never has more segments than steps', () => {
  assert.equal(segmentsByMessages(0n, 2n ** 30n), 2n)
  assert.equal(segmentsByMessages(7n, 7n + 2n ** 15n), 32n)
  assert.equal(segmentsByMessages(0n, 5n), 5n)
})
