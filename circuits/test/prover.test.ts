// The prover as the rest of the project uses it: a process that is sent JSON.

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { before, it } from 'node:test'
import * as Instruction from '@ambrosia/machine/Instruction'
import * as State from '@ambrosia/machine/State'
import * as Step from '@ambrosia/machine/Step'
import * as encode from '@ambrosia/machine/testing/encode'
import { developmentKeys, inputOf, witnessOf } from './support.ts'

const PROVER = join(import.meta.dirname, '../prover.ts')
const witness = witnessOf(Instruction.decode(0x10000, ...halves(encode.immediate('addi', 5, 6, 7))))
const input = inputOf(witness)

before(developmentKeys)

function halves(word: number): [number, number] {
  return [word & 0xffff, word >>> 16]
}

async function run(
  args: string[],
  sent: string,
  env: Record<string, string> = {},
): Promise<{ code: number | null; out: string; error: string }> {
  const child = spawn(process.execPath, [PROVER, ...args], { env: { ...process.env, ...env } })
  child.stdin.on('error', () => {})
  child.stdin.end(sent)
  const [out, error, code] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    new Promise<number | null>((done) => child.once('close', done)),
  ])
  return { code, out, error }
}

it('prove and verify as two commands', async () => {
  const proven = await run(['prove', 'step'], JSON.stringify(input))
  assert.equal(proven.code, 0, proven.error)
  const proof = JSON.parse(proven.out)
  assert.equal(proof.circuit, 'step')
  assert.equal(proof.keys, 'development')
  assert.equal(BigInt(proof.publicSignals[2]), State.hash(Step.apply(witness)))
  const good = await run(['verify'], proven.out)
  assert.deepEqual([good.code, JSON.parse(good.out)], [0, { version: 1, ok: true }])
  proof.publicSignals[1] = '0x1'
  const bad = await run(['verify'], JSON.stringify(proof))
  assert.deepEqual([bad.code, JSON.parse(bad.out)], [1, { version: 1, ok: false }])
})

it('many requests to one process, answered in order; a bad one stops nothing', async () => {
  const requests = [
    { id: 1, method: 'keys' },
    { id: 2, method: 'signals', circuit: 'step', input },
    {
      id: 3,
      method: 'signals',
      circuit: 'step',
      input: { ...input, witness: { ...input.witness, programPath: [] } },
    },
    { id: 4, method: 'signals', circuit: 'other', input },
    { id: 5, method: 'dance', circuit: 'step', input },
    { id: 6, method: 'signals', circuit: 'step' },
    { id: 7, method: 'signals', circuit: 'step', input: falseInput() },
    { id: 8, method: 'verify', input: { circuit: 'step', publicSignals: 5 } },
    { id: 9, method: 'signals', circuit: 'final', input },
    { id: 10, method: 'signals', circuit: 'step', input },
  ]
  const lines = requests.map((request) => JSON.stringify(request))
  lines.splice(2, 0, 'not JSON', '', '[]', 'null')
  const { code, out } = await run(['serve'], `${lines.join('\n')}\n`)
  assert.equal(code, 0)
  const answers = out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  const brief = answers.map(({ id, ok, error }) => [id, ok, error?.code])
  assert.deepEqual(brief, [
    [1, true, undefined],
    [2, true, undefined],
    [null, false, 'Circuits.Input'],
    [null, false, 'Circuits.Input'],
    [null, false, 'Circuits.Input'],
    [3, false, 'Circuits.Input'],
    [4, false, 'Circuits.Input'],
    [5, false, 'Circuits.Input'],
    [6, false, 'Circuits.Input'],
    [7, false, 'Circuits.NoProof'],
    [8, false, 'Circuits.Input'],
    [9, false, 'Circuits.Input'],
    [10, true, undefined],
  ])
  assert.deepEqual(answers[1].result, answers.at(-1).result)
  assert.deepEqual(
    answers[0].result.circuits.map(({ name }: { name: string }) => name),
    ['genesis', 'step', 'final'],
  )
  for (const { error } of answers) if (error !== undefined) assert.ok(error.hint.length > 0)
})

/** A witness with another immediate than the table has. */
function falseInput(): object {
  const instruction = { ...input.witness.instruction, imm: '0x8' }
  return { ...input, witness: { ...input.witness, instruction } }
}

it('what goes wrong is told by code, without the numbers of the witness', async () => {
  const { code, error } = await run(['prove', 'step'], JSON.stringify(falseInput()))
  assert.equal(code, 1)
  assert.match(error, /^error Circuits\.NoProof: /m)
  assert.ok(!error.includes(input.witness.state.memoryRoot.slice(2, 20)))
  const malformed = await run(['prove', 'step'], '{')
  assert.deepEqual([malformed.code, /Circuits\.Input/.test(malformed.error)], [1, true])
})

it('usage', async () => {
  for (const args of [[], ['dance'], ['prove', 'step', 'more']]) {
    const { code, error } = await run(args, '')
    assert.equal(code, 2)
    assert.match(error, /^usage: /)
  }
})

it('production refuses development keys', async () => {
  const { code, error } = await run(['keys'], '', { AMBROSIA_ENV: 'production' })
  assert.equal(code, 1)
  assert.match(error, /^error Circuits\.DevelopmentKey: /m)
})
