import assert from 'node:assert/strict'
import { after, it } from 'node:test'
import * as Commitment from './Commitment.ts'
import type { HashPool } from './HashPool.ts'
import { numberOf } from './Instruction.ts'
import * as Layout from './Layout.ts'
import * as Machine from './Machine.ts'
import * as Poseidon from './Poseidon.ts'
import { fromElf } from './Program.ts'
import * as Snapshot from './Snapshot.ts'
import * as State from './State.ts'
import * as Step from './Step.ts'
import { buildElf } from './testing/buildElf.ts'
import * as encode from './testing/encode.ts'
import { createHashThreads } from './testing/hashThreads.ts'

const CODE = 0x10000
const SMALL = [2 ** 18]

function programOf(words: readonly number[]) {
  return fromElf(buildElf([{ address: CODE, data: encode.toBytes(words) }], CODE))
}

const exit = (code: number) => [
  encode.immediate('addi', 10, 0, code),
  encode.immediate('addi', 17, 0, 93),
  encode.ECALL,
]

/** x5 = value, for values that fit LUI and two shifts. */
function constant(rd: number, value: bigint): number[] {
  const words = [encode.immediate('addi', rd, 0, 0)]
  for (let shift = 60n; shift >= 0n; shift -= 10n) {
    words.push(
      encode.shift('slli', rd, rd, 10),
      encode.immediate('addi', rd, rd, Number((value >> shift) & 1023n)),
    )
  }
  return words
}

/** Fills 64 KiB with a counter, then adds it up. */
const FILL = [
  encode.upper('lui', 5, 0x100000),
  encode.upper('lui', 6, 0x110000),
  encode.store('sd', 7, 5, 0),
  encode.immediate('addi', 7, 7, 3),
  encode.immediate('addi', 5, 5, 8),
  encode.branch('bltu', 5, 6, -12),
  ...exit(7),
]

const pool = createHashThreads(2)
after(() => pool.close())

it('a program of one ECALL halts or faults by a7', () => {
  for (const [a7, status] of [
    [93, 'halted'],
    [94, 'halted'],
    [92, 'faulted'],
    [0, 'faulted'],
  ] as const) {
    const machine = Machine.create(programOf([encode.immediate('addi', 17, 0, a7), encode.ECALL]), {
      directSizes: SMALL,
    })
    assert.equal(Machine.run(machine), status)
    assert.equal(Machine.steps(machine), 2n)
    assert.equal(Machine.pc(machine), CODE + 4)
  }
})

it('a7 counts with all its 64 bits', () => {
  const words = [...constant(17, (1n << 60n) + 93n), encode.ECALL]
  assert.equal(Machine.run(Machine.create(programOf(words), { directSizes: SMALL })), 'faulted')
})

it('a stopped state steps to itself, and its witness says so', async () => {
  const machine = Machine.create(programOf(exit(3)), { directSizes: SMALL })
  Machine.stepTo(machine, 3n)
  const halted = await Machine.stateHash(machine)
  Machine.stepTo(machine, 1_000_000n)
  assert.equal(Machine.steps(machine), 3n)
  assert.equal(await Machine.stateHash(machine), halted)
  assert.equal(State.hash(Step.apply(await Machine.witness(machine, 77n))), halted)
})

it('the first state is what the specification says', async () => {
  const machine = Machine.create(programOf(exit(0)), { directSizes: SMALL })
  const state = await Machine.state(machine)
  assert.equal(state.pc, CODE)
  assert.equal(state.reservation, 0n)
  assert.equal(state.status, 0)
  assert.deepEqual(state.registers, Commitment.initialRegisters())
  assert.equal(state.registers[2], 0x03efff00n)
  const words = State.packRegisters(state.registers)
  assert.equal(words[0], 0x03efff00n << 128n)
  const hash = Poseidon.hash([BigInt(CODE), Poseidon.hash(words), state.memoryRoot, 0n, 0n])
  assert.equal(State.hash(state), hash)
})

it('the memory root is that of the tree as written down, line by line', async () => {
  const machine = Machine.create(programOf(FILL), { directSizes: SMALL })
  Machine.run(machine)
  const { memoryRoot } = await Machine.state(machine)
  const level = new Map<number, bigint>()
  for (let chunk = 0; chunk < 2 ** 17 / 16 + 2 ** 16; chunk++) {
    const bytes = Machine.read(machine, CODE + 16 * chunk, 16)
    const view = new DataView(bytes.buffer)
    const value = view.getBigUint64(0, true) + (view.getBigUint64(8, true) << 64n)
    if (value !== 0n) level.set(CODE / 16 + chunk, value)
  }
  let nodes = level
  let zero = 0n
  for (let height = 0; height < 10; height++) {
    const parents = new Map<number, bigint>()
    for (const index of nodes.keys()) {
      const parent = Math.floor(index / 8)
      if (parents.has(parent)) continue
      parents.set(
        parent,
        Poseidon.hash(Array.from({ length: 8 }, (_, i) => nodes.get(8 * parent + i) ?? zero)),
      )
    }
    zero = Poseidon.hash(new Array<bigint>(8).fill(zero))
    nodes = parents
  }
  assert.equal(memoryRoot, nodes.get(0))
})

it('the root is the same however memory is mapped and whoever hashes', async () => {
  const program = programOf(FILL)
  const input = Uint8Array.from({ length: 70_000 }, (_, i) => i * 7)
  const hashes = []
  for (const options of [
    {},
    { directSizes: SMALL },
    { hashPool: pool },
    { hashPool: pool, directSizes: SMALL },
  ]) {
    const machine = Machine.create(program, { input, ...options })
    hashes.push([
      await Machine.stateHash(machine),
      Machine.run(machine),
      await Machine.stateHash(machine),
    ])
  }
  for (const other of hashes) assert.deepEqual(other, hashes[0])
})

it('a thread that dies fails what was asked of it', async () => {
  const dying = createHashThreads(1)
  const machine = Machine.create(programOf(FILL), { hashPool: dying, directSizes: SMALL })
  Machine.run(machine)
  await Machine.stateHash(machine)
  await dying.close()
  await assert.rejects(dying.run({ kind: 'lines', count: 1, data: new Uint8Array(128) }), {
    code: 'HashPool.Thread',
  })
})

it('a pool that fails in the middle costs a hash, never its correctness', async () => {
  let left = 1
  const failing: HashPool = {
    size: 1,
    run: (job) => (left-- > 0 ? Promise.reject(new Error('no more')) : pool.run(job)),
  }
  for (const directSizes of [SMALL, [2 ** 26]]) {
    left = 1
    const machine = Machine.create(programOf(FILL), { hashPool: failing, directSizes })
    const plain = Machine.create(programOf(FILL), { directSizes })
    for (const point of [0n, 20_000n]) {
      Machine.stepTo(machine, point)
      Machine.stepTo(plain, point)
      if (point > 0n) await assert.rejects(Machine.stateHash(machine), /no more/)
      assert.equal(await Machine.stateHash(machine), await Machine.stateHash(plain))
    }
  }
})

it('the children of the root are image, input and output', async () => {
  const inputSalt = new Uint8Array(32).fill(9)
  const input = Uint8Array.from([1, 2, 3])
  const program = programOf(exit(0))
  const machine = Machine.create(program, { input, inputSalt, directSizes: SMALL })
  const { memoryRoot } = await Machine.state(machine)
  const { imageRoot, programRoot, registersHash, entry, programId } =
    await Commitment.fromProgram(program)
  let zero = 0n
  for (let height = 0; height < 9; height++) zero = Poseidon.hash(new Array<bigint>(8).fill(zero))
  const inputRoot = await Commitment.inputRoot(input, inputSalt)
  const children = [imageRoot, inputRoot, ...new Array<bigint>(6).fill(zero)]
  assert.equal(Poseidon.hash(children), memoryRoot)
  assert.notEqual(inputRoot, await Commitment.inputRoot(input))
  assert.equal(programId, Poseidon.hash([programRoot, imageRoot, registersHash, BigInt(entry), 1n]))
  assert.equal((await Machine.witness(machine, 0n)).programRoot, programRoot)
})

it('input lies where it should, and its salt in the last line', () => {
  const inputSalt = Uint8Array.from({ length: 32 }, (_, i) => i + 1)
  const input = Uint8Array.from([5, 6, 7])
  const machine = Machine.create(programOf(exit(0)), { input, inputSalt, directSizes: SMALL })
  assert.deepEqual(
    [...Machine.read(machine, Layout.INPUT_ADDRESS, 12)],
    [3, 0, 0, 0, 0, 0, 0, 0, 5, 6, 7, 0],
  )
  assert.deepEqual(Machine.read(machine, 2 ** 32 - 128, 32), inputSalt)
})

it('a salt changes every state hash and nothing that a program can see', async () => {
  const program = programOf(FILL)
  const hashes = []
  for (const salt of [undefined, new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)]) {
    const machine = Machine.create(program, {
      directSizes: SMALL,
      ...(salt === undefined ? {} : { salt }),
    })
    hashes.push(...(await Machine.stateHashes(machine, [0n, 1n, 100n, 10n ** 9n])))
    assert.equal(Machine.exitValue(machine), 7n)
  }
  assert.equal(new Set(hashes).size, 12)
  const words = [encode.immediate('ld', 5, 0, 8), ...exit(0)]
  assert.equal(Machine.run(Machine.create(programOf(words), { directSizes: SMALL })), 'faulted')
})

it('the output region holds the answer, the length and the bytes', () => {
  const words = [
    ...constant(5, 2n ** 32n),
    encode.immediate('addi', 6, 0, 0x41),
    encode.store('sb', 6, 5, 0),
    encode.immediate('addi', 7, 0, 2),
    encode.store('sd', 7, 5, 32),
    encode.store('sb', 6, 5, 41),
    ...exit(0),
  ]
  const machine = Machine.create(programOf(words), { directSizes: SMALL })
  Machine.run(machine)
  assert.deepEqual([...Machine.output(machine)], [0, 0x41])
  assert.equal(Machine.answer(machine)[0], 0x41)
})

it('an impossible output length is an error of its own', () => {
  const words = [
    ...constant(5, 2n ** 32n),
    encode.immediate('addi', 7, 0, -1),
    encode.store('sd', 7, 5, 32),
    ...exit(0),
  ]
  const machine = Machine.create(programOf(words), { directSizes: SMALL })
  Machine.run(machine)
  assert.throws(() => Machine.output(machine), { code: 'Machine.OutputLength' })
})

it('stores at the ends of 2^34 hold, one byte further faults', () => {
  for (const [address, status] of [
    [2n ** 34n - 8n, 'halted'],
    [2n ** 34n, 'faulted'],
    [4096n, 'halted'],
    [4088n, 'faulted'],
  ] as const) {
    for (const engine of ['interpreter', 'translator'] as const) {
      const words = [
        ...constant(5, address),
        encode.store('sd', 5, 5, 0),
        encode.immediate('ld', 6, 5, 0),
        ...exit(0),
      ]
      const machine = Machine.create(programOf(words), { engine, directSizes: SMALL })
      assert.equal(Machine.run(machine), status)
      if (status === 'halted') assert.equal(Machine.registers(machine)[6], address)
    }
  }
})

it('execution that leaves the code faults where it went', () => {
  const cases: [number[], number][] = [
    [[encode.immediate('addi', 5, 0, 1)], CODE + 4],
    [[encode.jal(1, 0x1000)], CODE + 0x1000],
    [[encode.jal(1, -0x8000)], CODE - 0x8000],
    [[encode.branch('beq', 0, 0, -4096)], CODE - 4096],
    [[encode.upper('lui', 5, 0x7ffff000), encode.immediate('jalr', 1, 5, 0x7fe)], 0x7ffff7fe],
  ]
  for (const [words, pc] of cases) {
    for (const engine of ['interpreter', 'translator'] as const) {
      const machine = Machine.create(programOf(words), { engine, directSizes: SMALL })
      assert.equal(Machine.run(machine), 'faulted')
      assert.equal(Machine.pc(machine), pc)
      assert.equal(Machine.steps(machine), BigInt(words.length + 1))
    }
  }
})

it('storing into code changes memory and nothing that runs', async () => {
  const words = [
    encode.upper('auipc', 5, 0),
    encode.store('sw', 0, 5, 12),
    encode.immediate('lw', 6, 5, 12),
    ...exit(5),
  ]
  const machine = Machine.create(programOf(words), { directSizes: SMALL })
  assert.equal(Machine.run(machine), 'halted')
  assert.equal(Machine.exitValue(machine), 5n)
  assert.equal(Machine.registers(machine)[6], 0n)
})

it('snapshots and earlier steps come back bit for bit', async () => {
  const machine = Machine.create(programOf(FILL), { directSizes: SMALL })
  const points = [0n, 1n, 2n, 5_000n, 5_001n, 30_000n]
  const hashes = await Machine.stateHashes(machine, points)
  const late = Snapshot.take(machine)
  assert.deepEqual(await Machine.stateHashes(machine, points), hashes)
  Machine.stepTo(machine, 5_000n)
  assert.equal(await Machine.stateHash(machine), hashes[3])
  Snapshot.restore(machine, late)
  assert.equal(await Machine.stateHash(machine), hashes[5])
  const fresh = Machine.create(programOf(FILL), { directSizes: SMALL })
  Snapshot.restore(fresh, late)
  assert.equal(await Machine.stateHash(fresh), hashes[5])
  await assert.rejects(Machine.stateHashes(machine, [2n, 1n]), { code: 'Machine.Step' })
})

it('a witness that was altered anywhere is refused or proves another state', async () => {
  const machine = Machine.create(programOf(FILL), { directSizes: SMALL })
  const good = await Machine.witness(machine, 2n)
  assert.equal(good.instruction.operation, 'SD')
  assert.ok(Step.apply(good))
  const replace = (path: readonly (readonly bigint[])[], level: number, place: number) =>
    path.map((children, l) =>
      children.map((value, i) => (l === level && i === place ? value + 1n : value)),
    )
  for (let level = 0; level < 10; level++) {
    for (const place of [0, 3, 7]) {
      const memoryPath = replace(good.memoryPath, level, place)
      assert.throws(() => Step.apply({ ...good, memoryPath }), { code: 'Step.Witness' })
      const programPath = replace(good.programPath, level, place)
      assert.throws(() => Step.apply({ ...good, programPath }), { code: 'Step.Witness' })
    }
  }
  const instruction = { ...good.instruction, rs2: 6 }
  assert.throws(() => Step.apply({ ...good, instruction }), { code: 'Step.Witness' })
  assert.throws(() => Step.apply({ ...good, programRoot: 1n }), { code: 'Step.Witness' })
  assert.throws(() => Step.apply({ ...good, memoryPath: good.memoryPath.slice(1) }), {
    code: 'Step.Witness',
  })
  const pc = { ...good, state: { ...good.state, pc: good.state.pc + 4 } }
  assert.throws(() => Step.apply(pc), { code: 'Step.Witness' })
})

it('refuses salts of another size and ranges outside memory', () => {
  const program = programOf(exit(0))
  assert.throws(() => Machine.create(program, { salt: new Uint8Array(31) }), {
    code: 'Machine.Input',
  })
  assert.throws(() => Machine.create(program, { inputSalt: new Uint8Array(33) }), {
    code: 'Machine.Input',
  })
  const machine = Machine.create(program, { directSizes: SMALL })
  for (const [address, size] of [
    [-1, 1],
    [2 ** 34, 1],
    [2 ** 34 - 1, 2],
    [0.5, 1],
    [0, -1],
  ] as const) {
    assert.throws(() => Machine.read(machine, address, size), { code: 'Machine.Address' })
  }
  assert.equal(Machine.read(machine, 2 ** 34 - 1, 1).length, 1)
})

/**
 * Stores a counter into the first bytes of every page from 2^33 on, reads each second one back,
 * then the first again.
 */
function strides(pages: number): number[] {
  return [
    ...constant(5, 2n ** 33n),
    ...constant(6, 2n ** 33n + BigInt(pages) * 4096n),
    encode.upper('lui', 8, 4096),
    encode.store('sd', 7, 5, 0),
    encode.immediate('addi', 7, 7, 1),
    encode.register('add', 5, 5, 8),
    encode.branch('bltu', 5, 6, -12),
    ...constant(5, 2n ** 33n),
    encode.register('add', 8, 8, 8),
    encode.immediate('ld', 9, 5, 0),
    encode.register('add', 10, 10, 9),
    encode.register('add', 5, 5, 8),
    encode.branch('bltu', 5, 6, -12),
    ...constant(5, 2n ** 33n),
    encode.store('sb', 7, 5, 7),
    encode.immediate('addi', 17, 0, 93),
    encode.ECALL,
  ]
}

it('a program that touches more pages than the engine holds runs to the same states', async () => {
  const pages = 3000
  const program = programOf(strides(pages))
  const states: unknown[] = []
  for (const options of [{}, { poolPages: 1 }, { poolPages: 7 }, { poolPages: 1000 }]) {
    for (const engine of ['interpreter', 'translator'] as const) {
      const machine = Machine.create(program, { engine, directSizes: SMALL, ...options })
      const hashes = await Machine.stateHashes(machine, [0n, 5000n, 14_000n, 10n ** 6n])
      const last = Snapshot.take(machine)
      Machine.stepTo(machine, 9000n)
      const middle = await Machine.stateHash(machine)
      Snapshot.restore(machine, last)
      hashes.push(middle, await Machine.stateHash(machine), Machine.exitValue(machine))
      states.push(hashes)
      assert.equal(Machine.exitValue(machine), BigInt((pages / 2) * (pages / 2 - 1)))
      assert.equal(Machine.read(machine, 2 ** 33 + 4096 * 5, 1)[0], 5)
      assert.equal(machine.engine.kept.size > 0, 'poolPages' in options)
    }
  }
  for (const other of states) assert.deepEqual(other, states[0])
})

it('refuses a snapshot of another program', () => {
  const machine = Machine.create(programOf(FILL), { directSizes: SMALL })
  const other = Machine.create(programOf(exit(0)), { directSizes: SMALL })
  const kept = Snapshot.take(other)
  assert.throws(() => Snapshot.restore(machine, kept), { code: 'Snapshot.Program' })
})

it('a line that is stored again with the same bytes is not hashed again', async () => {
  const jobs: number[] = []
  const counting: HashPool = {
    size: 1,
    run: (job) => {
      jobs.push(job.count)
      return pool.run(job)
    },
  }
  const machine = Machine.create(programOf(FILL), { hashPool: counting, directSizes: SMALL })
  Machine.run(machine)
  const hash = await Machine.stateHash(machine)
  assert.ok(jobs.length > 0)
  jobs.length = 0
  Machine.reset(machine)
  Machine.run(machine)
  assert.equal(await Machine.stateHash(machine), hash)
  assert.deepEqual(jobs, [])
})

it('hashing can be watched and ended, and goes on from where it was', async () => {
  for (const options of [{}, { hashPool: pool }]) {
    const machine = Machine.create(programOf(FILL), { directSizes: SMALL, ...options })
    Machine.run(machine)
    const seen: [number, number][] = []
    const control = new AbortController()
    const progress = (what: string, done: number, total: number) => {
      assert.equal(what, 'hashes')
      seen.push([done, total])
      if (done > total / 2) control.abort(new Error('enough'))
    }
    await assert.rejects(Machine.stateHash(machine, { signal: control.signal, progress }), /enough/)
    assert.ok(seen.length > 1)
    const fresh = Machine.create(programOf(FILL), { directSizes: SMALL })
    Machine.run(fresh)
    assert.equal(await Machine.stateHash(machine), await Machine.stateHash(fresh))
  }
})

it('other work of the thread goes on while a machine hashes and runs', async () => {
  const machine = Machine.create(programOf(FILL), { directSizes: SMALL })
  let turns = 0
  const turn = () => {
    turns++
    timer = setImmediate(turn)
  }
  let timer = setImmediate(turn)
  await Machine.stateHash(machine)
  Machine.run(machine)
  const before = turns
  await Machine.stateHash(machine)
  clearImmediate(timer)
  // 512 lines are two batches with a break between them.
  assert.ok(turns > before)
})

it('operations keep their numbers', () => {
  assert.equal(numberOf('ILLEGAL'), 0)
  assert.equal(numberOf('BEQ'), 19)
  assert.equal(numberOf('LR'), 38)
  assert.equal(numberOf('ECALL'), 49)
})
