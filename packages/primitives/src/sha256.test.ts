import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { sha256 as inNode } from './node/sha256.ts'
import { sha256 as inBrowser } from './web/sha256.ts'

describe('sha256', () => {
  it('is the same in Node and in a browser, over any parts', () => {
    const parts = fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 4 })
    fc.assert(
      fc.property(parts, (given) => {
        const digest = inNode(given)
        assert.ok(!Buffer.isBuffer(digest), 'its slice copies')
        assert.deepEqual(digest, Uint8Array.from(inBrowser(given)))
      }),
    )
  })
})
