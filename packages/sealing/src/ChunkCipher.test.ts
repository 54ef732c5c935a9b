import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { equal } from '@ambrosia/primitives/Bytes'
import fc from 'fast-check'
import { CHUNK_SIZE_BYTES, nonceOf } from './ChunkCipher.ts'
import { createChunkCipher as createInNode } from './node/cipher.ts'
import { UNIT_SIZE_BYTES } from './Padding.ts'
import { createChunkCipher as createInBrowser } from './web/cipher.ts'

const key = new Uint8Array(32).fill(3)
const bound = new Uint8Array(32).fill(4)
const content = Uint8Array.from({ length: 3 * UNIT_SIZE_BYTES }, (_, i) => (i * 31) & 255)

describe('ChunkCipher', () => {
  it('writes and reads the same bytes in Node and in a browser', async () => {
    const [node, web] = await Promise.all([createInNode(key, bound), createInBrowser(key, bound)])
    const sizes = fc.oneof(
      fc.constantFrom(0, 1, UNIT_SIZE_BYTES, 3 * UNIT_SIZE_BYTES),
      fc.integer({ min: 0, max: 3 * UNIT_SIZE_BYTES }),
    )
    const indexes = fc.constantFrom(0, 1, 2 ** 24 - 1, 2 ** 32 - 1, 2 ** 32, 2 ** 40)
    await fc.assert(
      fc.asyncProperty(sizes, indexes, fc.boolean(), async (size, firstIndex, isEnd) => {
        const piece = { data: content.subarray(0, size), chunkCount: 3, firstIndex, isEnd }
        const bytes = await node.encrypt(piece)
        assert.equal(bytes.length, 3 * CHUNK_SIZE_BYTES)
        assert.ok(equal(await web.encrypt(piece), bytes))
        for (const cipher of [node, web]) {
          const { counts, data } = await cipher.decrypt({ bytes, firstIndex, isEnd })
          assert.equal(counts[0], Math.min(size, UNIT_SIZE_BYTES))
          assert.ok(equal(data.subarray(0, size), piece.data))
          assert.ok(cipher.isZero(data.subarray(Math.ceil(size / 65536) * 65536).slice(0, 65536)))
        }
      }),
      { numRuns: 30 },
    )
  })

  it('opens up to the first chunk that is not genuine, in both', async () => {
    for (const create of [createInNode, createInBrowser]) {
      const cipher = await create(key, bound)
      const sealed = await cipher.encrypt({
        data: content,
        chunkCount: 3,
        firstIndex: 0,
        isEnd: true,
      })
      for (const [index, opened] of [0, 1, 2].entries()) {
        const bytes = sealed.slice()
        const at = index * CHUNK_SIZE_BYTES + 9
        bytes[at] = (bytes[at] as number) ^ 1
        const { counts, data } = await cipher.decrypt({ bytes, firstIndex: 0, isEnd: true })
        assert.equal(counts.length, opened)
        assert.ok(equal(data, content.subarray(0, opened * UNIT_SIZE_BYTES)))
      }
      const inner = await cipher.decrypt({ bytes: sealed, firstIndex: 0, isEnd: false })
      assert.equal(inner.counts.length, 2)
      const moved = await cipher.decrypt({ bytes: sealed, firstIndex: 1, isEnd: true })
      assert.equal(moved.counts.length, 0)
    }
  })

  it('sees any byte that is not zero', async () => {
    for (const create of [createInNode, createInBrowser]) {
      const cipher = await create(key, bound)
      assert.ok(cipher.isZero(new Uint8Array(0)))
      for (const at of [0, 100, UNIT_SIZE_BYTES - 1]) {
        const bytes = new Uint8Array(UNIT_SIZE_BYTES)
        assert.ok(cipher.isZero(bytes))
        bytes[at] = 1
        assert.ok(!cipher.isZero(bytes))
      }
    }
  })

  it('counts in eleven bytes', () => {
    const nonce = nonceOf(2 ** 40 + 258, true)
    assert.deepEqual([...nonce], [0, 0, 0, 0, 0, 1, 0, 0, 0, 1, 2, 1])
  })
})
