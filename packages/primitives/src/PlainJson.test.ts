import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { fromUtf8 } from './Bytes.ts'
import { JSON_DEPTH, MESSAGE_NODE_COUNT } from './Limits.ts'
import * as PlainJson from './PlainJson.ts'

describe('PlainJson', () => {
  it('gives what JSON.parse gives, from text and from bytes', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = JSON.stringify(value)
        assert.deepEqual(PlainJson.parse(text), JSON.parse(text))
        assert.deepEqual(PlainJson.parse(fromUtf8(text)), JSON.parse(text))
      }),
    )
  })

  it('limit: as many values as are allowed, not one more', () => {
    const zeros = (count: number) => `[${'0,'.repeat(count - 1)}0]`
    // One for the array, and one for the text itself.
    assert.ok(PlainJson.parse(zeros(MESSAGE_NODE_COUNT - 1)))
    assert.throws(() => PlainJson.parse(zeros(MESSAGE_NODE_COUNT)), {
      code: 'PlainJson.TooManyValues',
    })
    const empty = `[${'[],'.repeat(MESSAGE_NODE_COUNT)}[]]`
    assert.throws(() => PlainJson.parse(empty), { code: 'PlainJson.TooManyValues' })
  })

  it('limit: as deep as is allowed, not one deeper', () => {
    const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`
    assert.ok(PlainJson.parse(nested(JSON_DEPTH)))
    assert.throws(() => PlainJson.parse(nested(JSON_DEPTH + 1)), { code: 'PlainJson.TooDeep' })
    assert.throws(() => PlainJson.parse('['.repeat(1_000_000)), { code: 'PlainJson.TooDeep' })
  })

  it('does not count what stands in a string', () => {
    const text = JSON.stringify({ a: '[[[[,,,,"\\', b: ['\\"', '\\\\', ','] })
    assert.deepEqual(PlainJson.parse(text, { depth: 2, nodes: 7 }), JSON.parse(text))
  })

  it('says of what is not JSON that it is not, and quotes nothing of it', () => {
    for (const text of ['', '{', 'planted', '["planted', '{"planted":planted}', '\\'])
      assert.throws(
        () => PlainJson.parse(text),
        (error: Error) => !error.message.includes('planted') && 'code' in error,
      )
    assert.throws(() => PlainJson.parse(new Uint8Array([0x22, 0xff, 0x22])), {
      code: 'PlainJson.Invalid',
    })
  })

  it('a text that fills its limit costs little: counted before anything is made', () => {
    const text = fromUtf8(`[${'[],'.repeat(5_000_000)}[]]`)
    const before = process.memoryUsage().heapUsed
    assert.throws(() => PlainJson.parse(text), { code: 'PlainJson.TooManyValues' })
    assert.ok(process.memoryUsage().heapUsed - before < 8 * 1024 * 1024)
  })
})
