import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { L2_CHAIN_ID } from '@ambrosia/devnet/l2/startL2'
import { waitFor } from '@ambrosia/devnet/start/waitFor'
import { defer, type Ending } from '@ambrosia/testing/defer'
import { useFolder } from '@ambrosia/testing/useFolder'
import { createPublicClient, http, parseEther } from 'viem'

const CLI = fileURLToPath(new URL('../apps/cli/src/main.ts', import.meta.url))
const WAIT_MS = 120_000
/** Each costs the players of a dispute millions of steps; the demonstration sends 100 by itself. */
const TRANSACTIONS = 10

type Ran = { code: number | null; result: Record<string, unknown>; errors: string }

/** Runs the command line in a home and reads its last line. */
async function ambrosia(home: string, ...args: string[]): Promise<Ran> {
  const child = spawn(process.execPath, [CLI, ...args, '--json'], {
    env: { ...process.env, AMBROSIA_PORTS: 'any', AMBROSIA_HOME: home, NODE_NO_WARNINGS: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  let errors = ''
  child.stdout.on('data', (part) => {
    output += part
  })
  child.stderr.on('data', (part) => {
    errors += part
  })
  const code = await new Promise<number | null>((done) => child.once('close', done))
  const last = output.trimEnd().split('\n').at(-1) ?? ''
  assert.notEqual(last, '', errors)
  return { code, result: JSON.parse(last), errors }
}

type Nodes = { name: string; url: string; account: string }[]

/** `ambrosia up --l2` with one oracle. */
async function upWithL2(t: Ending): Promise<{ home: string; nodes: Nodes }> {
  const home = useFolder(t)
  const child = spawn(process.execPath, [CLI, 'up', '--l2', '--oracles', '1', '--json'], {
    env: { ...process.env, AMBROSIA_PORTS: 'any', AMBROSIA_HOME: home, NODE_NO_WARNINGS: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const ended = new Promise<void>((done) => child.once('close', () => done()))
  defer(t, async () => {
    child.kill('SIGTERM')
    await ended
  })
  let errors = ''
  child.stderr.on('data', (part) => {
    errors += part
  })
  const line = await new Promise<string>((done, failed) => {
    createInterface({ input: child.stdout }).once('line', done)
    void ended.then(() => failed(new Error(`up ended: ${errors}`)))
  })
  const { l2 } = JSON.parse(line) as { l2: { nodes: Nodes } }
  return { home, nodes: l2.nodes }
}

describe('the layer-2 chain', () => {
  it('a lie about a balance is refused, the rest settles, nothing of it is on L1', async (t) => {
    const { code, result, errors } = await ambrosia(
      useFolder(t),
      ...['rollup', 'demo', '--lie', '--transactions', String(TRANSACTIONS)],
    )
    assert.equal(code, 0, errors)
    assert.equal(result['ok'], true)
    assert.equal(result['transactions'], TRANSACTIONS)
    assert.equal(result['lieRefused'], true)
    assert.equal(result['withdrawn'], parseEther('2').toString())
    assert.equal(result['leaks'], 0)
    assert.equal((result['refused'] as unknown[]).length, 5)
    assert.ok((result['l1Bytes'] as number) > 0)
    // A post is of one size, whatever is in it: selector, five words, the length and two
    // signatures.
    assert.equal((result['l1Bytes'] as number) % 356, 0)
  })

  it('carries the exchange: a whole sale settles on it, its gas paid in MED', async (t) => {
    const home = useFolder(t)
    const { code, result, errors } = await ambrosia(home, 'demo', '--once', '--l2')
    assert.equal(code, 0, errors)
    assert.deepEqual([result['ok'], result['delivered'], result['leaks']], [true, 1, 0])
    const network = JSON.parse(readFileSync(join(home, 'network.json'), 'utf8'))
    assert.equal(network.chainId, L2_CHAIN_ID)
    const price = parseEther('5')
    assert.equal(BigInt(String(result['refunded'])), 9n * price, 'the rest of the budget')
    const steps = result['steps'] as { name: string; gas?: number }[]
    assert.ok(steps.some(({ name, gas = 0 }) => name === 'settle' && gas > 0))
  })

  it('beside the exchange takes a deposit, pays it out again, and tells how far it is', async (t) => {
    const { home, nodes } = await upWithL2(t)
    const url = nodes[1]?.url as string
    const l2 = ['--l2', url]
    const deposited = await ambrosia(home, 'bridge', 'deposit', '--amount', '50', ...l2)
    assert.equal(deposited.code, 0, deposited.errors)
    const recipient = deposited.result['recipient'] as `0x${string}`
    const client = createPublicClient({ transport: http(url) })
    const balance = () => client.getBalance({ address: recipient })
    await waitFor(
      'the deposit is there',
      async () => (await balance()) === parseEther('50'),
      undefined,
      WAIT_MS,
    )
    const refused = await ambrosia(home, 'bridge', 'claim', '--index', '0', ...l2)
    assert.equal(refused.code, 1)
    assert.equal((refused.result['error'] as { code: string }).code, 'Bridge.MessageUnknown')
    const sent = await ambrosia(home, 'bridge', 'withdraw', '--amount', '20', ...l2)
    assert.equal(sent.code, 0, sent.errors)
    assert.equal(sent.result['index'], 0)
    let claimed: Ran | undefined
    const isPaid = async () => {
      claimed = await ambrosia(home, 'bridge', 'claim', '--index', '0', ...l2)
      return claimed.code === 0
    }
    await waitFor('the withdrawal is paid out', isPaid, undefined, WAIT_MS)
    const again = await ambrosia(home, 'bridge', 'claim', '--index', '0', ...l2)
    assert.equal((again.result['error'] as { code: string }).code, 'Chain.OutboxMessageSpent')
    const status = await ambrosia(home, 'node', 'status', '--url', nodes[0]?.url as string)
    assert.equal(status.result['account'], nodes[0]?.account)
    assert.deepEqual(status.result['roles'], ['sequencer', 'batcher', 'asserter'])
  })
})
