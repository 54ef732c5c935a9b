import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { packDependencies } from './packDependencies.ts'

const ROOT = join(import.meta.dirname, '..', '..')
const LOOK = `
  import { createRequire } from 'node:module'
  import { Worker } from 'node:worker_threads'
  import { BaseError } from 'viem'
  import { privateKeyToAccount } from 'viem/accounts'
  const inThread = await new Promise((done, failed) => {
    const program = "import('viem').then(({ parseUnits }) => parseUnits('?', 18))"
    new Worker(program, { eval: true }).once('error', (error) => done(error.stack))
  })
  const account = privateKeyToAccount('0x' + '11'.repeat(32))
  const refused = await account
    .signTransaction({ type: 'eip1559', chainId: -1 })
    .catch((error) => error)
  console.log(JSON.stringify({
    packed: import.meta.resolve('viem'),
    inThread,
    required: createRequire(process.cwd() + '/x').resolve('viem'),
    other: import.meta.resolve('fastify'),
    own: import.meta.resolve('@ambrosia/primitives/Bytes'),
    isOneClass: refused instanceof BaseError,
  }))`

describe('packDependencies', () => {
  it('gives a process and its threads packed modules, and all else from where it lies', async () => {
    const option = await packDependencies(ROOT)
    const env = { ...process.env, NODE_OPTIONS: option }
    const cwd = join(ROOT, 'packages', 'service')
    const text = execFileSync(process.execPath, ['--input-type=module', '-e', LOOK], {
      cwd,
      env,
      encoding: 'utf8',
    })
    const seen = JSON.parse(text)
    assert.match(seen.packed, /node_modules\/\.cache\/packed\/[0-9a-f]{16}\/\d+\.mjs$/)
    assert.match(seen.inThread, /InvalidDecimalNumber[\s\S]*\.cache\/packed\//)
    assert.match(seen.required, /_cjs/)
    assert.match(seen.other, /node_modules\/fastify\//)
    assert.match(seen.own, /packages\/primitives\/src\/Bytes\.ts$/)
    assert.ok(seen.isOneClass, 'two entries of a package share its classes')
    assert.equal(await packDependencies(ROOT), option)
  })
})
