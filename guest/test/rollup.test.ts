import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { it, type TestContext } from 'node:test'
import { Commitment, Program } from '@ambrosia/machine'
import { fromHex } from '@ambrosia/primitives/Bytes'
import { readArtifacts } from '../toolchain/artifacts.ts'
import { buildProgram } from '../toolchain/build.ts'
import { cachedElf, repositoryRoot } from '../toolchain/cache.ts'
import { findProgram } from '../toolchain/programs.ts'
import { onMachine } from './onMachine.ts'
import { canBuild, diagnose, isFull, mayBuild } from './withGo.ts'

type Case = { name: string; input: string; digest: string; blocks: number }

const folder = join(repositoryRoot, 'vectors', 'rollup')
const { cases } = JSON.parse(readFileSync(join(folder, 'guest.json'), 'utf8')) as { cases: Case[] }
const program = findProgram('rollup')
assert.ok(program)
const rollup = program

/** The guest, built if asked for; undefined after the test was skipped. */
function prepare(t: TestContext): string | undefined {
  if (!canBuild(t)) return undefined
  if (cachedElf(rollup) === undefined && !mayBuild) {
    t.skip(
      'the rollup guest is not built: AMBROSIA_GUEST=build builds it once (fetches Go modules)',
    )
    return undefined
  }
  const { elf, sha256 } = buildProgram(rollup, diagnose(t))
  assert.equal(sha256, readArtifacts().programs['rollup']?.sha256)
  return elf
}

it('on the machine answers with the digests that the node takes to be true', (t) => {
  const elf = prepare(t)
  if (elf === undefined) return
  const run = onMachine(elf)
  for (const { name, input, digest } of cases) {
    const { status, exitCode, output, answer } = run(fromHex(input))
    assert.deepEqual([status, exitCode], ['halted', 0], `${name}: ${output}`)
    assert.equal(answer, digest, name)
    // Nothing of the chain is written: a claim's output can be shown to anybody.
    assert.equal(output, 'the state after follows\n', name)
  }
})

it('on the machine refuses an input of which any part is another, and answers nothing', (t) => {
  const elf = prepare(t)
  if (elf === undefined) return
  const run = onMachine(elf)
  const [first] = cases
  assert.ok(first)
  const bytes = fromHex(first.input)
  for (const at of [0, 60, 250, 700, bytes.length >> 1, bytes.length - 1]) {
    const forged = bytes.slice()
    forged[at] = (forged[at] as number) ^ 1
    const { status, exitCode, answer } = run(forged)
    assert.equal(status, 'halted', `byte ${at}`)
    assert.notEqual(answer, first.digest, `byte ${at}`)
    if (exitCode !== 0) assert.match(answer, /^0x0{64}$/, `byte ${at}`)
  }
  const cut = run(bytes.slice(0, -1))
  assert.deepEqual([cut.status, cut.exitCode], ['halted', 16])
})

it('is the program that networks name', async (t) => {
  const elf = prepare(t)
  if (elf === undefined) return
  if (!isFull) {
    t.skip('AMBROSIA_GUEST=full hashes the whole program, a minute or two')
    return
  }
  const { programId } = await Commitment.fromProgram(Program.fromElf(readFileSync(elf)))
  const text = readFileSync(
    join(repositoryRoot, 'packages/rollup/src/network/planNetwork.ts'),
    'utf8',
  )
  const named = /PROGRAM_ID: Hex = '(0x[0-9a-f]{64})'/.exec(text)?.[1]
  assert.equal(`0x${programId.toString(16).padStart(64, '0')}`, named)
})

it('the same rules hold natively', (t) => {
  if (!canBuild(t)) return
  if (!mayBuild) {
    t.skip('AMBROSIA_GUEST=build runs the Go tests')
    return
  }
  const environment = { ...process.env, CGO_ENABLED: '0', GOFLAGS: '' }
  const directory = join(repositoryRoot, rollup.module.directory)
  const result = spawnSync('go', ['test', './...'], {
    cwd: directory,
    env: environment,
    encoding: 'utf8',
  })
  assert.equal(result.status, 0, result.stdout + result.stderr)
})
