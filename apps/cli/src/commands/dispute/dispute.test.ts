import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { it } from 'node:test'
import { useFolder } from '@ambrosia/testing/useFolder'
import { runCli } from '../../testing/runCli.ts'

const HELLO = join(import.meta.dirname, '../../../../../examples/machine/bin/hello.elf')

it('a step is proven and verified; a changed proof is refused, and what is none', (t) => {
  const folder = useFolder(t)
  const file = join(folder, 'step.json')
  const proven = runCli(['--json', 'dispute', 'prove', HELLO, '--step', '7', '--out', file])
  assert.equal(proven.status, 0, proven.stderr)
  const verified = runCli(['--json', 'dispute', 'verify', file])
  assert.equal(verified.status, 0, verified.stderr)
  const proof = JSON.parse(readFileSync(file, 'utf8'))
  const [program, before, after] = proof.publicSignals
  const forged = join(folder, 'forged.json')
  writeFileSync(forged, JSON.stringify({ ...proof, publicSignals: [program, after, before] }))
  const refused = runCli(['--json', 'dispute', 'verify', forged])
  assert.equal(refused.status, 1)
  assert.match(refused.stdout, /Dispute\.ProofRefused/)
  writeFileSync(forged, '[]')
  assert.equal(runCli(['dispute', 'verify', forged]).status, 1)
})

it('the demonstration: a lie about what a run says loses, and every key is there', (t) => {
  const env = { AMBROSIA_HOME: useFolder(t) }
  const demo = ['--json', 'dispute', 'demo', '--program', HELLO, '--lie-at', 'final']
  const { status, stdout, stderr } = runCli(demo, { env })
  assert.equal(status, 0, stderr)
  const last = JSON.parse(stdout.trim().split('\n').at(-1) as string)
  assert.partialDeepStrictEqual(last, {
    version: 1,
    ok: true,
    winner: 'honest',
    leaks: 0,
    rounds: 0,
  })
  for (const key of ['gas', 'seconds', 'calldataBytes', 'refused', 'lieAt']) assert.ok(key in last)
  assert.equal(last.refused.length, 7)
})

it('a place to lie at that is none is wrong use', () => {
  assert.equal(runCli(['dispute', 'demo', '--lie-at', 'somewhere']).status, 2)
})
