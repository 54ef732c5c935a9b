import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { describe, it, type TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { claimBookAbi } from '@ambrosia/chain/abi/dispute'
import { startAnvil } from '@ambrosia/chain/testing/startAnvil'
import { createPublicClient, createTestClient, type Hex, http } from 'viem'
import { runCli } from '../../testing/runCli.ts'

const HELLO = fileURLToPath(
  new URL('../../../../../examples/machine/bin/hello.elf', import.meta.url),
)
const main = fileURLToPath(new URL('../../main.ts', import.meta.url))
const DEPLOYER = '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266'
const STEPS = 14

type Result = {
  ok: boolean
  contracts: Record<string, string>
  steps: { name: string; state: string }[]
  sent?: number
  missing?: number
  bytecode?: { name: string; state: string }[]
  error: { code: string; message: string }
}

function temporaryHome(t: TestContext): string {
  const home = mkdtempSync(join(tmpdir(), 'ambrosia-deploy-'))
  t.after(() => rmSync(home, { recursive: true, force: true }))
  return home
}

/** Runs the command; with `killAfter` it is killed when that many steps are told. */
async function run(
  home: string,
  args: readonly string[],
  options: { env?: Record<string, string>; killAfter?: number } = {},
) {
  const child = spawn(process.execPath, [main, '--json', 'deploy', ...args], {
    cwd: home,
    env: { ...process.env, AMBROSIA_HOME: home, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let stdout = ''
  let told = 0
  child.stdout.on('data', (data) => {
    stdout += data
  })
  createInterface({ input: child.stderr }).on('line', (line) => {
    if (/^\s*\d+\/\d+ {2}/.test(line) && ++told === options.killAfter) child.kill('SIGKILL')
  })
  const exitCode = await new Promise<number | null>((done) => child.once('close', done))
  const last = stdout.trimEnd().split('\n').at(-1) ?? ''
  return { exitCode, result: (last === '' ? {} : JSON.parse(last)) as Result }
}

describe('ambrosia deploy', () => {
  it('plans, executes through kills, compares, and writes network.json', async (t) => {
    const rpc = await startAnvil(t)
    const home = temporaryHome(t)
    const client = createPublicClient({ transport: http(rpc), cacheTime: 0 })
    const common = ['--rpc', rpc, '--development']

    const planned = await run(home, [...common, '--plan'])
    assert.equal(planned.exitCode, 0)
    assert.equal(planned.result.missing, STEPS)
    assert.equal(await client.getTransactionCount({ address: DEPLOYER }), 0, 'a plan sends nothing')

    for (const killAfter of [1, 4, 9]) {
      const killed = await run(home, [...common, '--execute'], { killAfter })
      assert.equal(killed.exitCode, null)
    }
    const sentBefore = await client.getTransactionCount({ address: DEPLOYER })
    const flags = ['--execute', '--verify-bytecode', '--write-network']
    const executed = await run(home, [...common, ...flags])
    assert.equal(executed.exitCode, 0)
    assert.deepEqual(executed.result.contracts, planned.result.contracts)
    assert.equal(executed.result.sent, STEPS - sentBefore)
    assert.equal(await client.getTransactionCount({ address: DEPLOYER }), STEPS)
    const states = new Set(executed.result.bytecode!.map(({ state }) => state))
    assert.deepEqual([...states], ['same'])

    const file = JSON.parse(readFileSync(join(home, 'network.json'), 'utf8'))
    assert.deepEqual(file.contracts, planned.result.contracts)
    assert.equal(file.chainId, 31337)
    assert.equal(file.deployedAtBlock, 1)
    assert.equal(file.confirmations, 'finalized')

    const checking = [...common, '--plan', '--verify-bytecode', '--deployer', DEPLOYER]
    const again = await run(temporaryHome(t), checking)
    assert.deepEqual(again.result.contracts, planned.result.contracts)
    assert.equal(again.result.missing, 0)
  })

  it('keeps what network.json says besides, and refuses one of another chain', async (t) => {
    const rpc = await startAnvil(t)
    const home = temporaryHome(t)
    const path = join(home, 'network.json')
    const services = { issuer: 'http://127.0.0.1:4100', oracles: [] }
    const file = { version: 1, chainId: 31337, rpcUrl: 'http://node', services, confirmations: 3 }
    writeFileSync(path, JSON.stringify(file))
    const args = ['--rpc', rpc, '--execute', '--write-network']
    const { result } = await run(home, args)
    const written = JSON.parse(readFileSync(path, 'utf8'))
    assert.deepEqual(written, { ...file, contracts: result.contracts, deployedAtBlock: 1 })
    writeFileSync(path, JSON.stringify({ ...file, chainId: 1 }))
    const refused = await run(home, args)
    assert.equal(refused.exitCode, 1)
    assert.equal(refused.result.error.code, 'Network.OtherChain')
    assert.equal(JSON.parse(readFileSync(path, 'utf8')).chainId, 1)
  })

  it('refuses other code on the chain: exit code 1 and the contract by name', async (t) => {
    const rpc = await startAnvil(t)
    const home = temporaryHome(t)
    const { result } = await run(home, ['--rpc', rpc, '--execute'])
    const test = createTestClient({ mode: 'anvil', transport: http(rpc) })
    const address = result.contracts['medToken'] as `0x${string}`
    await test.setCode({ address, bytecode: '0x00' })
    const compared = await run(home, ['--rpc', rpc, '--plan', '--verify-bytecode'])
    assert.equal(compared.exitCode, 1)
    assert.equal(compared.result.error.code, 'Deployment.CodeDiffers')
    assert.match(compared.result.error.message, /: medToken$/)
  })

  it('refuses neither or both of --plan and --execute, and a node that does not answer', async (t) => {
    const home = temporaryHome(t)
    const rpc = 'http://user:secret@127.0.0.1:1'
    for (const flags of [[], ['--plan', '--execute'], ['--execute', '--deployer', DEPLOYER]]) {
      const { exitCode } = await run(home, ['--rpc', rpc, ...flags])
      assert.equal(exitCode, 2)
    }
    const { exitCode, result } = await run(home, ['--rpc', rpc, '--plan'])
    assert.deepEqual([exitCode, result.error.code], [3, 'Chain.Unreachable'])
    assert.ok(!JSON.stringify(result).includes('secret'))
  })

  it('refuses the well-known deployer on any other chain, an account that is not there, development in production', async (t) => {
    const rpc = await startAnvil(t, ['--chain-id', '5'])
    const home = temporaryHome(t)
    for (const account of [[], ['--account', 'deployer'], ['--account', 'nobody']]) {
      const { exitCode, result } = await run(home, ['--rpc', rpc, '--plan', ...account])
      assert.deepEqual([exitCode, result.error.code], [2, 'Cli.Usage'], account.join(' '))
    }
    const env = { AMBROSIA_ENV: 'production' }
    const args = ['--rpc', rpc, '--plan', '--development']
    assert.equal((await run(home, args, { env })).exitCode, 2)
  })

  it('adds a book of claims through a kill, and refuses development keys in production', async (t) => {
    const rpc = await startAnvil(t)
    const home = temporaryHome(t)
    const recipients = ['11', '22', '33'].map((byte) => `0x${byte.repeat(20)}`)
    const named = recipients.flatMap((recipient) => ['--recipient', recipient])
    const args = ['--rpc', rpc, '--dispute', ...named]
    const killed = await run(home, [...args, '--execute'], { killAfter: STEPS + 2 })
    assert.equal(killed.exitCode, null)
    const flags = ['--execute', '--verify-bytecode', '--write-network']
    const { exitCode, result } = await run(home, [...args, ...flags])
    assert.equal(exitCode, 0, result.error?.message)
    const file = JSON.parse(readFileSync(join(home, 'network.json'), 'utf8'))
    const names = ['genesisVerifier', 'stepVerifier', 'finalVerifier', 'claimBook']
    assert.deepEqual(
      names.filter((name) => !(name in file.contracts)),
      [],
    )
    const claimBook = file.contracts.claimBook as Hex
    const compared = result.bytecode!.filter(({ name }) => names.includes(name))
    assert.deepEqual(
      compared.map(({ state }) => state),
      names.map(() => 'same'),
    )
    const client = createPublicClient({ transport: http(rpc) })
    const read = { address: claimBook, abi: claimBookAbi } as const
    const rules = await client.readContract({ ...read, functionName: 'rules' })
    assert.deepEqual([rules.quorum, rules.sink], [2, DEPLOYER])
    assert.equal(rules.stepVerifier, file.contracts.stepVerifier)
    assert.equal(rules.bondToken, file.contracts.medToken)

    const watched = runCli(
      [
        ...['--json', 'dispute', 'watch', '--once', '--rpc', rpc, '--claim-book', claimBook],
        ...['--program', HELLO, '--packages', home],
      ],
      { env: { AMBROSIA_HOME: home } },
    )
    assert.equal(watched.status, 0, watched.stderr)
    const nothing = { open: 0, unknown: 0, challenged: [], playing: 0 }
    assert.partialDeepStrictEqual(JSON.parse(watched.stdout), { ok: true, ...nothing })

    const env = { AMBROSIA_ENV: 'production' }
    const refused = await run(home, [...args, '--plan'], { env })
    assert.equal(refused.exitCode, 1)
    assert.match(refused.result.error.code, /^(Dispute\.DevelopmentKeys|Prover\.)/)
  })

  it('refuses recipients without claims, claims without recipients, and a quorum of more than there are', async (t) => {
    const home = temporaryHome(t)
    const recipient = ['--recipient', DEPLOYER]
    for (const flags of [
      ['--dispute'],
      recipient,
      ['--dispute', ...recipient, '--receipt-quorum', '2'],
    ]) {
      const rpc = flags.length > 3 ? await startAnvil(t) : 'http://127.0.0.1:1'
      const { exitCode } = await run(home, ['--rpc', rpc, '--plan', ...flags])
      assert.equal(exitCode, 2, flags.join(' '))
    }
  })
})
