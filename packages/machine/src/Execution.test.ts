import assert from 'node:assert/strict'
import { after, it } from 'node:test'
import * as Execution from './Execution.ts'
import * as Final from './Final.ts'
import * as Genesis from './Genesis.ts'
import * as Machine from './Machine.ts'
import { fromElf } from './Program.ts'
import * as State from './State.ts'
import * as Step from './Step.ts'
import { buildElf } from './testing/buildElf.ts'
import * as encode from './testing/encode.ts'
import { createHashThreads } from './testing/hashThreads.ts'
import { createRandom } from './testing/random.ts'

const CODE = 0x10000
const pool = createHashThreads(1)
after(() => pool.close())

/**
 * Sums 64 KiB of counters, stores the running sum over it again, three rounds; then halts with a0
 * = 7.
 */
const PROGRAM = (() => {
  const words = [
    encode.immediate('addi', 9, 0, 3),
    encode.upper('lui', 5, 0x100000),
    encode.upper('lui', 6, 0x110000),
    encode.immediate('ld', 8, 5, 0),
    encode.register('add', 7, 7, 8),
    encode.immediate('addi', 7, 7, 3),
    encode.store('sd', 7, 5, 0),
    encode.immediate('addi', 5, 5, 24),
    encode.branch('bltu', 5, 6, -20),
    encode.immediate('addi', 9, 9, -1),
    encode.branch('bne', 9, 0, -36),
    encode.immediate('addi', 10, 0, 7),
    encode.immediate('addi', 17, 0, 93),
    encode.ECALL,
  ]
  return fromElf(buildElf([{ address: CODE, data: encode.toBytes(words) }], CODE))
})()
const END = 3n * (2n + 2731n * 6n + 2n) + 4n
const options = { directSizes: [2 ** 18], salt: new Uint8Array(32).fill(5) }

async function plainHashes(points: readonly bigint[]): Promise<bigint[]> {
  const sorted = [...points].sort((a, b) => Number(a - b))
  const hashes = await Machine.stateHashes(Machine.create(PROGRAM, options), sorted)
  return points.map((point) => hashes[sorted.indexOf(point)] as bigint)
}

it('states come in any order, as a machine that starts over gives them', async () => {
  const random = createRandom(4)
  const points = Array.from({ length: 40 }, () => BigInt(random.below(Number(END) + 500)))
  points.push(0n, END, END - 1n, END + 1n, 10n ** 12n, points[0] as bigint)
  const expected = await plainHashes(points)
  for (const checkpointBytes of [0, 50_000, 400_000, 2 ** 30]) {
    const execution = await Execution.create(PROGRAM, { ...options, checkpointBytes })
    const hashes: bigint[] = []
    for (let i = 0; i < points.length; i += 5) {
      hashes.push(...(await Execution.hashesAt(execution, points.slice(i, i + 5))))
    }
    assert.deepEqual(hashes, expected, `${checkpointBytes} bytes`)
    assert.ok(execution.size <= Math.max(checkpointBytes, 200_000))
  }
})

it('a descent by 32 finds every step, whichever segment is picked', async () => {
  const random = createRandom(9)
  for (const checkpointBytes of [100_000, 2 ** 30]) {
    const execution = await Execution.create(PROGRAM, {
      ...options,
      hashPool: pool,
      checkpointBytes,
    })
    const { touchedLines, ...end } = await Execution.end(execution, 10n ** 6n)
    assert.deepEqual(end, { steps: END, status: 'halted' })
    // 64 KiB of counters, a line of code, one of salt.
    assert.equal(touchedLines, 512 + 1 + 1)
    for (let game = 0; game < 3; game++) {
      let [low, high] = [0n, END]
      while (high - low > 1n) {
        const k = high - low < 32n ? high - low : 32n
        const points = Array.from(
          { length: Number(k) + 1 },
          (_, i) => low + (BigInt(i) * (high - low)) / k,
        )
        const hashes = await Execution.hashesAt(execution, points)
        const pick = random.below(Number(k))
        assert.deepEqual(
          hashes.slice(pick, pick + 2),
          await plainHashes(points.slice(pick, pick + 2)),
        )
        ;[low, high] = points.slice(pick, pick + 2) as [bigint, bigint]
      }
      const witness = await Execution.witnessAt(execution, low)
      const [before, next] = await plainHashes([low, high])
      assert.equal(State.hash(witness.state), before)
      assert.equal(State.hash(Step.apply(witness)), next)
    }
  }
})

it('its first and last states have witnesses', async () => {
  const execution = await Execution.create(PROGRAM, options)
  const [first, last] = await Execution.hashesAt(execution, [0n, END])
  assert.equal(State.hash(Genesis.apply(await Execution.genesisWitness(execution))), first)
  const final = await Execution.finalWitnessAt(execution, END + 5n)
  assert.equal(State.hash(final.state), last)
  assert.equal(Final.apply(final).exitValue, 7n)
  const stopped = await Execution.witnessAt(execution, END + 5n)
  assert.equal(State.hash(Step.apply(stopped)), last)
})

it('a run that does not end within its limit is told, and costs no state', async () => {
  const execution = await Execution.create(PROGRAM, options)
  await Execution.statesAt(execution, [100n])
  await assert.rejects(Execution.end(execution, END - 1n), { code: 'Execution.Limit' })
  const signal = AbortSignal.abort(new Error('not now'))
  await assert.rejects(Execution.end(execution, END, { signal }), /not now/)
  const points = [END - 1n, 50n, 150n]
  assert.deepEqual(await Execution.hashesAt(execution, points), await plainHashes(points))
})

it('a program that faults has a last state like any other', async () => {
  const words = [encode.immediate('addi', 5, 0, 1), encode.store('sd', 5, 0, 8)]
  const program = fromElf(buildElf([{ address: CODE, data: encode.toBytes(words) }], CODE))
  const execution = await Execution.create(program, { directSizes: [2 ** 18] })
  assert.equal((await Execution.end(execution, 100n)).status, 'faulted')
  const [, , last, beyond] = await Execution.statesAt(execution, [0n, 1n, 2n, 99n])
  assert.equal(last?.status, 2)
  assert.equal(beyond, last)
})

it('work that is ended leaves an execution that goes on', async () => {
  const execution = await Execution.create(PROGRAM, options)
  const points = [END / 3n, END / 2n, END]
  for (const share of [0, 0.2, 0.7]) {
    const control = new AbortController()
    const progress = (what: string, done: number, total: number) => {
      if (what === 'hashes' && done > share * total) control.abort(new Error('enough'))
    }
    await assert.rejects(
      Execution.hashesAt(execution, points, { signal: control.signal, progress }),
      /enough/,
    )
  }
  assert.deepEqual(await Execution.hashesAt(execution, points), await plainHashes(points))
  await assert.rejects(Execution.statesAt(execution, [-1n]), { code: 'Execution.Step' })
})

it('trees of a program are read from a cache, and computed where it holds something else', async () => {
  const files = new Map<string, Uint8Array>()
  const cache = {
    read: async (name: string) => files.get(name),
    write: async (name: string, bytes: Uint8Array) => void files.set(name, bytes),
  }
  const fresh = () => ({ ...PROGRAM })
  const expected = await plainHashes([0n, 100n])
  const run = async () => {
    const execution = await Execution.create(fresh(), { ...options, cache })
    const { programRoot } = await Execution.witnessAt(execution, 1n)
    assert.deepEqual(await Execution.hashesAt(execution, [0n, 100n]), expected)
    return programRoot
  }
  const root = await run()
  assert.deepEqual([...files.keys()].map((name) => name.slice(0, 6)).sort(), ['image-', 'table-'])
  const written = new Map(files)
  assert.equal(await run(), root)
  for (const [name, bytes] of written) {
    for (const damaged of [
      bytes.subarray(1),
      bytes.slice(0, 40),
      new Uint8Array(0),
      flipped(bytes),
    ]) {
      files.set(name, damaged)
      assert.equal(await run(), root)
      assert.deepEqual(files.get(name), bytes)
    }
  }
})

function flipped(bytes: Uint8Array): Uint8Array {
  const copy = bytes.slice()
  const middle = copy.length >> 1
  copy[middle] = (copy[middle] as number) ^ 1
  return copy
}

it('a state past the end of a run whose end is not known yet is the last state', async () => {
  const execution = await Execution.create(PROGRAM, options)
  const [last] = await plainHashes([END])
  assert.deepEqual(await Execution.hashesAt(execution, [END + 9n, END, END + 1n]), [
    last,
    last,
    last,
  ])
})

it('digests of states are the same however they are come to, and leave the states as they are', async () => {
  const points = [0n, 1n, 5000n, 20_000n, 20_001n, END, END + 9n]
  const other = await Execution.create(PROGRAM, { ...options, poolPages: 2 })
  const once = await Execution.digestsAt(other, points)
  assert.equal(new Set(once.map(String)).size, points.length - 1, 'a stopped run stays as it is')
  const execution = await Execution.create(PROGRAM, options)
  const hashes = await plainHashes(points)
  for (const from of [4, 2, 0, 5, 3, 1]) {
    assert.deepEqual(await Execution.digestsAt(execution, points.slice(from)), once.slice(from))
    const at = [points[from] as bigint, (points[from] as bigint) + 7n]
    assert.deepEqual(await Execution.hashesAt(execution, at), await plainHashes(at))
  }
  await Execution.end(execution, END)
  assert.deepEqual(await Execution.digestsAt(execution, points), once, 'after all was touched')
  assert.deepEqual(await Execution.hashesAt(execution, points), hashes)
})

it('digests of one line, one register or another salt differ', async () => {
  const digestOf = async (more: Machine.Options) => {
    const execution = await Execution.create(PROGRAM, { ...options, ...more })
    return String((await Execution.digestsAt(execution, [7n]))[0])
  }
  const input = new Uint8Array(3000).fill(1)
  const others = [
    { input: input.with(2999, 2) },
    { input: input.with(0, 0) },
    {},
    { salt: input.slice(0, 32) },
  ]
  const digests = await Promise.all([{ input }, ...others].map(digestOf))
  assert.equal(new Set(digests).size, digests.length)
})

it('digests are of ascending steps, and work on them can be ended', async () => {
  const execution = await Execution.create(PROGRAM, options)
  await assert.rejects(Execution.digestsAt(execution, [9n, 8n]), { code: 'Execution.Step' })
  const signal = AbortSignal.abort(new Error('enough'))
  await assert.rejects(Execution.digestsAt(execution, [5000n], { signal }), { message: 'enough' })
  assert.deepEqual(await Execution.digestsAt(execution, []), [])
  assert.deepEqual(await Execution.hashesAt(execution, [9n]), await plainHashes([9n]))
})
