import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { before, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import * as State from '@ambrosia/machine/State'
import * as Step from '@ambrosia/machine/Step'
import * as WitnessJson from '@ambrosia/machine/WitnessJson'
import { endOfSuite } from '@ambrosia/testing/defer'
import { useFolder } from '@ambrosia/testing/useFolder'
import { runCli } from '../../testing/runCli.ts'

const bin = fileURLToPath(new URL('../../../../../examples/machine/bin/', import.meta.url))
const file = endOfSuite()
let folder = ''

before(() => {
  folder = useFolder(file)
  writeFileSync(join(folder, 'numbers'), '1\n2\n40\n')
  writeFileSync(join(folder, 'bad'), '1\nx\n')
  writeFileSync(join(folder, 'broken.elf'), '#!/bin/sh\n')
})

function machine(...args: string[]) {
  const result = runCli(['machine', ...args])
  return { ...result, last: result.stderr.trimEnd().split('\n').at(-1) ?? '' }
}

it('run writes the output to standard output and one object as the last line of standard error', () => {
  const input = join(folder, 'numbers')
  const dumps = ['--dump', 'result:8', '--dump', '0x100000000:2', '--dump', '4294967296:1']
  const { stdout, status, last } = machine(
    'run',
    `${bin}sum.elf`,
    '--input',
    input,
    '--json',
    ...dumps,
  )
  assert.equal(stdout, '43\n')
  assert.equal(status, 0)
  const result = JSON.parse(last)
  assert.equal(result.status, 'halted')
  assert.equal(result.exitCode, 0)
  assert.ok(Number.isSafeInteger(result.steps) && result.steps > 0)
  assert.match(result.stateHash, /^0x[0-9a-f]{64}$/)
  assert.deepEqual(result.dump, ['0x2b00000000000000', '0x2b00', '0x2b'])
})

it("run exits with the program's code, 124 at the limit", () => {
  const refused = machine('run', `${bin}sum.elf`, '--input', join(folder, 'bad'))
  assert.equal(refused.status, 1)
  assert.equal(refused.stdout, 'expected digits and line ends\n')
  const limited = machine('run', `${bin}hello.elf`, '--max-steps', '10', '--json')
  assert.equal(limited.status, 124)
  const { status, exitCode, steps } = JSON.parse(limited.last)
  assert.deepEqual([status, exitCode, steps], ['limit', 124, 10])
})

it('a fault exits with 128', () => {
  // A program of one word, all zeros: an illegal instruction.
  const elf = Buffer.alloc(124)
  Buffer.from('7f454c46020101', 'hex').copy(elf)
  elf.writeUInt16LE(2, 16)
  elf.writeUInt16LE(243, 18)
  elf.writeUInt32LE(0x10000, 24)
  elf.writeUInt32LE(64, 32)
  elf.writeUInt16LE(56, 54)
  elf.writeUInt16LE(1, 56)
  elf.writeUInt32LE(1, 64)
  elf.writeUInt32LE(5, 68)
  elf.writeUInt32LE(120, 72)
  elf.writeUInt32LE(0x10000, 80)
  elf.writeUInt32LE(4, 96)
  elf.writeUInt32LE(4, 104)
  const path = join(folder, 'fault.elf')
  writeFileSync(path, elf)
  const result = machine('run', path, '--json')
  assert.equal(result.status, 128)
  assert.equal(JSON.parse(result.last).status, 'faulted')
  assert.equal(JSON.parse(result.last).steps, 1)
})

it('wrong use exits with 2, a bad file with 1 and a code', () => {
  assert.equal(machine('run', `${bin}hello.elf`, '--dump', 'nowhere:8').status, 2)
  assert.equal(machine('run', `${bin}hello.elf`, '--dump', '0x3ffffffff:2').status, 2)
  assert.equal(machine('run', `${bin}hello.elf`, '--max-steps', '-1').status, 2)
  assert.equal(machine('run', join(folder, 'missing')).status, 2)
  const broken = machine('run', join(folder, 'broken.elf'))
  assert.equal(broken.status, 1)
  assert.match(broken.stderr, /Elf\.Unsupported/)
})

it('hash names the program, trace shows its steps, witness proves one', () => {
  const hash = machine('hash', `${bin}hello.elf`, '--json')
  const names = JSON.parse(hash.stdout)
  assert.match(names.programId, /^0x[0-9a-f]{64}$/)
  const trace = machine('trace', `${bin}hello.elf`, '--from', '0', '--to', '3', '--json')
  assert.equal(JSON.parse(trace.stdout).steps.length, 3)
  const witness = JSON.parse(machine('witness', `${bin}hello.elf`, '--step', '5').stdout)
  const after = Step.apply(WitnessJson.toWitness(witness.witness))
  assert.equal(State.hash(after), BigInt(witness.nextStateHash))
  assert.equal(witness.witness.programRoot, `0x${BigInt(names.programRoot).toString(16)}`)
})
