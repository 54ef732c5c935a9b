import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { concat } from '@ambrosia/primitives/Bytes'
import { MemoryBlobStore } from './BlobStore.ts'
import * as ContentAddress from './ContentAddress.ts'

type Vector = { sizeBytes: number; leafSizeBytes: number; linkCount: number; cid: string }
const file = new URL('../../../vectors/sealing/content-address.json', import.meta.url)
const vectors = JSON.parse(readFileSync(file, 'utf8')) as { valid: Vector[]; invalid: string[] }

function contentOf(sizeBytes: number): Uint8Array {
  return Uint8Array.from({ length: sizeBytes }, (_, i) => (i * 31 + (i >>> 16)) & 255)
}

async function* inParts(bytes: Uint8Array, sizeBytes: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += sizeBytes) yield bytes.subarray(at, at + sizeBytes)
}

describe('ContentAddress', () => {
  it('is what an IPFS importer gives', async () => {
    assert.ok(vectors.valid.length >= 15)
    for (const { sizeBytes, leafSizeBytes, linkCount, cid } of vectors.valid) {
      const content = contentOf(sizeBytes)
      const shape = { leafSizeBytes, linkCount }
      const found = await ContentAddress.fromBytesWith(shape, inParts(content, 70_001))
      assert.deepEqual(found, { cid, sizeBytes }, `${sizeBytes} bytes`)
      const isOurs = leafSizeBytes === ContentAddress.LEAF_SIZE_BYTES
      if (isOurs) assert.equal((await ContentAddress.fromBytes(content)).cid, cid)
      assert.equal(ContentAddress.assert(cid), cid)
    }
  })

  it('refuses whatever is not one of our addresses', () => {
    for (const cid of [...vectors.invalid, 7, null, undefined, {}]) {
      assert.throws(
        () => ContentAddress.assert(cid),
        { code: 'ContentAddress.Invalid' },
        String(cid),
      )
    }
  })
})

describe('verifyStream', () => {
  const content = contentOf(2 * ContentAddress.LEAF_SIZE_BYTES + 5)

  it('gives on what it verified', async () => {
    const { cid } = await ContentAddress.fromBytes(content)
    const parts: Uint8Array[] = []
    for await (const part of ContentAddress.verifyStream(cid, inParts(content, 1000)))
      parts.push(part)
    assert.deepEqual(concat(...parts), content)
  })

  it('refuses changed, cut and longer content, and never gives all of it', async () => {
    const { cid } = await ContentAddress.fromBytes(content)
    const changed = content.slice()
    changed[0] = 255
    for (const wrong of [
      changed,
      content.subarray(1),
      concat(content, Uint8Array.of(1)),
      new Uint8Array(0),
    ]) {
      let given = 0
      await assert.rejects(
        async () => {
          for await (const part of ContentAddress.verifyStream(cid, wrong)) given += part.length
        },
        { code: 'ContentAddress.Mismatch' },
      )
      assert.ok(given < wrong.length || wrong.length === 0)
    }
  })
})

describe('MemoryBlobStore', () => {
  it('keeps, gives and deletes by address', async () => {
    const store = new MemoryBlobStore()
    const content = contentOf(1000)
    const { cid, sizeBytes } = await store.put(inParts(content, 100))
    assert.equal(sizeBytes, 1000)
    assert.ok(await store.has(cid))
    const parts: Uint8Array[] = []
    for await (const part of store.get(cid)) parts.push(part)
    assert.deepEqual(concat(...parts), content)
    await store.delete(cid)
    await store.delete(cid)
    assert.ok(!(await store.has(cid)))
    await assert.rejects(store.get(cid)[Symbol.asyncIterator]().next(), {
      code: 'BlobStore.NotFound',
    })
  })

  it('wrong content and content over the limit leave nothing', async () => {
    const store = new MemoryBlobStore()
    const { cid } = await ContentAddress.fromBytes(contentOf(10))
    const other = await ContentAddress.fromBytes(contentOf(11))
    await assert.rejects(store.put(contentOf(11), { expectedCid: cid }), {
      code: 'ContentAddress.Mismatch',
    })
    await assert.rejects(store.put(contentOf(11), { maximumSizeBytes: 10 }), {
      code: 'BlobStore.TooLarge',
    })
    assert.ok(!(await store.has(other.cid)))
    await store.put(contentOf(11), { maximumSizeBytes: 11, expectedCid: other.cid })
  })
})
