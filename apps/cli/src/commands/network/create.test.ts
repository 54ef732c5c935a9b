import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { startAnvil } from '@ambrosia/chain/testing/startAnvil'
import { useFolder } from '@ambrosia/testing/useFolder'
import { createPublicClient, createTestClient, type Hex, http, parseEther } from 'viem'
import { startCli } from '../../testing/runCli.ts'

const MAIN = fileURLToPath(new URL('../../main.ts', import.meta.url))
const OTHER = `0x${'22'.repeat(20)}`

it('a network is created on a chain, and the node of its member runs until it is asked to end', async (t) => {
  const rpc = await startAnvil(t)
  const home = useFolder(t)
  const env = { AMBROSIA_HOME: home }
  // Beside this process: it reads what the chain writes.
  const json = async (...args: string[]) => {
    const { status, stdout, stderr } = await startCli(['--json', ...args], { env })
    const last = stdout.trimEnd().split('\n').at(-1) ?? ''
    return { status, stderr, result: last === '' ? {} : JSON.parse(last) }
  }
  const deployed = await json('deploy', '--rpc', rpc, '--development', '--execute')
  assert.equal(deployed.status, 0, JSON.stringify(deployed.result))
  const { accessManager, medToken } = deployed.result.contracts
  const data = join(home, 'node-1')
  const told = await json('node', 'account', '--data', data)
  const { account } = told.result as { account: Hex }
  const [out, publicOut] = [join(home, 'members.json'), join(home, 'users.json')]
  const create = (...more: string[]) =>
    json(
      ...['network', 'create', '--rpc', rpc, '--chain-id', '777', '--cadence', '2'],
      ...['--access-manager', accessManager, '--bond-token', medToken],
      ...['--out', out, '--public-out', publicOut, '--member', account, ...more],
    )
  // Half of the members are not more than half; who orders is one of them.
  for (const wrong of [
    ['--member', OTHER, '--threshold', '1'],
    ['--threshold', '2'],
    ['--sequencer', OTHER],
  ]) {
    assert.equal((await create(...wrong)).status, 2, wrong.join(' '))
    assert.ok(!existsSync(out))
  }
  const created = await create()
  assert.equal(created.status, 0, created.stderr)
  assert.equal(created.result.network.rules.chainId, 777)
  assert.doesNotMatch(JSON.stringify(created.result), /secret/i, 'what members alone may have')

  const funded = createTestClient({ mode: 'anvil', transport: http(rpc) })
  await funded.setBalance({ address: account, value: parseEther('10') })
  const run = ['node', 'run', '--network', out, '--rpc', rpc, '--data', data, '--port', '0']
  const child = spawn(process.execPath, [MAIN, ...run, '--role', 'sequencer'], {
    env: { ...process.env, ...env, NODE_NO_WARNINGS: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const ended = new Promise<number | null>((done) => child.once('close', done))
  t.after(async () => {
    child.kill('SIGKILL')
    await ended
  })
  let errors = ''
  child.stderr.on('data', (part) => {
    errors += part
  })
  const line = await new Promise<string>((done, failed) => {
    createInterface({ input: child.stdout }).once('line', done)
    void ended.then(() => failed(new Error(errors)))
  })
  const { url } = JSON.parse(line) as { url: string }
  const client = createPublicClient({ transport: http(url) })
  assert.equal(await client.getChainId(), 777)
  assert.equal((await client.getBlock({ blockTag: 'latest' })).number, 0n)
  child.kill('SIGTERM')
  assert.equal(await ended, 0, errors)
})
