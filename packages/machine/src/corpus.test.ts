// What compilers make of C: the programs of examples/machine against the results of the computer
// that built them.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { it } from 'node:test'
import * as Machine from './Machine.ts'
import { fromElf } from './Program.ts'
import * as State from './State.ts'
import * as Step from './Step.ts'
import { createRandom } from './testing/random.ts'

const FOLDER = new URL('../../../examples/machine/bin/', import.meta.url)
const ENGINES = ['interpreter', 'translator'] as const

function load(name: string): Uint8Array {
  return readFileSync(new URL(name, FOLDER))
}

for (const build of ['O0', 'O2', 'Os', 'O3']) {
  it(`the corpus built with -${build} prints what it prints anywhere`, async () => {
    const program = fromElf(load(`corpus-${build}.elf`))
    const ends = []
    for (const engine of ENGINES) {
      const machine = Machine.create(program, { engine })
      assert.equal(Machine.run(machine), 'halted')
      assert.equal(Machine.exitValue(machine), 0n)
      assert.equal(Buffer.from(Machine.output(machine)).toString(), load('corpus.txt').toString())
      ends.push([Machine.steps(machine), await Machine.stateHash(machine)])
    }
    assert.deepEqual(ends[1], ends[0])
  })
}

it('sampled steps of the corpus follow from their witnesses', async () => {
  const machine = Machine.create(fromElf(load('corpus-O2.elf')))
  const random = createRandom(2026)
  Machine.run(machine)
  const total = Number(Machine.steps(machine))
  for (let i = 0; i < 12; i++) {
    const n = BigInt(random.below(total))
    const after = Step.apply(await Machine.witness(machine, n))
    Machine.stepTo(machine, n + 1n)
    assert.equal(await Machine.stateHash(machine), State.hash(after), `step ${n}`)
  }
})

it('the five workloads give the results of the host', () => {
  const program = fromElf(load('workloads.elf'))
  for (let index = 0; index < 5; index++) {
    const machine = Machine.create(program, { input: Uint8Array.from([48 + index]) })
    assert.equal(Machine.run(machine), 'halted')
    const expected = load(`workload-${index}.txt`).toString()
    assert.equal(Buffer.from(Machine.output(machine)).toString(), expected)
  }
})

it('input reaches a program, and its answer is found', () => {
  const program = fromElf(load('sum.elf'))
  const machine = Machine.create(program, { input: Buffer.from('1\n2\n40') })
  assert.equal(Machine.run(machine), 'halted')
  assert.equal(Buffer.from(Machine.output(machine)).toString(), '43\n')
  assert.equal(Machine.answer(machine)[0], 43)
  const refused = Machine.create(program, { input: Buffer.from('1\nx') })
  Machine.run(refused)
  assert.equal(Machine.exitValue(refused), 1n)
})
