import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { assembleModule } from './assemble.ts'
import * as Field from './field.ts'

const { PRIME, RADIX } = Field
const [A, B, C, OUT] = [0, 64, 128, 192] as const

type Operation = (out: number, a: number, b: number, c: number) => void

async function createField() {
  const functions = [Field.multiply, Field.addUp, Field.difference, Field.subtractBoth]
  const { instance } = await WebAssembly.instantiate(assembleModule(functions))
  const exports = instance.exports as unknown as Record<string, Operation> & {
    memory: WebAssembly.Memory
  }
  const words = (at: number) => new Uint32Array(exports.memory.buffer, at, 13)
  return (name: string, values: readonly bigint[], out: number = OUT): bigint => {
    values.forEach((value, index) => {
      words(64 * index).set(Field.toLimbs(value))
    })
    exports[name]?.(out, A, B, C)
    assert.ok(
      words(out).every((word) => word < 2 ** 30),
      'limbs of 30 bits',
    )
    return Field.fromLimbs(words(out))
  }
}

/** Values below a multiple of p, with those at the ends of it and of the limbs. */
const below = (multiple: bigint) => {
  const limit = multiple * PRIME - 1n
  const edges = [0n, 1n, PRIME - 1n, PRIME, PRIME + 1n, limit, (1n << 380n) - 1n, (1n << 360n) - 1n]
  return fc.oneof(
    fc.constantFrom(...edges.filter((value) => value <= limit)),
    fc.bigInt({ min: 0n, max: limit }),
  )
}
const modulo = (value: bigint): bigint => ((value % PRIME) + PRIME) % PRIME

describe('the field in WebAssembly', () => {
  it('multiplies', async () => {
    const run = await createField()
    const inverse = powerOf(RADIX % PRIME, PRIME - 2n)
    fc.assert(
      fc.property(below(6n), below(6n), fc.constantFrom(OUT, A, B), (a, b, out) => {
        const product = run('multiply', [a, b], out)
        assert.equal(modulo(product), (a * b * inverse) % PRIME)
        assert.ok(product < 2n * PRIME)
      }),
      { numRuns: 500 },
    )
  })

  it('adds and subtracts', async () => {
    const run = await createField()
    fc.assert(
      fc.property(below(4n), below(2n), below(2n), (large, a, b) => {
        assert.equal(run('addUp', [large, b]), large + b)
        assert.equal(run('difference', [a, b]), a - b + 2n * PRIME)
        for (const first of [a, b]) {
          const rest = run('subtractBoth', [first, a, b])
          assert.equal(modulo(rest), modulo(first - a - b))
          assert.ok(rest < 2n * PRIME)
        }
      }),
      { numRuns: 500 },
    )
  })

  it('reads what it has written', () => {
    fc.assert(
      fc.property(below(500n), (value) => {
        assert.equal(Field.fromLimbs(Field.toLimbs(value)), value)
      }),
    )
  })
})

function powerOf(base: bigint, exponent: bigint): bigint {
  let power = 1n
  for (const bit of exponent.toString(2)) {
    power = (power * power) % PRIME
    if (bit === '1') power = (power * base) % PRIME
  }
  return power
}
