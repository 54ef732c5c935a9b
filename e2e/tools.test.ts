import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { before, describe, it } from 'node:test'
import { medTokenAbi } from '@ambrosia/chain/abi/token'
import { loadArtifacts } from '@ambrosia/chain/compile/artifacts'
import { developmentAccount } from '@ambrosia/devnet/accounts'
import { type Alone, startAlone } from '@ambrosia/devnet/l2/startAlone'
import { L2_CHAIN_ID } from '@ambrosia/devnet/l2/startL2'
import { waitFor } from '@ambrosia/devnet/start/waitFor'
import { deposit } from '@ambrosia/rollup/bridge/deposit'
import { defer, endOfSuite } from '@ambrosia/testing/defer'
import { useFolder } from '@ambrosia/testing/useFolder'
import { Contract, ContractFactory, JsonRpcProvider, Wallet } from 'ethers'
import { createPublicClient, type Hex, http, parseEther } from 'viem'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'

const WAIT_MS = 120_000
const FUNDS = parseEther('100')
const SUPPLY = 1_000_000n

/** Foundry's cast, where there is one for this platform. */
function castBinary(): string | undefined {
  const system = process.platform === 'win32' ? 'win32' : process.platform
  const arch = process.arch === 'x64' ? 'amd64' : process.arch
  try {
    const require = createRequire(import.meta.url)
    const manifest = require.resolve(`@foundry-rs/cast-${system}-${arch}/package.json`)
    return join(dirname(manifest), 'bin', process.platform === 'win32' ? 'cast.exe' : 'cast')
  } catch {
    return undefined
  }
}

/** Tools as they are, told nothing but an address: each works as on any Ethereum. */
describe('a node of the layer-2 chain', () => {
  const suite = endOfSuite()
  const key = generatePrivateKey()
  const user = privateKeyToAccount(key)
  let url: string
  let bytecode: Hex

  before(async () => {
    const home = useFolder(suite)
    const ground: Alone = await startAlone({ home, chainPort: 0, l2Port: 0 })
    defer(suite, () => ground.stop())
    // A member that orders nothing: what it is sent goes on to the sequencer.
    url = ground.l2.nodes[1]?.url as string
    await deposit({
      client: ground.l1,
      account: developmentAccount('consumer'),
      network: ground.l2.network,
      recipient: user.address,
      amount: FUNDS,
    })
    const client = createPublicClient({ transport: http(url) })
    const isThere = async () => (await client.getBalance({ address: user.address })) === FUNDS
    await waitFor('the deposit is on L2', isThere, undefined, WAIT_MS)
    const artifacts = await loadArtifacts({ domains: ['token'] })
    bytecode = artifacts['medToken']?.bytecode as Hex
  })

  it('is an Ethereum to ethers: deployment, calls, fees, events, subscriptions by filter', async (t) => {
    const provider = new JsonRpcProvider(url, undefined, { pollingInterval: 100 })
    defer(t, () => provider.destroy())
    assert.equal((await provider.getNetwork()).chainId, BigInt(L2_CHAIN_ID))
    const wallet = new Wallet(key, provider)
    const factory = new ContractFactory(medTokenAbi as never, bytecode, wallet)
    const deployed = await factory.deploy(user.address, SUPPLY)
    await deployed.waitForDeployment()
    const token = new Contract(await deployed.getAddress(), medTokenAbi as never, wallet)
    const call = (name: string) => token.getFunction(name)
    const { promise: seen, resolve } = Promise.withResolvers<bigint>()
    await token.once('Transfer', (_from, _to, value: bigint) => resolve(value))
    // Asked for after the filter, so that the filter is there before the transfer is.
    await token.queryFilter('Transfer')
    const to = Wallet.createRandom().address
    const sent = await call('transfer')(to, 5n)
    const receipt = await sent.wait()
    assert.equal(receipt?.status, 1)
    assert.equal(await call('balanceOf')(to), 5n)
    assert.equal((await token.queryFilter('Transfer', receipt?.blockNumber)).length, 1)
    assert.equal(await seen, 5n)
    await assert.rejects(() => call('transfer')(to, SUPPLY * 2n), /ERC20InsufficientBalance|revert/)
    const fees = await provider.getFeeData()
    assert.ok((fees.maxFeePerGas ?? 0n) > 0n)
    const block = await provider.getBlock('latest', true)
    assert.equal(block?.hash, (await provider.getBlock(block?.number ?? 0))?.hash)
  })

  it('is an Ethereum to cast: creation, sending, calls, logs, blocks, traces', async (t) => {
    const binary = castBinary()
    if (binary === undefined) {
      t.skip(`there is no cast for ${process.platform} on ${process.arch}`)
      return
    }
    const cast = (...args: string[]): Promise<string> =>
      new Promise((done, failed) => {
        const child = spawn(binary, args, {
          cwd: useFolder(t),
          env: { ...process.env, ETH_RPC_URL: url },
        })
        let output = ''
        let errors = ''
        child.stdout.on('data', (part) => {
          output += part
        })
        child.stderr.on('data', (part) => {
          errors += part
        })
        child.once('error', failed)
        child.once('close', (code) =>
          code === 0 ? done(output.trim()) : failed(new Error(`cast ${args[0]}: ${errors}`)),
        )
      })
    const receiptOf = (text: string) =>
      JSON.parse(text) as { status: string; contractAddress: string; transactionHash: string }
    assert.equal(await cast('chain-id'), String(L2_CHAIN_ID))
    const signing = ['--private-key', key, '--json']
    const creation = `${bytecode}${user.address.slice(2).toLowerCase().padStart(64, '0')}${SUPPLY.toString(16).padStart(64, '0')}`
    const created = receiptOf(await cast('send', ...signing, '--create', creation))
    assert.equal(created.status, '0x1')
    const token = created.contractAddress
    const to = privateKeyToAccount(generatePrivateKey()).address
    const transfer = [token, 'transfer(address,uint256)', to, '7']
    assert.ok(Number(await cast('estimate', ...transfer, '--from', user.address)) > 21_000)
    const sent = receiptOf(await cast('send', ...signing, ...transfer))
    assert.equal(sent.status, '0x1')
    assert.equal(await cast('call', token, 'balanceOf(address)(uint256)', to), '7')
    const logs = JSON.parse(
      await cast('logs', '--json', '--address', token, '--from-block', '0'),
    ) as unknown[]
    assert.equal(logs.length, 2)
    assert.match(await cast('receipt', sent.transactionHash, 'status'), /^(1|true|success)/)
    assert.match(await cast('code', token), /^0x[0-9a-f]{100,}/)
    assert.equal(await cast('nonce', to), '0')
    assert.ok(BigInt(await cast('balance', user.address)) < FUNDS)
    const trace = JSON.parse(
      await cast('rpc', 'debug_traceTransaction', sent.transactionHash, '{"tracer":"callTracer"}'),
    ) as { type: string; to: string }
    assert.equal(trace.to.toLowerCase(), token.toLowerCase())
    const head = JSON.parse(await cast('block', 'latest', '--json')) as { hash: string }
    assert.match(head.hash, /^0x[0-9a-f]{64}$/)
  })
})
