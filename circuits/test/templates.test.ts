// Checks what the headers of the templates say: the number of constraints by compiling, that there
// is a header at all, and the constants.

import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { it } from 'node:test'
import { initialRegisters } from '@ambrosia/machine/Commitment'
import { OPERATIONS } from '@ambrosia/machine/Instruction'
import * as State from '@ambrosia/machine/State'
import { CIRCUITS, PUBLIC_SIGNALS, templateOf } from '../lib/circuits.ts'
import { compile } from '../lib/compile.ts'
import { readR1cs } from '../lib/r1cs.ts'
import { ZEROS } from './support.ts'

const FOLDER = join(import.meta.dirname, '../src')
const files = readdirSync(FOLDER).filter((name) => name.endsWith('.circom'))
const textOf = (name: string) => readFileSync(join(FOLDER, name), 'utf8')
const templates = files.filter((name) => /^template /m.test(textOf(name)))

/** Parameters that a header's count is for, where it gives a formula. */
const PARAMETERS: Record<string, { parameters: number[]; constraints: number }> = {
  OneHot: { parameters: [50], constraints: 50 },
  ReadPath: { parameters: [2], constraints: 2 * 409 },
  UpdatePath: { parameters: [2], constraints: 2 * 818 },
}

it('a template a file, named like it, under a header that states it', () => {
  for (const name of templates) {
    const text = textOf(name)
    const [template, ...more] = [...text.matchAll(/^template (\w+)/gm)].map((match) => match[1])
    assert.deepEqual(more, [], name)
    assert.equal(`${template?.slice(0, 1).toLowerCase()}${template?.slice(1)}.circom`, name)
    assert.match(text, new RegExp(`/\\*\\n \\* ${template}[(:]`), name)
    assert.match(text, /^ \* (in|public) {3}/m, name)
    assert.match(text, /^ \* Constraints: /m, name)
  }
})

for (const name of templates) {
  it(`the number of constraints of ${name}`, async () => {
    const text = textOf(name)
    const template = /^template (\w+)/m.exec(text)?.[1] as string
    const stated = /^ \* Constraints: ([\d,]+|n)/m.exec(text)?.[1] as string
    const isCircuit = CIRCUITS.some((circuit) => templateOf(circuit) === template)
    const { parameters = [], constraints = Number(stated.replace(',', '')) } =
      PARAMETERS[template] ?? {}
    // Those of the circuits themselves are compiled with their witnesses anyway.
    const { r1cs } = await compile({ template, parameters, skipWitness: !isCircuit })
    const { constraints: all } = readR1cs(r1cs)
    // A sum of outputs alone stays as a constraint of a circuit of its own, and vanishes in a
    // larger one.
    const counted = all.filter(([a, b]) => a.wires.length > 0 && b.wires.length > 0).length
    assert.equal(counted, constraints)
  })
}

it('the circuits fit their domains, public signals and all', async () => {
  const domains = { genesis: 13, step: 14, final: 13 }
  for (const name of CIRCUITS) {
    const { r1cs } = await compile({ template: templateOf(name) })
    const { constraints, publicCount } = readR1cs(r1cs)
    assert.equal(publicCount, PUBLIC_SIGNALS[name].length)
    assert.ok(constraints.length + publicCount + 1 <= 2 ** domains[name], name)
  }
})

it('public signals are the outputs, in the order that the header gives', () => {
  for (const name of CIRCUITS) {
    const text = textOf(`${name}.circom`)
    const outputs = [...text.matchAll(/signal output (\w+);/g)].map((match) => match[1])
    assert.deepEqual(outputs, PUBLIC_SIGNALS[name])
    const listed = /^ \* public {3}(.*), in this order/m.exec(text)?.[1]
    assert.equal(listed, PUBLIC_SIGNALS[name].join(', '))
  }
})

it('constants and operations are those of the machine', () => {
  const constants = textOf('constants.circom')
  const numberOf = (name: string) =>
    BigInt(new RegExp(`${name}\\(\\) \\{\\s*return (\\d+);`).exec(constants)?.[1] as string)
  assert.equal(numberOf('ZERO_LINE'), ZEROS[1])
  assert.equal(numberOf('ZERO_CHILD'), ZEROS[9])
  assert.equal(numberOf('FIRST_REGISTERS_HASH'), State.hashRegisters(initialRegisters()))
  const operations = textOf('operations.circom')
  const numbers = [...operations.matchAll(/^function (\w+)\(\) \{ return (\d+); \}/gm)].map(
    (match) => [match[1], Number(match[2])],
  )
  assert.deepEqual(numbers, [
    ['OPERATIONS', OPERATIONS.length],
    ...OPERATIONS.map((name, i) => [name, i]),
  ])
})
