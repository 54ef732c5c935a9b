import assert from 'node:assert/strict'
import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { concat } from '@ambrosia/primitives/Bytes'
import * as ContentAddress from '@ambrosia/sealing/ContentAddress'
import { useFolder } from '@ambrosia/testing/useFolder'
import { FileBlobStore } from './FileBlobStore.ts'

const content = Uint8Array.from({ length: 3_000_000 }, (_, i) => (i * 31) & 255)

async function* inParts(bytes: Uint8Array, breakAt = Number.POSITIVE_INFINITY) {
  for (let at = 0; at < bytes.length; at += 100_000) {
    if (at >= breakAt) throw new Error('connection lost')
    yield bytes.subarray(at, at + 100_000)
  }
}

async function collect(stream: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  for await (const part of stream) parts.push(part)
  return concat(...parts)
}

function filesOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => entry.name)
}

describe('FileBlobStore', () => {
  it('keeps, gives, lists and deletes by address', async (t) => {
    const folder = useFolder(t)
    const store = new FileBlobStore(folder)
    const { cid } = await ContentAddress.fromBytes(content)
    assert.deepEqual(await store.put(inParts(content)), { cid, sizeBytes: content.length })
    assert.deepEqual(await collect(store.get(cid)), content)
    assert.equal(await store.sizeOf(cid), content.length)
    const again = new FileBlobStore(folder)
    assert.ok(await again.has(cid))
    const listed: string[] = []
    for await (const one of again.list()) listed.push(one)
    assert.deepEqual(listed, [cid])
    await again.delete(cid)
    await again.delete(cid)
    assert.ok(!(await store.has(cid)))
    await assert.rejects(collect(store.get(cid)), { code: 'BlobStore.NotFound' })
    await assert.rejects(store.sizeOf(cid), { code: 'BlobStore.NotFound' })
  })

  it('keeps nothing of what is wrong, too large or breaks off', async (t) => {
    const folder = useFolder(t)
    const store = new FileBlobStore(folder)
    const { cid } = await ContentAddress.fromBytes(content)
    const wrong = store.put(inParts(content.subarray(1)), { expectedCid: cid })
    await assert.rejects(wrong, { code: 'ContentAddress.Mismatch' })
    const large = store.put(inParts(content), { maximumSizeBytes: content.length - 1 })
    await assert.rejects(large, { code: 'BlobStore.TooLarge' })
    await assert.rejects(store.put(inParts(content, 1_500_000)), /connection lost/)
    async function* full() {
      yield content
      throw Object.assign(new Error('no space'), { code: 'ENOSPC' })
    }
    await assert.rejects(store.put(full()), { code: 'BlobStore.Full' })
    assert.deepEqual(filesOf(folder), [])
  })

  it('removes at its start what a crash left', async (t) => {
    const folder = useFolder(t)
    const first = new FileBlobStore(folder)
    const { cid } = await first.put(content)
    writeFileSync(join(folder, 'incoming', 'half'), 'half')
    new FileBlobStore(folder)
    assert.deepEqual(filesOf(folder), [cid])
  })

  it('takes many equal puts at once', async (t) => {
    const folder = useFolder(t)
    const store = new FileBlobStore(folder)
    const put = await Promise.all([1, 2, 3, 4].map(() => store.put(inParts(content))))
    assert.equal(new Set(put.map(({ cid }) => cid)).size, 1)
    assert.deepEqual(filesOf(folder), [put[0]?.cid])
  })

  it('names that are not an address never become a path', async (t) => {
    const store = new FileBlobStore(useFolder(t))
    for (const name of ['..', '../../etc/passwd', '/etc/passwd', 'incoming', '', 'a\0b']) {
      const code = { code: 'ContentAddress.Invalid' }
      await assert.rejects(collect(store.get(name)), code)
      await assert.rejects(store.has(name), code)
      await assert.rejects(store.delete(name), code)
      await assert.rejects(store.put(content, { expectedCid: name }), code)
    }
  })
})
