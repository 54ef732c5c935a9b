import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { concat, equal } from '@ambrosia/primitives/Bytes'
import fc from 'fast-check'
import { toPieces } from './streams.ts'

const content = Uint8Array.from({ length: 500 }, (_, i) => i & 255)

/** Parts in memory that is written over as soon as the next is asked for. */
async function* reusing(sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  let at = 0
  for (const size of sizes) {
    const part = content.slice(at, at + size)
    yield part
    part.fill(255)
    at += size
  }
}

describe('toPieces', () => {
  it('gives whole units and a last piece that is never empty after others', async () => {
    const sizes = fc.array(fc.integer({ min: 0, max: 60 }), { maxLength: 8 })
    const counts = fc.integer({ min: 1, max: 4 })
    await fc.assert(
      fc.asyncProperty(sizes, counts, fc.boolean(), async (parts, unitCount, isEager) => {
        const cut = { firstSizeBytes: 7, unitSizeBytes: 10, unitCount, isEager }
        const pieces: Uint8Array[] = []
        let lastCount = 0
        for await (const { bytes, isLast } of toPieces(reusing(parts), cut)) {
          pieces.push(bytes.slice())
          lastCount += isLast ? 1 : 0
        }
        const total = parts.reduce((sum, size) => sum + size, 0)
        assert.ok(equal(concat(...pieces), content.subarray(0, total)))
        assert.equal(lastCount, 1)
        const [first, ...others] = pieces.slice(0, -1)
        if (first) assert.equal(first.length, 7)
        for (const piece of others) {
          assert.ok(piece.length % 10 === 0 && piece.length <= 10 * unitCount)
        }
        if (!isEager && total > 0) assert.ok((pieces.at(-1) as Uint8Array).length > 0)
      }),
    )
  })
})
