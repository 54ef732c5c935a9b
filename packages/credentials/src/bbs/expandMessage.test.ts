import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { fromUtf8 } from '@ambrosia/primitives/Bytes'
import { expand_message_xmd } from '@noble/curves/abstract/hash-to-curve.js'
import { sha256 } from '@noble/hashes/sha2.js'
import fc from 'fast-check'
import { expandMessageXmd } from './expandMessage.ts'

describe('expandMessageXmd', () => {
  it('expands as another implementation does', () => {
    const messages = fc.uint8Array({ maxLength: 300 })
    const tags = fc.uint8Array({ minLength: 1, maxLength: 255 })
    const sizes = fc.integer({ min: 1, max: 400 })
    fc.assert(
      fc.property(messages, tags, sizes, (message, tag, size) => {
        const expected = expand_message_xmd(message, tag, size, sha256)
        assert.deepEqual(expandMessageXmd(message, tag, size), Uint8Array.from(expected))
      }),
      { numRuns: 100 },
    )
  })

  it('refuses what the construction does not allow', () => {
    const message = fromUtf8('abc')
    assert.throws(() => expandMessageXmd(message, new Uint8Array(256), 32), RangeError)
    assert.throws(() => expandMessageXmd(message, fromUtf8('tag'), 255 * 32 + 1), RangeError)
  })
})
