import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { existsSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { useFolder } from '@ambrosia/testing/useFolder'
import * as Anvil from './Anvil.ts'
import * as Process from './Process.ts'
import type { Program } from './Program.ts'
import { exampleProgram, isAlive } from './testing/exampleProgram.ts'

describe('Process', () => {
  it('starts the chain, tells its address, ends it', async (t) => {
    const folder = useFolder(t)
    const chain = await Anvil.start({ port: 0, logFile: join(folder, 'chain.log') })
    assert.match(chain.url, /^http:\/\/127\.0\.0\.1:\d+$/)
    const answer = await fetch(chain.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"jsonrpc":"2.0","id":1,"method":"eth_chainId","params":[]}',
    })
    assert.deepEqual(await answer.json(), { jsonrpc: '2.0', id: 1, result: '0x7a69' })
    await chain.stop()
    assert.equal(isAlive(chain.pid), false)
  })

  it('shows the path of the log of a program that ends before it is ready', async (t) => {
    const logFile = join(useFolder(t), 'failing.log')
    const script = fileURLToPath(new URL('testing/exampleProgram.mjs', import.meta.url))
    const program = exampleProgram('', { name: 'failing', env: { EXAMPLE_BROKEN: script } })
    await assert.rejects(
      Process.start(program, { logFile }),
      (error: Error & { code: string; hint: string }) => {
        assert.equal(error.code, 'Devnet.ProcessFailed')
        assert.match(error.message, /exit code 3/)
        return error.hint.includes(logFile)
      },
    )
  })

  it('what it logs does not wait for an owner that is busy', async (t) => {
    const folder = useFolder(t)
    const logFile = join(folder, 'log')
    const done = join(folder, 'done')
    const script = join(folder, 'logging.mjs')
    writeFileSync(
      script,
      `import { writeFileSync, writeSync } from 'node:fs'
      for (let count = 0; count < 64; count++) writeSync(2, 'x'.repeat(16_383) + '\\n')
      writeFileSync(${JSON.stringify(done)}, '')
      console.log('ready')`,
    )
    const program: Program = {
      name: 'logging',
      run: { node: script },
      readyUrl: (line) => (line === 'ready' ? 'http://127.0.0.1:1' : undefined),
      restart: 'never',
    }
    const starting = Process.start(program, { logFile })
    const pause = new Int32Array(new SharedArrayBuffer(4))
    const endMs = Date.now() + 20_000
    while (!existsSync(done) && Date.now() < endMs) Atomics.wait(pause, 0, 0, 20)
    assert.ok(existsSync(done))
    await starting
    assert.ok(statSync(logFile).size > 1_000_000)
  })

  it('refuses a program that is not there', async (t) => {
    const logFile = join(useFolder(t), 'none.log')
    const program = exampleProgram('', { run: { binary: '/nowhere/nothing' } })
    await assert.rejects(Process.start(program, { logFile }), { code: 'Devnet.ProcessFailed' })
  })

  it('an owner that is killed takes what it started with it', async (t) => {
    const folder = useFolder(t)
    const anvil = fileURLToPath(new URL('Anvil.ts', import.meta.url))
    const script = `import(${JSON.stringify(anvil)}).then(async (Anvil) => {
      const chain = await Anvil.start({ port: 0, logFile: ${JSON.stringify(join(folder, 'owned.log'))} })
      console.log(chain.pid)
      setInterval(() => {}, 1000)
    })`
    const owner = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
    const pid = Number(
      await new Promise<string>((done) => owner.stdout.once('data', (data) => done(String(data)))),
    )
    assert.equal(isAlive(pid), true)
    owner.kill('SIGKILL')
    const deadline = Date.now() + 20_000
    while (isAlive(pid) && Date.now() < deadline) await new Promise((done) => setTimeout(done, 50))
    assert.equal(isAlive(pid), false)
  })

  it('takes the program under a guard with the guard', async (t) => {
    const logFile = join(useFolder(t), 'guarded.log')
    const program: Program = {
      name: 'guarded',
      run: { binary: process.execPath },
      args: ['-e', 'console.log(`at ${process.pid}`); setInterval(() => {}, 1000)'],
      readyUrl: (line) => /^at (\d+)$/.exec(line)?.[1],
      restart: 'never',
    }
    const guard = await Process.start(program, { logFile })
    const pid = Number(guard.url)
    assert.notEqual(pid, guard.pid)
    process.kill(guard.pid, 'SIGKILL')
    await guard.ended
    while (isAlive(pid)) await new Promise((done) => setTimeout(done, 10))
    assert.equal(isAlive(pid), false)
  })
})
