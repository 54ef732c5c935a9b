import assert from 'node:assert/strict'
import { createHash, createHmac } from 'node:crypto'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { equal, fromHex, toHex } from './Bytes.ts'
import * as Hash from './Hash.ts'
import { readVectors } from './testing/vectors.ts'

type Valid = { name: string; input: string; sha256: string; keccak256?: string }
type Tagged = { label: string; parts: string[]; sha256Tagged: string }
type Mac = { name: string; key: string; message: string; hmacSha256: string }
const vectors = readVectors<Valid, never>('primitives/hash.json') as unknown as {
  valid: Valid[]
  tagged: Tagged[]
  hmac: Mac[]
}

describe('published values', () => {
  for (const { name, input, sha256, keccak256 } of vectors.valid) {
    it(name, () => {
      assert.equal(toHex(Hash.sha256(fromHex(input))), sha256)
      if (keccak256 !== undefined) assert.equal(toHex(Hash.keccak256(fromHex(input))), keccak256)
    })
  }
  for (const { name, key, message, hmacSha256 } of vectors.hmac) {
    it(`HMAC, ${name}`, () => {
      assert.equal(toHex(Hash.hmacSha256(fromHex(key), fromHex(message))), hmacSha256)
    })
  }
  for (const { label, parts, sha256Tagged } of vectors.tagged) {
    it(`tagged ${label}, ${parts.length} parts`, () => {
      assert.equal(toHex(Hash.sha256Tagged(label, ...parts.map(fromHex))), sha256Tagged)
    })
  }
})

describe('sha256 and hmacSha256', () => {
  it('agree with the platform, however the input is cut', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array()), fc.uint8Array(), (parts, key) => {
        const whole = Buffer.concat(parts)
        assert.deepEqual(
          Hash.sha256(...parts),
          new Uint8Array(createHash('sha256').update(whole).digest()),
        )
        const expected = new Uint8Array(createHmac('sha256', key).update(whole).digest())
        assert.deepEqual(Hash.hmacSha256(key, whole), expected)
        assert.deepEqual(Hash.keccak256(...parts), Hash.keccak256(whole))
      }),
    )
  })
})

describe('sha256Tagged', () => {
  it('differs where the parts are cut elsewhere, added or moved into the label', () => {
    const part = fc.uint8Array({ maxLength: 4 })
    const list = fc.tuple(fc.string({ maxLength: 3 }), fc.array(part, { maxLength: 4 }))
    fc.assert(
      fc.property(list, list, ([labelA, a], [labelB, b]) => {
        const isSame =
          labelA === labelB &&
          a.length === b.length &&
          a.every((x, i) => equal(x, b[i] as Uint8Array))
        const isEqual = equal(Hash.sha256Tagged(labelA, ...a), Hash.sha256Tagged(labelB, ...b))
        assert.equal(isEqual, isSame)
      }),
      { numRuns: 500 },
    )
  })
})
