import assert from 'node:assert/strict'
import type { ServerResponse } from 'node:http'
import { describe, it } from 'node:test'
import { isReadTooSlowly } from './pace.ts'

/** An answer that began a while ago, of which so many bytes have gone and others wait. */
function answer(tookMs: number, bytesWritten: number, headersSent = true) {
  const socket = { bytesWritten, writableLength: 1000 }
  const response = { headersSent, socket } as unknown as ServerResponse
  return { response, sinceMs: performance.now() - tookMs, fromWrittenBytes: 1000 }
}

describe('isReadTooSlowly', () => {
  it('is true of an answer that is read at less than 32 KiB a second', () => {
    assert.ok(isReadTooSlowly(answer(10_000, 300_000), 5_000))
    assert.ok(!isReadTooSlowly(answer(10_000, 500_000), 5_000))
  })

  it('gives each some time, and all that its work takes before it answers', () => {
    assert.ok(!isReadTooSlowly(answer(4_000, 2_000), 5_000))
    assert.ok(!isReadTooSlowly(answer(100_000, 1_000, false), 5_000))
  })
})
