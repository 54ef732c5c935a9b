// Reference step = interpreter = translator, by state hash, on random programs. MACHINE_FUZZ=N runs
// N programs more and prints their seeds; a failure names its seed.

import assert from 'node:assert/strict'
import { it } from 'node:test'
import * as Machine from './Machine.ts'
import { fromElf } from './Program.ts'
import * as Snapshot from './Snapshot.ts'
import * as State from './State.ts'
import * as Step from './Step.ts'
import { buildElf } from './testing/buildElf.ts'
import * as encode from './testing/encode.ts'
import { createRandom } from './testing/random.ts'
import { CODE_ADDRESS, randomCode, randomRegisters } from './testing/randomProgram.ts'

/** Mapped directly: the code's data; paged: everything else that random programs touch. */
const SMALL = [2 ** 18]
const LIMIT = 20_000n

function machines(seed: number) {
  const random = createRandom(seed)
  const code = randomCode(random, 30 + random.below(60))
  const elf = buildElf([{ address: CODE_ADDRESS, data: code }], CODE_ADDRESS)
  const program = fromElf(elf)
  const registers = randomRegisters(random)
  const start = (options: Machine.Options) => {
    const machine = Machine.create(program, { directSizes: SMALL, ...options })
    Snapshot.restore(machine, { ...Snapshot.take(machine), registers })
    return machine
  }
  return { random, start }
}

async function compareEngines(seed: number): Promise<void> {
  const { random, start } = machines(seed)
  const plain = start({ engine: 'interpreter' })
  const translated = start({ hotCount: 8 })
  const stops = Array.from({ length: 4 }, () => BigInt(random.below(Number(LIMIT)))).sort((a, b) =>
    a < b ? -1 : a > b ? 1 : 0,
  )
  for (const stop of [...stops, LIMIT]) {
    Machine.run(plain, stop)
    Machine.run(translated, stop)
    const place = `seed ${seed}, stop ${stop}`
    assert.equal(Machine.steps(translated), Machine.steps(plain), place)
    assert.deepEqual(control(translated), control(plain), place)
  }
  assert.deepEqual(await Machine.state(translated), await Machine.state(plain), `seed ${seed}`)
}

function control(machine: Machine.Machine) {
  return [Machine.pc(machine), Machine.status(machine), ...Machine.registers(machine)]
}

async function compareReference(seed: number, steps: bigint): Promise<void> {
  const { random, start } = machines(seed)
  const machine = start({ engine: 'interpreter' })
  Machine.run(machine, BigInt(random.below(400)))
  for (let taken = 0n; taken < steps; taken++) {
    const from = Machine.steps(machine)
    const witness = await Machine.witness(machine, from)
    const expected = Step.apply(witness)
    Machine.run(machine, from + 1n)
    const actual = await Machine.state(machine)
    assert.deepEqual(
      actual,
      expected,
      `seed ${seed}: step ${from} ${witness.instruction.operation}`,
    )
    assert.equal(State.hash(actual), State.hash(expected))
    if (actual.status !== 0) return
  }
}

const extra = Number(process.env['MACHINE_FUZZ'] ?? 0)
const firstExtra = Number(process.env['MACHINE_FUZZ_SEED'] ?? 1_000_000)

it('interpreter and translator agree at every stop', async () => {
  for (let seed = 1; seed <= 40; seed++) await compareEngines(seed)
})

it('interpreter and reference step agree', async () => {
  for (let seed = 1; seed <= 8; seed++) await compareReference(seed, 30n)
})

it('longer fuzz', {
  skip: extra === 0 && 'set MACHINE_FUZZ to a number of programs',
}, async () => {
  console.log(`fuzz: seeds ${firstExtra} to ${firstExtra + extra - 1}`)
  for (let seed = firstExtra; seed < firstExtra + extra; seed++) {
    await compareEngines(seed)
    if (seed % 10 === 0) await compareReference(seed, 60n)
  }
})

it('a straight stretch far longer than a translated function gives the same states', async () => {
  const random = createRandom(77)
  const words = Array.from({ length: 160_000 }, (_, i) =>
    encode.immediate('addi', 1 + (i % 9), 1 + (i % 7), random.below(4096) - 2048),
  )
  const back = encode.immediate('addi', 28, 28, -1)
  // The way back is longer than a jump reaches, so it goes through a register.
  const end = [back, encode.branch('beq', 28, 0, 8), encode.immediate('jalr', 0, 29, 0)]
  const code = encode.toBytes([...words, ...end, encode.immediate('addi', 17, 0, 93), encode.ECALL])
  const program = fromElf(buildElf([{ address: CODE_ADDRESS, data: code }], CODE_ADDRESS))
  const states = []
  for (const options of [{ engine: 'interpreter' }, { hotCount: 4 }] as const) {
    const machine = Machine.create(program, { directSizes: [2 ** 20], ...options })
    const registers = Machine.registers(machine)
    registers[28] = 16n
    registers[29] = BigInt(CODE_ADDRESS)
    Snapshot.restore(machine, { ...Snapshot.take(machine), registers })
    // Ten times around, then 1,100 blocks of 128: more than a function's number of blocks can say.
    Machine.run(machine, 10n * 160_003n + 1_100n * 128n)
    states.push([Machine.steps(machine), ...control(machine)])
    Machine.run(machine)
    states.push([Machine.steps(machine), ...control(machine)])
    if (machine.translator !== undefined) assert.ok(machine.translator.count > 0)
  }
  assert.deepEqual(states.slice(2), states.slice(0, 2))
})
