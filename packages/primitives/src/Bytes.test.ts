import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import * as Bytes from './Bytes.ts'

const bytes = () => fc.uint8Array({ maxLength: 100 })

describe('hexadecimal', () => {
  it('gives back what it was given', () => {
    fc.assert(
      fc.property(bytes(), (value) => assert.deepEqual(Bytes.fromHex(Bytes.toHex(value)), value)),
    )
  })
  it('agrees with Buffer', () => {
    fc.assert(
      fc.property(bytes(), (value) => {
        assert.equal(Bytes.toHex(value), `0x${Buffer.from(value).toString('hex')}`)
      }),
    )
  })
  it('reads capitals and the text without 0x', () => {
    assert.deepEqual(Bytes.fromHex('0xAbCd'), Uint8Array.of(0xab, 0xcd))
    assert.deepEqual(Bytes.fromHex('abcd'), Uint8Array.of(0xab, 0xcd))
    assert.deepEqual(Bytes.fromHex('0x'), new Uint8Array())
  })
  it('refuses anything else and does not repeat it', () => {
    for (const text of ['0x0', '0xgg', '0X00', 'x', ' 00', '00 ', '0x00\n', '+1', '0x0x00', '٠٠']) {
      assert.throws(() => Bytes.fromHex(text), { code: 'Bytes.InvalidHex' }, text)
    }
    const secret = '0xdeadbeefdeadbeefz'
    assert.throws(
      () => Bytes.fromHex(secret),
      (error: Error) => !error.message.includes('deadbeef'),
    )
  })
})

describe('UTF-8', () => {
  it('gives back what it was given, a byte order mark too', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) =>
        assert.equal(Bytes.toUtf8(Bytes.fromUtf8(text)), text),
      ),
    )
    assert.equal(Bytes.toUtf8(Uint8Array.of(0xef, 0xbb, 0xbf, 0x61)), '\ufeffa')
  })
  it('refuses what is not UTF-8 instead of replacing it', () => {
    for (const wrong of [
      [0xff],
      [0xc0, 0x80],
      [0xed, 0xa0, 0x80],
      [0xe2, 0x82],
      [0xf4, 0x90, 0x80, 0x80],
    ]) {
      assert.throws(
        () => Bytes.toUtf8(Uint8Array.from(wrong)),
        { code: 'Bytes.InvalidUtf8' },
        String(wrong),
      )
    }
  })
})

describe('base64url', () => {
  it('gives back what it was given and agrees with Buffer', () => {
    fc.assert(
      fc.property(bytes(), (value) => {
        const text = Bytes.toBase64url(value)
        assert.equal(text, Buffer.from(value).toString('base64url'))
        assert.deepEqual(Bytes.fromBase64url(text), value)
      }),
    )
  })
  it('has the examples of RFC 4648, section 10, without padding', () => {
    const examples = ['', 'Zg', 'Zm8', 'Zm9v', 'Zm9vYg', 'Zm9vYmE', 'Zm9vYmFy']
    for (const [size, text] of examples.entries()) {
      assert.equal(Bytes.toBase64url(Bytes.fromUtf8('foobar'.slice(0, size))), text)
    }
  })
  it('refuses padding, other alphabets, white space, impossible lengths and spare bits', () => {
    for (const text of [
      'Zg==',
      'Zm9+',
      'Zm9/',
      'Zm 9',
      'Z',
      'Zm9vY',
      'Zh',
      'Zm9',
      'Zm8\n',
      '🙂🙂',
    ]) {
      assert.throws(() => Bytes.fromBase64url(text), { code: 'Bytes.InvalidBase64url' }, text)
    }
  })
  it('has one text for each byte string', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'AQgwZ_-9'), maxLength: 6 }), (text) => {
        let value: Uint8Array
        try {
          value = Bytes.fromBase64url(text)
        } catch {
          return
        }
        assert.equal(Bytes.toBase64url(value), text)
      }),
    )
  })
})

describe('concat, equal, compare', () => {
  it('joins parts in their order', () => {
    assert.deepEqual(Bytes.concat(), new Uint8Array())
    assert.deepEqual(
      Bytes.concat(Uint8Array.of(1), new Uint8Array(), Uint8Array.of(2, 3)),
      Uint8Array.of(1, 2, 3),
    )
  })
  it('agrees with Buffer on equality and order', () => {
    fc.assert(
      fc.property(bytes(), bytes(), (a, b) => {
        assert.equal(Bytes.equal(a, b), Buffer.from(a).equals(b))
        assert.equal(Math.sign(Bytes.compare(a, b)), Buffer.compare(a, b))
      }),
    )
  })
  it('sees one changed bit', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1 }), fc.nat(), (a, at) => {
        const b = a.slice()
        b[at % a.length] = (b[at % a.length] as number) ^ 1
        assert.ok(Bytes.equal(a, a.slice()))
        assert.ok(!Bytes.equal(a, b))
      }),
    )
  })
})

describe('unsigned integers', () => {
  it('gives back what it was given', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 256n - 1n }), (value) => {
        assert.equal(Bytes.toUint(Bytes.fromUint(value, 32)), value)
      }),
    )
  })
  it('is big-endian', () => {
    assert.deepEqual(Bytes.fromUint(0x0102, 4), Uint8Array.of(0, 0, 1, 2))
  })
  it('takes the largest value and refuses one more', () => {
    for (const size of [1, 8, 32]) {
      const limit = 2n ** BigInt(8 * size)
      assert.equal(Bytes.toUint(Bytes.fromUint(limit - 1n, size)), limit - 1n)
      assert.throws(() => Bytes.fromUint(limit, size), { code: 'Bytes.OutOfRange' })
    }
  })
  it('refuses negative, fractional and unsafe numbers', () => {
    for (const value of [-1, -1n, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53]) {
      assert.throws(() => Bytes.fromUint(value, 8), { code: 'Bytes.OutOfRange' }, String(value))
    }
  })
})

describe('random', () => {
  it('gives the size asked for, different each time', () => {
    assert.equal(Bytes.random(0).length, 0)
    // The platform's generator gives 65,536 at once; a proof that hides some 1,400 messages takes
    // more.
    const long = Bytes.random(200_001)
    assert.equal(long.length, 200_001)
    assert.ok(new Set(long.subarray(-256)).size > 64)
    assert.equal(Bytes.random(32).length, 32)
    assert.ok(!Bytes.equal(Bytes.random(32), Bytes.random(32)))
  })
})
