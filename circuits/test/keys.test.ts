// Development keys: the same for everybody, told by their numbers, refused where a real key is
// wanted.

import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, it } from 'node:test'
import { groth16 } from 'snarkjs'
import { CIRCUITS } from '../lib/circuits.ts'
import { compile } from '../lib/compile.ts'
import { endThreads } from '../lib/curve.ts'
import { developmentKey } from '../lib/developmentKey.ts'
import { multiplyGenerators } from '../lib/fixedBase.ts'
import { ensureKeys, exportVerifier, isDevelopmentKey } from '../lib/keys.ts'
import { multiplyGenerator } from '../lib/multiplyGenerator.ts'
import { FIELD_ORDER, readR1cs, writeElement } from '../lib/r1cs.ts'
import { createCalculator, toFile } from '../lib/witness.ts'
import { developmentKeys } from './support.ts'

const folder = mkdtempSync(join(tmpdir(), 'ambrosia-circuits-'))
after(async () => {
  rmSync(folder, { recursive: true })
  await endThreads()
})

it('a development key is a function of the circuit’s hash, proves and verifies', async () => {
  const { r1cs, wasm } = await compile({ template: 'AddCompare' })
  const system = readR1cs(r1cs)
  const hash = createHash('sha256').update(readFileSync(r1cs)).digest('hex')
  const [one, two, other] = [
    await developmentKey(system, hash),
    await developmentKey(system, hash),
    await developmentKey(
      system,
      hash.replace(/./, (digit) => (digit === '0' ? '1' : '0')),
    ),
  ]
  assert.deepEqual(one, two)
  assert.notDeepEqual(one, other)
  const path = join(folder, 'proving.zkey')
  writeFileSync(path, one)
  await exportVerifier(folder, hash)
  const signals = { a: 5, b: 2n ** 64n - 1n, aSign: 0, bSign: 1, isDifference: 0 }
  const witness = createCalculator(wasm)(signals)
  const { proof, publicSignals } = await groth16.prove(one, { type: 'mem', data: toFile(witness) })
  const key = JSON.parse(readFileSync(join(folder, 'verification.json'), 'utf8'))
  assert.equal(await groth16.verify(key, publicSignals, proof), true)
  assert.equal(await groth16.verify(key, publicSignals.with(0, '7'), proof), false)
  assert.equal(await isDevelopmentKey(path, hash), true)
  assert.equal(await isDevelopmentKey(path, hash.replaceAll('0', '1')), false)
})

it('a single multiple of the generator is that of the tables', async () => {
  const scalars = [0n, 1n, 2n, 3n, 0x1234_5678n, FIELD_ORDER - 1n, FIELD_ORDER, FIELD_ORDER + 1n]
  const bytes = new Uint8Array(32 * scalars.length)
  const view = new DataView(bytes.buffer)
  for (const [index, scalar] of scalars.entries()) writeElement(view, 32 * index, scalar)
  const [points] = await multiplyGenerators([{ group: 'g1', scalars: bytes }])
  assert.ok(points)
  for (const [index, scalar] of scalars.entries()) {
    assert.deepEqual(multiplyGenerator(scalar), points.slice(64 * index, 64 * index + 64))
  }
})

it('a development key that calls itself another is refused in production', async () => {
  const keys = await developmentKeys()
  const disguised = join(folder, 'ceremony')
  for (const name of CIRCUITS) {
    mkdirSync(join(disguised, name), { recursive: true })
    cpSync(dirname(keys[name].provingKey), join(disguised, name), { recursive: true })
  }
  await assert.rejects(ensureKeys({ keys: disguised, isProduction: true }), {
    code: 'Circuits.DevelopmentKey',
  })
  await assert.rejects(ensureKeys({ isProduction: true }), { code: 'Circuits.DevelopmentKey' })
  const found = await ensureKeys({ keys: disguised })
  assert.deepEqual(
    CIRCUITS.map((name) => found[name].kind),
    ['development', 'development', 'development'],
  )
})

it('a key of another circuit, or none, is refused', async () => {
  const keys = await developmentKeys()
  const mixed = join(folder, 'mixed')
  const source = { genesis: 'final', step: 'step', final: 'final' } as const
  for (const name of CIRCUITS)
    cpSync(dirname(keys[source[name]].provingKey), join(mixed, name), { recursive: true })
  await assert.rejects(ensureKeys({ keys: mixed }), { code: 'Circuits.KeyMismatch' })
  await assert.rejects(ensureKeys({ keys: join(folder, 'nothing') }), { code: 'Circuits.NoKey' })
})
