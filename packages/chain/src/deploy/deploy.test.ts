import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import {
  type Address,
  createPublicClient,
  createTestClient,
  custom,
  type Hex,
  http,
  type LocalAccount,
  type PublicClient,
  parseEther,
} from 'viem'
import { generatePrivateKey, mnemonicToAccount, privateKeyToAccount } from 'viem/accounts'
import { accessManagerAbi } from '../abi/access/index.generated.ts'
import { dealBookAbi } from '../abi/exchange/index.generated.ts'
import { oracleRegistryAbi } from '../abi/oracle/index.generated.ts'
import { medTokenAbi } from '../abi/token/index.generated.ts'
import { loadArtifacts } from '../compile/artifacts.ts'
import { send } from '../send.ts'
import { firstAccount as deployer } from '../testing/marks.ts'
import { network } from '../testing/network.ts'
import { startAnvil } from '../testing/startAnvil.ts'
import { roles } from './access.ts'
import { deploy } from './deploy.ts'
import { COMMON_FACTORY, findFactory } from './Factory.ts'
import { deployedDomains, planDeployment } from './Plan.ts'
import { verifyBytecode } from './verifyBytecode.ts'

const artifacts = await loadArtifacts({ domains: deployedDomains })

function clientOf(rpcUrl: string): PublicClient {
  return createPublicClient({ transport: http(rpcUrl), cacheTime: 0, pollingInterval: 20 })
}

function accountAt(addressIndex: number): LocalAccount {
  const mnemonic = 'test test test test test test test test test test test junk'
  return mnemonicToAccount(mnemonic, { addressIndex })
}

/**
 * A client whose process dies with the answer to its `count`th transaction: the node has it, nobody
 * hears so.
 */
function dyingClient(rpcUrl: string, count: number): PublicClient {
  const inner = clientOf(rpcUrl)
  let sent = 0
  const request = async ({ method, params }: { method: string; params?: unknown }) => {
    const answer = await inner.request({ method, params } as Parameters<typeof inner.request>[0])
    if (method === 'eth_sendRawTransaction' && ++sent === count) throw new Error('killed')
    if (sent >= count) throw new Error('killed')
    return answer
  }
  const transport = custom({ request }, { retryCount: 0 })
  return createPublicClient({ transport, cacheTime: 0, pollingInterval: 20 })
}

async function nonceOf(client: PublicClient): Promise<number> {
  // A node that mines at once answers before it has.
  return await client.getTransactionCount({ address: deployer.address, blockTag: 'pending' })
}

describe('deploy', () => {
  it('hands every power to whom it belongs and keeps none', async (t) => {
    const client = clientOf(await startAnvil(t))
    const [admin, admission, listing, treasury] = [1, 2, 3, 4].map(accountAt) as [
      LocalAccount,
      LocalAccount,
      LocalAccount,
      LocalAccount,
    ]
    const states: string[] = []
    const contracts = await deploy({
      client,
      account: deployer,
      artifacts,
      development: false,
      admin: admin.address,
      tokenHolder: treasury.address,
      supply: parseEther('5'),
      roleHolders: {
        oracleAdmission: admission.address,
        tokenListing: listing.address,
        oraclePower: admin.address,
      },
      onProgress: ({ state, index, total }) => {
        states.push(state)
        assert.equal(index, states.length - 1)
        assert.equal(total, 16)
      },
    })
    assert.deepEqual(states, Array(16).fill('sent'))
    assert.equal(new Set(Object.values(contracts)).size, 9, 'nine contracts')
    const hasRole = async (role: bigint, account: Address) => {
      const [isMember] = await client.readContract({
        address: contracts.accessManager,
        abi: accessManagerAbi,
        functionName: 'hasRole',
        args: [role, account],
      })
      return isMember
    }
    for (const role of Object.values(roles)) {
      assert.equal(await hasRole(role, deployer.address), false, `the deployer has role ${role}`)
    }
    assert.equal(await hasRole(roles.admin, admin.address), true)
    assert.equal(await hasRole(roles.oraclePower, admin.address), true)
    assert.equal(await hasRole(roles.oracleAdmission, admission.address), true)
    assert.equal(await hasRole(roles.tokenListing, listing.address), true)
    const book = { address: contracts.dealBook, abi: dealBookAbi } as const
    assert.equal(await client.readContract({ ...book, functionName: 'minimumQuorum' }), 2n)
    assert.equal(
      await client.readContract({ ...book, functionName: 'consentBook' }),
      contracts.consentBook,
    )
    const allowed = { functionName: 'isTokenAllowed', args: [contracts.medToken] } as const
    assert.equal(await client.readContract({ ...book, ...allowed }), true)
    const balance = await client.readContract({
      address: contracts.medToken,
      abi: medTokenAbi,
      functionName: 'balanceOf',
      args: [treasury.address],
    })
    assert.equal(balance, parseEther('5'))
    const admit = {
      address: contracts.oracleRegistry,
      abi: oracleRegistryAbi,
      functionName: 'admit',
      args: [admin.address, `0x${'00'.repeat(32)}`],
    } as const
    await assert.rejects(send(client, deployer, admit), { code: 'Chain.AccessManagedUnauthorized' })
  })

  it('stands at the planned addresses, and sends nothing when it is run again', async (t) => {
    const client = clientOf(await startAnvil(t))
    const factory = COMMON_FACTORY
    const plan = planDeployment(
      { artifacts, deployer: deployer.address, factory },
      { development: true },
    )
    const options = { client, account: deployer, artifacts, development: true }
    assert.deepEqual(await deploy(options), plan.contracts)
    const nonce = await nonceOf(client)
    const states = new Set<string>()
    await deploy({ ...options, onProgress: ({ state }) => states.add(state) })
    assert.deepEqual([...states], ['found'])
    assert.equal(await nonceOf(client), nonce)
    const other = await deploy({ ...options, label: 'another' })
    for (const [name, address] of Object.entries(plan.contracts)) {
      assert.notEqual(other[name as keyof typeof other], address, name)
    }
  })

  it('goes on where it ended, whichever transaction it died with', async (t) => {
    const rpcUrl = await startAnvil(t)
    const client = clientOf(rpcUrl)
    const total = planDeployment(
      { artifacts, deployer: deployer.address, factory: COMMON_FACTORY },
      { development: true },
    ).steps.length
    for (let count = 1; count <= total; count++) {
      const options = { account: deployer, artifacts, development: true, label: `run ${count}` }
      const before = await nonceOf(client)
      const dying = deploy({ ...options, client: dyingClient(rpcUrl, count) })
      await assert.rejects(dying, { code: 'Chain.Unreachable' }, `transaction ${count}`)
      assert.equal((await nonceOf(client)) - before, count)
      const states: string[] = []
      const contracts = await deploy({
        ...options,
        client,
        onProgress: ({ state }) => states.push(state),
      })
      const found = Array(count).fill('found')
      assert.deepEqual(states, [...found, ...Array(total - count).fill('sent')])
      assert.equal((await nonceOf(client)) - before, total, 'no transaction twice')
      const verdicts = await verifyBytecode(client, artifacts, contracts)
      assert.ok(verdicts.every(({ state }) => state === 'same'))
    }
  })

  it('waits for what a run that died left in the pool', async (t) => {
    const rpcUrl = await startAnvil(t)
    const client = clientOf(rpcUrl)
    const test = createTestClient({ mode: 'anvil', transport: http(rpcUrl) })
    const options = { account: deployer, artifacts, development: true }
    await test.setAutomine(false)
    const dying = deploy({ ...options, client: dyingClient(rpcUrl, 1) })
    await assert.rejects(dying, { code: 'Chain.Unreachable' })
    const pending: number[] = []
    const states: string[] = []
    await deploy({
      ...options,
      client,
      onPending: (count) => {
        pending.push(count)
        void test.setAutomine(true).then(() => test.mine({ blocks: 1 }))
      },
      onProgress: ({ state }) => states.push(state),
    })
    assert.equal(pending[0], 1)
    assert.deepEqual(states.slice(0, 2), ['found', 'sent'])
  })

  it('brings a factory where the chain has none, and finds it again', async () => {
    const { viem } = await network.create()
    const client = await viem.getPublicClient()
    assert.equal(await client.getCode({ address: COMMON_FACTORY }), undefined)
    const options = { client, account: deployer, artifacts, development: true }
    const names: string[] = []
    const contracts = await deploy({ ...options, onProgress: ({ step }) => names.push(step.name) })
    assert.equal(names[0], 'create deploymentProxy')
    const found = await findFactory(client, { deployer: deployer.address, artifacts })
    assert.equal(found.step, undefined)
    const nonce = await nonceOf(client)
    assert.deepEqual(await deploy(options), contracts)
    assert.equal(await nonceOf(client), nonce)
  })

  it('tells what the chain refuses with its step, and sends nothing after it', async (t) => {
    const client = clientOf(await startAnvil(t))
    const poor = privateKeyToAccount(generatePrivateKey())
    const options = { client, artifacts, development: true }
    await assert.rejects(
      deploy({ ...options, account: poor }),
      (error: Error & { code: string }) => {
        assert.equal(error.code, 'Deployment.StepFailed')
        assert.match(error.message, /^access: create accessManager: .*too little ether/)
        return true
      },
    )
    // Who has handed the administration over can't take a role back by running with other choices.
    await deploy({ ...options, account: deployer, admin: accountAt(1).address })
    const roleHolders = { tokenListing: accountAt(5).address }
    const again = deploy({
      ...options,
      account: deployer,
      admin: accountAt(1).address,
      roleHolders,
    })
    await assert.rejects(again, (error: Error) => {
      assert.match(error.message, /grant role tokenListing.*does not have that role/)
      assert.equal(
        (error.cause as { code?: string }).code,
        'Chain.AccessManagerUnauthorizedAccount',
      )
      return true
    })
  })

  it('refuses a factory that is not there', async (t) => {
    const client = clientOf(await startAnvil(t))
    const factory = accountAt(7).address
    const finding = findFactory(client, { deployer: deployer.address, artifacts, factory })
    await assert.rejects(finding, { code: 'Deployment.NoFactory' })
  })
})

describe('verifyBytecode', () => {
  async function deployed(t: TestContext) {
    const rpcUrl = await startAnvil(t)
    const client = clientOf(rpcUrl)
    const contracts = await deploy({ client, account: deployer, artifacts, development: true })
    return { client, contracts, test: createTestClient({ mode: 'anvil', transport: http(rpcUrl) }) }
  }

  it('finds every contract the same, whatever its immutables are', async (t) => {
    const { client, contracts } = await deployed(t)
    const verdicts = await verifyBytecode(client, artifacts, contracts)
    assert.deepEqual(
      verdicts.map(({ name, state }) => [name, state]),
      Object.keys(contracts).map((name) => [name, 'same']),
    )
    assert.ok(verdicts.some(({ immutableBytes }) => immutableBytes > 0))
  })

  it('tells one byte changed, one more, one less, another contract, none', async (t) => {
    const { client, contracts, test } = await deployed(t)
    const address = contracts.didRegistry
    const code = (await client.getCode({ address }))!
    const middle = 2 + 2 * 4000
    const byte = code.slice(middle, middle + 2) === '00' ? '01' : '00'
    const cases: [bytecode: Hex, state: string, differsAt: number | undefined][] = [
      [`${code.slice(0, middle)}${byte}${code.slice(middle + 2)}` as Hex, 'different', 4000],
      [`${code}00`, 'different', code.length / 2 - 1],
      [code.slice(0, -2) as Hex, 'different', code.length / 2 - 2],
      ['0x', 'absent', undefined],
    ]
    for (const [bytecode, state, differsAt] of cases) {
      await test.setCode({ address, bytecode })
      const [verdict] = await verifyBytecode(client, artifacts, { didRegistry: address })
      assert.equal(verdict!.state, state)
      assert.equal(verdict!.differsAt, differsAt)
    }
    const wrong = { medToken: contracts.dealBook }
    const [verdict] = await verifyBytecode(client, artifacts, wrong)
    assert.equal(verdict!.state, 'different')
  })
})
