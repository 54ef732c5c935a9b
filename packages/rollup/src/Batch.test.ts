import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { fromHex, toHex } from '@ambrosia/primitives/Bytes'
import fc from 'fast-check'
import { deflateSync } from 'fflate'
import * as Batch from './Batch.ts'
import { LIMITS } from './ChainRules.ts'

const salt = `0x${'5a'.repeat(32)}` as const
const anyBlock = fc.record({
  timestamp: fc.nat(),
  count: fc.nat(),
  transactions: fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 4 }),
})

describe('body', () => {
  it('decodes to the blocks it was made of', () => {
    fc.assert(
      fc.property(fc.array(anyBlock, { maxLength: 6 }), (blocks) => {
        const decoded = Batch.decodeBody(Batch.encodeBody(blocks))
        assert.deepEqual(decoded.map(plain), blocks.map(plain))
      }),
    )
  })

  it('any bytes at all mean something, and never throw', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        const decoded = Batch.decodeBody(bytes)
        // What decodes to blocks is the one encoding of them.
        if (decoded.length > 0) assert.deepEqual(Batch.encodeBody(decoded), bytes)
      }),
    )
  })

  it('a changed bit gives other blocks or none', () => {
    const body = Batch.encodeBody([{ timestamp: 9, count: 2, transactions: [fromHex('0xaabb')] }])
    for (let bit = 0; bit < body.length * 8; bit++) {
      const changed = body.slice()
      changed[bit >> 3] = (changed[bit >> 3] as number) ^ (1 << (bit & 7))
      const decoded = Batch.decodeBody(changed)
      if (decoded.length > 0) assert.deepEqual(Batch.encodeBody(decoded), changed, `bit ${bit}`)
    }
  })

  it('limits hold at them and past them', () => {
    const empty = { timestamp: 1, count: 0, transactions: [] }
    const most = Array.from({ length: LIMITS.blocksPerBody }, () => empty)
    assert.equal(Batch.decodeBody(Batch.encodeBody(most)).length, LIMITS.blocksPerBody)
    assert.equal(Batch.decodeBody(Batch.encodeBody([...most, empty])).length, 0)
    const bodyOf = (size: number) =>
      Batch.encodeBody([{ ...empty, transactions: [new Uint8Array(size)] }])
    const overhead = bodyOf(LIMITS.bodyBytes - 100).length - (LIMITS.bodyBytes - 100)
    assert.equal(bodyOf(LIMITS.bodyBytes - overhead).length, LIMITS.bodyBytes)
    assert.equal(Batch.decodeBody(bodyOf(LIMITS.bodyBytes - overhead)).length, 1)
    assert.equal(Batch.decodeBody(bodyOf(LIMITS.bodyBytes - overhead + 1)).length, 0)
  })

  it('a time past every clock stays past every clock', () => {
    const body = fromHex('0xcccb88ffffffffffffffff80c0')
    const [block] = Batch.decodeBody(body)
    assert.equal(block?.timestamp, Number.MAX_SAFE_INTEGER)
  })
})

describe('commitment', () => {
  it('depends on salt and body', () => {
    const body = Batch.encodeBody([])
    const other = `0x${'5b'.repeat(32)}` as const
    assert.notEqual(Batch.commitment(salt, body), Batch.commitment(other, body))
    assert.notEqual(Batch.commitment(salt, body), Batch.commitment(salt, fromHex('0xc1c0')))
  })
})

describe('transport form', () => {
  const body = Batch.encodeBody([
    { timestamp: 9, count: 2, transactions: [new Uint8Array(5000).fill(7)] },
  ])

  it('gives salt and body back, smaller', () => {
    const packed = Batch.pack(salt, body)
    assert.ok(packed.length < body.length / 10)
    assert.deepEqual(Batch.unpack(packed), { salt, body })
  })

  it('refuses what is cut short, damaged or no DEFLATE', () => {
    const packed = Batch.pack(salt, body)
    const cut = [packed.subarray(0, 31), packed.subarray(0, 32), packed.subarray(0, -1)]
    for (const [i, bytes] of cut.entries()) {
      assert.throws(() => Batch.unpack(bytes), { code: 'Batch.Malformed' }, `cut ${i}`)
    }
    const noise = Uint8Array.of(...packed.subarray(0, 32), 0xff, 0xff, 0xff)
    assert.throws(() => Batch.unpack(noise), { code: 'Batch.Malformed' })
  })

  it('a bomb ends at the limit', () => {
    const bomb = deflateSync(new Uint8Array(16 * 1024 * 1024))
    const packed = Uint8Array.of(...fromHex(salt), ...bomb)
    assert.throws(() => Batch.unpack(packed), { code: 'Batch.Malformed' })
  })
})

function plain(block: Batch.BatchBlock) {
  return { ...block, transactions: block.transactions.map(toHex) }
}
