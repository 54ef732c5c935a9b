import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { fromUtf8, toHex } from './Bytes.ts'
import * as CanonicalJson from './CanonicalJson.ts'
import { sha256 } from './Hash.ts'
import { JSON_DEPTH } from './Limits.ts'
import { readVectors } from './testing/vectors.ts'

type Valid = { name: string; text: string; canonical: string; sha256: string }
type Invalid = { name: string; text: string }
const vectors = readVectors<Valid, Invalid>('primitives/canonicalJson.json')
const INVALID = { code: 'CanonicalJson.Invalid' }

const canonical = (text: string | Uint8Array) => CanonicalJson.stringify(CanonicalJson.parse(text))

describe('vectors', () => {
  for (const { name, text, canonical: expected, sha256: digest } of vectors.valid) {
    it(name, () => {
      assert.equal(canonical(text), expected)
      assert.equal(canonical(fromUtf8(text)), expected)
      assert.equal(toHex(sha256(CanonicalJson.encode(CanonicalJson.parse(text)))), digest)
      assert.equal(canonical(expected), expected, 'canonical text stays as it is')
    })
  }
  for (const { name, text } of vectors.invalid) {
    it(`refuses ${name}`, () => {
      assert.throws(() => CanonicalJson.parse(text), INVALID)
    })
  }
})

describe('parse', () => {
  it('takes and refuses what JSON.parse takes and refuses, duplicate keys and surrogates apart', () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: 'binary' }), fc.nat({ max: 3 }), (value, indent) => {
        const text = JSON.stringify(value, null, indent)
        assert.deepEqual(CanonicalJson.toPlain(CanonicalJson.parse(text)), JSON.parse(text))
      }),
    )
    const piece = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"a"',
      '"b"',
      '1',
      '-',
      '.5',
      'e3',
      'true',
      'null',
      ' ',
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 9 }), (pieces) => {
        const text = pieces.join('')
        let expected: unknown
        try {
          expected = JSON.parse(text)
        } catch {
          assert.throws(() => CanonicalJson.parse(text), INVALID, text)
          return
        }
        let found: unknown
        try {
          found = CanonicalJson.toPlain(CanonicalJson.parse(text))
        } catch (error) {
          assert.match((error as Error).message, /stands twice/, text)
          return
        }
        assert.deepEqual(found, expected, text)
      }),
      { numRuns: 2000 },
    )
  })

  it('limit: values, of one text or of several together', () => {
    const budget = { nodes: 7 }
    assert.ok(CanonicalJson.parse('[0,0,{"a":0}]', 8, budget))
    assert.ok(CanonicalJson.parse('[0]', 8, budget))
    assert.throws(() => CanonicalJson.parse('1', 8, budget), { code: 'CanonicalJson.Invalid' })
    const zeros = (count: number) => `[${Array.from({ length: count }, () => 0).join()}]`
    const limit = 1000
    CanonicalJson.parse(zeros(limit - 1), 8, { nodes: limit })
    assert.throws(() => CanonicalJson.parse(zeros(limit), 8, { nodes: limit }), {
      code: 'CanonicalJson.Invalid',
    })
    // 230 MiB of zeros took all of the heap; where the values end, so does the reading.
    const many = `[${'0,'.repeat(8_000_000)}0]`
    assert.throws(() => CanonicalJson.parse(many), { code: 'CanonicalJson.Invalid' })
  })

  it('takes a depth at the limit and refuses one more, empty or filled, array or object', () => {
    const arrays = (depth: number, inside: string) => '['.repeat(depth) + inside + ']'.repeat(depth)
    const objects = (depth: number) => `${'{"a":'.repeat(depth - 1)}{}${'}'.repeat(depth - 1)}`
    for (const [at, past] of [
      [arrays(JSON_DEPTH, ''), arrays(JSON_DEPTH + 1, '')],
      [arrays(JSON_DEPTH, '1'), arrays(JSON_DEPTH + 1, '1')],
      [objects(JSON_DEPTH), objects(JSON_DEPTH + 1)],
    ] as const) {
      assert.equal(canonical(at), at)
      assert.throws(() => CanonicalJson.parse(past), INVALID)
    }
    assert.equal(canonical('1'), '1')
    assert.throws(() => CanonicalJson.parse('[[]]', 1), INVALID)
    assert.deepEqual(CanonicalJson.parse('[]', 1), [])
  })

  it('refuses hostile depth without running out of stack', () => {
    for (const open of ['[', '{"a":', '[{"a":']) {
      assert.throws(() => CanonicalJson.parse(open.repeat(1_000_000)), INVALID, open)
    }
  })

  it('refuses bytes that are not UTF-8', () => {
    assert.throws(() => CanonicalJson.parse(Uint8Array.of(0x22, 0xff, 0x22)), {
      code: 'Bytes.InvalidUtf8',
    })
  })

  it('names the place, never the text', () => {
    const check = (error: { message: string; details: unknown }) => {
      assert.match(error.message, /at character 19/)
      return !JSON.stringify([error.message, error.details]).includes('Jane')
    }
    assert.throws(() => CanonicalJson.parse('{"name":"Jane Doe" "x"}'), check)
  })

  it('does not touch the prototype of anything', () => {
    const value = CanonicalJson.parse('{"__proto__":{"polluted":true}}')
    assert.equal(({} as { polluted?: boolean }).polluted, undefined)
    assert.equal(Object.getPrototypeOf(value), null)
    const plain = CanonicalJson.toPlain(value) as object
    assert.deepEqual(Object.keys(plain), ['__proto__'])
    assert.equal((plain as { polluted?: boolean }).polluted, undefined)
  })

  it('stays linear on long strings, many escapes, keys and items', () => {
    // A quadratic reader would need minutes to hours for these, a linear one less than a second.
    const count = 100_000
    const keys = Array.from({ length: count / 5 }, (_, i) => `"k${i}":${i}`).join(',')
    for (const text of [
      `"${'a'.repeat(10 * count)}"`,
      `"${'\\u0041'.repeat(count)}"`,
      `[${'0,'.repeat(count)}0]`,
      `{${keys}}`,
      `${' '.repeat(10 * count)}1`,
      `[${'1'.repeat(count)}]`,
    ]) {
      assert.ok(canonical(text).length > 0)
    }
  })
})

describe('stringify', () => {
  it('is the same for the same data in any order, and JSON.parse reads it back', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ unit: 'binary' }), fc.integer()), (object) => {
        const turned = Object.fromEntries(Object.entries(object).reverse())
        const text = CanonicalJson.stringify(object)
        assert.equal(CanonicalJson.stringify(turned), text)
        assert.deepEqual(JSON.parse(text), { ...object })
      }),
    )
  })

  it('leaves out members that are undefined', () => {
    assert.equal(CanonicalJson.stringify({ b: undefined, a: 1 }), '{"a":1}')
  })

  it('refuses what JSON cannot carry exactly', () => {
    const cycle: unknown[] = []
    cycle.push(cycle)
    const wrong: readonly [string, unknown][] = [
      ['a fraction', 0.1],
      ['past the safe integers', 2 ** 53],
      ['NaN', Number.NaN],
      ['a bigint', 1n],
      ['undefined', undefined],
      ['undefined in an array', [undefined]],
      // biome-ignore lint/suspicious/noSparseArray: a hole is what is tested
      ['a hole in an array', [1, , 2]],
      ['a function', () => 1],
      ['a symbol', Symbol('x')],
      ['bytes', Uint8Array.of(1)],
      ['a date', new Date(0)],
      ['a map', new Map([['a', 1]])],
      ['a cycle', cycle],
      ['a lone surrogate', '\ud800'],
      ['a lone surrogate in a key', { '\udc00': 1 }],
    ]
    for (const [name, value] of wrong) {
      assert.throws(() => CanonicalJson.stringify(value), INVALID, name)
      assert.throws(() => CanonicalJson.encode({ a: value ?? [value] }), INVALID, name)
    }
  })

  it('writes minus zero as zero and safe integers whole', () => {
    assert.equal(CanonicalJson.stringify([-0, Number.MAX_SAFE_INTEGER]), '[0,9007199254740991]')
  })
})
