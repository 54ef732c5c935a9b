import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { concat, equal, fromUtf8 } from '@ambrosia/primitives/Bytes'
import fc from 'fast-check'
import * as DataKey from './DataKey.ts'
import { sizeClass, UNIT_SIZE_BYTES } from './Padding.ts'
import * as Seal from './Seal.ts'

const dataKey = new Uint8Array(32).fill(7)
const context = fromUtf8('one deal')
const CHUNK = UNIT_SIZE_BYTES + 20
const payload = Uint8Array.from({ length: 3 * UNIT_SIZE_BYTES - 10 }, (_, i) => (i * 31) & 255)

async function* inParts(bytes: Uint8Array, sizeBytes: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += sizeBytes) yield bytes.subarray(at, at + sizeBytes)
}

async function collect(stream: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  for await (const part of stream) parts.push(part.slice())
  return concat(...parts)
}

function chunkOf(sealed: Uint8Array, index: number): Uint8Array {
  const start = Seal.HEADER_SIZE_BYTES + index * CHUNK
  return sealed.subarray(start, start + CHUNK)
}

const header = (sealed: Uint8Array) => sealed.subarray(0, Seal.HEADER_SIZE_BYTES)
const refuses = (ciphertext: Uint8Array, code: string, options: object = {}) =>
  assert.rejects(Seal.openBytes({ ciphertext, dataKey, context, ...options }), { code })

describe('Seal', () => {
  it('opens what it sealed, for any size and any cut of the streams', async () => {
    const sizes = fc.oneof(
      fc.integer({ min: 0, max: 300 }),
      fc.integer({ min: UNIT_SIZE_BYTES - 2, max: UNIT_SIZE_BYTES + 2 }),
      fc.integer({ min: 2 * UNIT_SIZE_BYTES - 2, max: 3 * UNIT_SIZE_BYTES - 10 }),
    )
    const cuts = fc.integer({ min: 997, max: 200_000 })
    await fc.assert(
      fc.asyncProperty(sizes, cuts, cuts, async (size, cutIn, cutOut) => {
        const plain = payload.subarray(0, size)
        const sealed = await collect(
          Seal.seal({ plaintext: inParts(plain, cutIn), dataKey, context }),
        )
        assert.equal(sealed.length, Seal.sealedSize(sizeClass(size)))
        assert.equal(Seal.paddedSize(sealed.length), sizeClass(size))
        const opened = await collect(
          Seal.open({ ciphertext: inParts(sealed, cutOut), dataKey, context }),
        )
        assert.ok(equal(opened, plain))
      }),
      { numRuns: 40 },
    )
  })

  it('shows the size class only', async () => {
    const one = await Seal.sealBytes({ plaintext: payload.subarray(0, 1), dataKey, context })
    const many = await Seal.sealBytes({ plaintext: payload.subarray(0, 60_000), dataKey, context })
    assert.equal(one.length, many.length)
    const chosen = await Seal.sealBytes({
      plaintext: payload.subarray(0, 1),
      dataKey,
      context,
      paddedSizeBytes: 5 * UNIT_SIZE_BYTES,
    })
    assert.equal(chosen.length, Seal.HEADER_SIZE_BYTES + 5 * CHUNK)
    assert.deepEqual(
      await Seal.openBytes({ ciphertext: chosen, dataKey, context }),
      payload.slice(0, 1),
    )
  })

  it('never gives the same bytes twice', async () => {
    const [a, b] = await Promise.all([
      Seal.sealBytes({ plaintext: payload, dataKey, context }),
      Seal.sealBytes({ plaintext: payload, dataKey, context }),
    ])
    assert.ok(!equal(chunkOf(a, 0), chunkOf(b, 0)))
  })

  it('refuses a changed byte anywhere', async () => {
    const sealed = await Seal.sealBytes({ plaintext: payload, dataKey, context })
    const last = sealed.length - 1
    for (const at of [0, 7, Seal.HEADER_SIZE_BYTES, Seal.HEADER_SIZE_BYTES + CHUNK, last]) {
      const changed = sealed.slice()
      changed[at] = (changed[at] as number) ^ 1
      await refuses(changed, 'Seal.Tampered')
    }
    for (const at of [8, 39, 40, 71]) {
      const changed = sealed.slice()
      changed[at] = (changed[at] as number) ^ 1
      await refuses(changed, 'Seal.WrongKey')
    }
  })

  it('refuses a record that is cut off anywhere', async () => {
    const sealed = await Seal.sealBytes({ plaintext: payload, dataKey, context })
    const cuts = [0, 1, 71, 72, 73, 72 + CHUNK - 1, 72 + CHUNK, 72 + 2 * CHUNK, sealed.length - 1]
    for (const size of cuts) await refuses(sealed.subarray(0, size), 'Seal.Truncated')
  })

  it('refuses extended, reordered, repeated and swapped chunks', async () => {
    const sealed = await Seal.sealBytes({ plaintext: payload, dataKey, context })
    const other = await Seal.sealBytes({ plaintext: payload, dataKey, context })
    const [a, b, c] = [chunkOf(sealed, 0), chunkOf(sealed, 1), chunkOf(sealed, 2)]
    const head = header(sealed)
    await refuses(concat(sealed, c), 'Seal.Tampered')
    await refuses(concat(sealed, Uint8Array.of(0)), 'Seal.Tampered')
    await refuses(concat(head, b, a, c), 'Seal.Tampered')
    await refuses(concat(head, a, a, c), 'Seal.Tampered')
    await refuses(concat(head, a, c), 'Seal.Tampered')
    await refuses(concat(head, a, chunkOf(other, 1), c), 'Seal.Tampered')
  })

  it('refuses another key, another context', async () => {
    const sealed = await Seal.sealBytes({ plaintext: payload, dataKey, context })
    await refuses(sealed, 'Seal.WrongKey', { dataKey: new Uint8Array(32).fill(8) })
    await refuses(sealed, 'Seal.Tampered', { context: fromUtf8('another deal') })
    await refuses(sealed, 'Seal.Tampered', { context: new Uint8Array(0) })
    await refuses(sealed, 'DataKey.Invalid', { dataKey: new Uint8Array(31) })
  })

  it('refuses above a limit', async () => {
    const sealed = await Seal.sealBytes({ plaintext: payload, dataKey, context })
    const limit = 3 * UNIT_SIZE_BYTES
    await Seal.openBytes({ ciphertext: sealed, dataKey, context, maximumSizeBytes: limit })
    await refuses(sealed, 'Seal.TooLarge', { maximumSizeBytes: limit - 1 })
    const plaintext = payload.subarray(0, UNIT_SIZE_BYTES + 1)
    const tight = { plaintext, dataKey, context, paddedSizeBytes: UNIT_SIZE_BYTES }
    await assert.rejects(Seal.sealBytes(tight), { code: 'Seal.TooLarge' })
    for (const paddedSizeBytes of [0, -65536, 1, 65535, 65537, Number.NaN, 1.5]) {
      const options = { plaintext, dataKey, context, paddedSizeBytes }
      await assert.rejects(Seal.sealBytes(options), { code: 'Seal.InvalidPadding' })
    }
  })

  it('gives no byte of a chunk before the chunk is verified', async () => {
    const sealed = await Seal.sealBytes({ plaintext: payload, dataKey, context })
    const at = Seal.HEADER_SIZE_BYTES + CHUNK + 9
    sealed[at] = (sealed[at] as number) ^ 1
    let given = 0
    await assert.rejects(
      async () => {
        for await (const part of Seal.open({ ciphertext: sealed, dataKey, context }))
          given += part.length
      },
      { code: 'Seal.Tampered' },
    )
    assert.equal(given, UNIT_SIZE_BYTES)
  })

  it('a source that fails loses nothing silently', async () => {
    async function* broken() {
      yield payload
      throw new Error('disk gone')
    }
    await assert.rejects(collect(Seal.seal({ plaintext: broken(), dataKey, context })), /disk gone/)
  })
})

describe('sizeClass', () => {
  it('climbs in powers of two and their one and a half', () => {
    const kib = (n: number) => n * 1024
    const cases: [number, number][] = [
      [0, 64],
      [1, 64],
      [kib(64), 64],
      [kib(64) + 1, 128],
      [kib(128) + 1, 192],
      [kib(192) + 1, 256],
      [kib(256) + 1, 384],
      [kib(384), 384],
      [kib(384) + 1, 512],
      [kib(700), 768],
      [2 ** 30, 2 ** 20],
    ]
    for (const [size, expected] of cases) assert.equal(sizeClass(size), kib(expected), String(size))
    assert.throws(() => sizeClass(2 ** 40 + 1), { code: 'Seal.TooLarge' })
    for (const size of [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY]) {
      assert.throws(() => sizeClass(size), { code: 'Seal.InvalidPadding' })
    }
  })
})

describe('DataKey', () => {
  it('is fresh and committed to', () => {
    assert.ok(!equal(DataKey.create(), DataKey.create()))
    assert.match(DataKey.commitment(dataKey), /^0x[0-9a-f]{64}$/)
    assert.notEqual(DataKey.commitment(dataKey), DataKey.commitment(new Uint8Array(32)))
    assert.throws(() => DataKey.create(() => new Uint8Array(3)), { code: 'DataKey.Invalid' })
  })
})
