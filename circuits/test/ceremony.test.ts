// A whole ceremony, for a circuit of 70 constraints: two contributors and a beacon in each phase,
// and what must not pass.

import assert from 'node:assert/strict'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, it } from 'node:test'
import { groth16 } from 'snarkjs'
import { beacon, check, contribute, type Subject, start } from '../lib/ceremony.ts'
import { compile } from '../lib/compile.ts'
import { contributionsOf } from '../lib/contributions.ts'
import { endThreads } from '../lib/curve.ts'
import { isDevelopmentKey } from '../lib/keys.ts'
import { createCalculator, toFile } from '../lib/witness.ts'

const folder = mkdtempSync(join(tmpdir(), 'ambrosia-ceremony-'))
const held = join(folder, 'held')
let subjects: Subject[]
after(async () => {
  rmSync(folder, { recursive: true })
  await endThreads()
})

before(async () => {
  const { r1cs } = await compile({ template: 'AddCompare' })
  subjects = [{ name: 'sum', r1cs }]
  await start(held, 8)
  await assert.rejects(start(held, 8), { code: 'Ceremony.Order' })
  await contribute(held, 'first')
  // One person is not enough, and the same person twice is one.
  await assert.rejects(beacon(held, '11'.repeat(32), subjects), { code: 'Ceremony.Order' })
  await assert.rejects(contribute(held, 'first'), { code: 'Ceremony.Order' })
  await contribute(held, 'second')
  await assert.rejects(beacon(held, 'today', subjects), { code: 'Ceremony.Order' })
  await beacon(held, '11'.repeat(32), subjects)
  await assert.rejects(check(held, subjects), { code: 'Ceremony.Order' })
  await contribute(held, 'first')
  await contribute(held, 'third')
  await beacon(held, '22'.repeat(32), subjects)
})

it('a finished ceremony verifies, and its transcript names who took part', async () => {
  const { powers, circuits } = await check(held, subjects)
  assert.deepEqual(powers.contributions, [
    { name: 'first' },
    { name: 'second' },
    { name: 'beacon', beacon: { hash: '11'.repeat(32), iterations: 10 } },
  ])
  assert.deepEqual(circuits['sum']?.contributions, [
    { name: 'first' },
    { name: 'third' },
    { name: 'beacon', beacon: { hash: '22'.repeat(32), iterations: 10 } },
  ])
  assert.equal(powers.power, 8)
  await assert.rejects(contribute(held, 'late'), { code: 'Ceremony.Order' })
  await assert.rejects(beacon(held, '33'.repeat(32), subjects), { code: 'Ceremony.Order' })
})

it('its key proves and verifies, and is not a development key', async () => {
  const { wasm } = await compile({ template: 'AddCompare' })
  const key = join(held, 'sum', 'proving.zkey')
  const witness = createCalculator(wasm)({ a: 5, b: 6, aSign: 0, bSign: 0, isDifference: 1 })
  const { proof, publicSignals } = await groth16.prove(key, { type: 'mem', data: toFile(witness) })
  const { circuitHash, ...verification } = JSON.parse(
    readFileSync(join(held, 'sum', 'verification.json'), 'utf8'),
  )
  assert.equal(await groth16.verify(verification, publicSignals, proof), true)
  assert.equal(await isDevelopmentKey(key, circuitHash), false)
})

it('a ceremony that was changed afterwards does not verify', async () => {
  const changes: [name: string, change: (copy: string) => void][] = [
    ['another circuit', () => {}],
    [
      'a transcript without a contributor',
      (copy) => {
        const path = join(copy, 'transcript.json')
        const transcript = JSON.parse(readFileSync(path, 'utf8'))
        transcript.circuits.sum.contributions.shift()
        writeFileSync(path, JSON.stringify(transcript))
      },
    ],
    [
      'the key before the beacon',
      (copy) => cpSync(join(copy, 'keys/sum/0002.zkey'), join(copy, 'sum/proving.zkey')),
    ],
    [
      'the key before any contribution',
      (copy) => cpSync(join(copy, 'keys/sum/0000.zkey'), join(copy, 'sum/proving.zkey')),
    ],
    [
      'a verification key with another number',
      (copy) => {
        const path = join(copy, 'sum/verification.json')
        const key = JSON.parse(readFileSync(path, 'utf8'))
        key.vk_delta_2[0][0] = '7'
        writeFileSync(path, JSON.stringify(key))
      },
    ],
    [
      'a key with a changed point',
      (copy) => {
        const path = join(copy, 'sum/proving.zkey')
        const bytes = readFileSync(path)
        const middle = bytes.length >> 1
        bytes[middle] = (bytes[middle] as number) ^ 1
        writeFileSync(path, bytes)
      },
    ],
  ]
  const other = [{ name: 'sum', r1cs: (await compile({ template: 'Divide' })).r1cs }]
  for (const [i, [name, change]] of changes.entries()) {
    const copy = join(folder, `copy-${i}`)
    cpSync(held, copy, { recursive: true })
    change(copy)
    await assert.rejects(
      check(copy, i === 0 ? other : subjects),
      ({ code }: { code: string }) => /^Ceremony\.(Invalid|Order)$/.test(code),
      name,
    )
  }
})

it('the files themselves say who contributed', () => {
  const names = (path: string, kind: 'powers' | 'key') =>
    contributionsOf(join(held, path), kind).map(({ name }) => name)
  assert.deepEqual(names('powers/0001.ptau', 'powers'), ['first'])
  assert.deepEqual(names('keys/sum/0002.zkey', 'key'), ['first', 'third'])
  assert.throws(() => contributionsOf(subjects[0]?.r1cs as string, 'key'), TypeError)
})
