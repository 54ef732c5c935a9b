import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createUploads, untilStalled } from './createUploads.ts'

const IDLE_MS = 60_000

/** A sender that keeps the connection open and sends nothing. */
const SILENT: AsyncIterable<Uint8Array> = {
  [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => {}) }),
}
/** No time to begin with at all, not even the same moment. */
const NO_GRACE_MS = -1

describe('createUploads', () => {
  it('gives the place of an upload that hardly comes to one that waits', async () => {
    const uploads = createUploads({ count: 2, graceMs: NO_GRACE_MS })
    const quick = uploads.begin('0x01', 100)
    quick.received(100_000_000)
    const slow = uploads.begin('0x02', 200)
    const content = untilStalled(SILENT, IDLE_MS, slow)
    const stalled = assert.rejects(content.next(), { code: 'Upload.Stalled' })
    const next = uploads.begin('0x03', 300)
    await stalled
    slow.end()
    assert.equal(uploads.sizeBytes(), 400)
    assert.equal(quick.signal.aborted, false)
    next.end()
    quick.end()
    assert.equal(uploads.sizeBytes(), 0)
  })

  it('refuses where all come quickly, or have only begun', () => {
    const uploads = createUploads({ count: 1, graceMs: 60_000 })
    uploads.begin('0x01', 100)
    assert.throws(() => uploads.begin('0x02', 100), { code: 'Upload.Busy' })
    assert.throws(() => uploads.begin('0x01', 100), { code: 'Upload.TicketInUse' })
  })
})
