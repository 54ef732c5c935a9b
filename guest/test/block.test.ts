import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { it, type TestContext } from 'node:test'
import { readArtifacts } from '../toolchain/artifacts.ts'
import { type BlockCase, blockInputs, cachedBlockInputs } from '../toolchain/blockInputs.ts'
import { buildProgram } from '../toolchain/build.ts'
import { cachedElf, repositoryRoot } from '../toolchain/cache.ts'
import { findProgram } from '../toolchain/programs.ts'
import { onMachine } from './onMachine.ts'
import { canBuild, diagnose, isFull, mayBuild } from './withGo.ts'

const program = findProgram('block')
assert.ok(program)
const block = program

/** The guest and its inputs, built if asked for; undefined after the test was skipped. */
function prepare(t: TestContext): { elf: string; cases: readonly BlockCase[] } | undefined {
  if (!canBuild(t)) return undefined
  const isReady = cachedElf(block) !== undefined && cachedBlockInputs(block) !== undefined
  if (!isReady && !mayBuild) {
    t.skip(
      'the block guest is not built: AMBROSIA_GUEST=build builds it once (two minutes; fetches Go modules)',
    )
    return undefined
  }
  const { elf, sha256 } = buildProgram(block, diagnose(t))
  assert.equal(sha256, readArtifacts().programs['block']?.sha256)
  return { elf, cases: blockInputs(block, diagnose(t)) }
}

/** Refused for one reason each: what runs without AMBROSIA_GUEST=full. */
const fewForged = [
  'forged-state-root',
  'forged-receipts-root',
  'forged-gas-used',
  'forged-transaction',
  'forged-transaction-repeated',
  'forged-witness-node',
  'forged-transactions-root',
  'forged-base-fee',
  'forged-bytes-trailing',
  'forged-omitted-ancestor',
  'forged-foreign-state',
]

it('honest blocks halt accepting, in the same number of steps each time', (t) => {
  const prepared = prepare(t)
  if (prepared === undefined) return
  const interpreted = onMachine(prepared.elf)
  const translated = onMachine(prepared.elf, 'translator')
  const steps = JSON.parse(
    readFileSync(join(import.meta.dirname, '..', 'steps.json'), 'utf8'),
  ) as Record<string, number>
  const honest = prepared.cases.filter((c) => c.exitCode === 0)
  assert.deepEqual(honest.map((c) => c.name).sort(), Object.keys(steps).sort())
  for (const c of honest) {
    const isTransfers = c.name.startsWith('transfers-')
    if (!isTransfers && !isFull) continue
    // The largest run goes through both engines of the machine, the others twice through the same.
    const again = c.name === 'transfers-100' ? translated : interpreted
    for (const run of isTransfers ? [interpreted, again] : [interpreted]) {
      const result = run(readFileSync(c.file))
      const ended = [result.status, result.exitCode]
      assert.deepEqual(ended, ['halted', 0], `${c.name}: ${result.output}`)
      assert.equal(Number(result.steps), steps[c.name], c.name)
      const hash = /^hash +(0x[0-9a-f]{64})$/m.exec(result.output)?.[1]
      assert.equal(result.answer, hash, c.name)
    }
  }
})

it('forged blocks are refused, each with the code of its reason', (t) => {
  const prepared = prepare(t)
  if (prepared === undefined) return
  const run = onMachine(prepared.elf)
  const forged = prepared.cases.filter((c) => c.exitCode !== 0)
  for (const name of fewForged)
    assert.ok(
      forged.some((c) => c.name === name),
      name,
    )
  assert.ok(forged.some((c) => c.name.startsWith('forged-omitted-node-')))
  assert.ok(forged.some((c) => c.name.startsWith('forged-omitted-code-')))
  for (const c of isFull ? forged : forged.filter((f) => fewForged.includes(f.name))) {
    const { status, exitCode, output, answer } = run(readFileSync(c.file))
    assert.deepEqual(
      [status, exitCode],
      ['halted', c.exitCode],
      `${c.name} (${c.about}): ${output}`,
    )
    assert.match(output, /^refused: /, c.name)
    assert.match(answer, /^0x0{64}$/, c.name)
  }
})

it('the same checks hold natively', (t) => {
  if (!canBuild(t)) return
  if (!mayBuild) {
    t.skip('AMBROSIA_GUEST=build runs the Go tests')
    return
  }
  const environment = { ...process.env, CGO_ENABLED: '0', GOFLAGS: '' }
  const directory = join(repositoryRoot, block.module.directory)
  const result = spawnSync('go', ['test', './...'], {
    cwd: directory,
    env: environment,
    encoding: 'utf8',
  })
  assert.equal(result.status, 0, result.stdout + result.stderr)
})
