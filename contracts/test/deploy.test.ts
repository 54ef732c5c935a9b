import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { network } from 'hardhat'
import { parseEther } from 'viem'
import {
  accessManagerAbi,
  dealBookAbi,
  didRegistryAbi,
  medTokenAbi,
  oracleRegistryAbi,
} from '../abi/index.ts'
import { loadArtifacts } from '../bytecode.ts'
import { contractSources } from '../compiler.ts'
import { deploy, roles } from '../deploy.ts'
import { hashSources, readSources } from '../standardJson.ts'
import { createExchange, sale, salt, termsFrom } from './support/exchange.ts'

test('deploy hands every power to whom it belongs and keeps none', async () => {
  const { viem } = await network.create()
  const publicClient = await viem.getPublicClient()
  const [deployer, admin, admission, listing, treasury] = await viem.getWalletClients()
  const names: string[] = []
  const steps: number[] = []
  const addresses = await deploy({
    walletClient: deployer!,
    publicClient,
    artifacts: await loadArtifacts(),
    development: false,
    admin: admin!.account.address,
    tokenHolder: treasury!.account.address,
    supply: parseEther('5'),
    roleHolders: {
      oracleAdmission: admission!.account.address,
      tokenListing: listing!.account.address,
      oraclePower: admin!.account.address,
    },
    progress: ({ name, done, total }) => {
      names.push(name)
      steps.push(done)
      assert.equal(total, 18)
    },
  })
  assert.equal(new Set(Object.values(addresses)).size, 8, 'eight contracts')
  assert.equal(names[0], 'accessManager')
  assert.deepEqual(
    steps,
    [...Array(18).keys()].map((step) => step + 1),
  )
  const hasRole = async (role: bigint, account: `0x${string}`) => {
    const [member] = await publicClient.readContract({
      address: addresses.accessManager,
      abi: accessManagerAbi,
      functionName: 'hasRole',
      args: [role, account],
    })
    return member
  }
  for (const role of [0n, ...Object.values(roles)]) {
    assert.equal(await hasRole(role, deployer!.account.address), false, `deployer has role ${role}`)
  }
  assert.equal(await hasRole(0n, admin!.account.address), true)
  assert.equal(await hasRole(roles.oracleAdmission, admission!.account.address), true)
  assert.equal(await hasRole(roles.tokenListing, listing!.account.address), true)
  const read = { address: addresses.dealBook, abi: dealBookAbi } as const
  assert.equal(await publicClient.readContract({ ...read, functionName: 'minimumQuorum' }), 2n)
  const allowed = { functionName: 'isTokenAllowed', args: [addresses.medToken] } as const
  assert.equal(await publicClient.readContract({ ...read, ...allowed }), true)
  const balance = await publicClient.readContract({
    address: addresses.medToken,
    abi: medTokenAbi,
    functionName: 'balanceOf',
    args: [treasury!.account.address],
  })
  assert.equal(balance, parseEther('5'))
  const admit = {
    address: addresses.oracleRegistry,
    abi: oracleRegistryAbi,
    functionName: 'admit',
    args: [admin!.account.address, `0x${'00'.repeat(32)}`],
  } as const
  await assert.rejects(deployer!.writeContract(admit), /AccessManagedUnauthorized/)
})

test('a certificate and a consent signed by viem settle, and judge foresees it', async () => {
  const exchange = await createExchange()
  const { addresses, consumer, relayer, publicClient } = exchange
  const book = { address: addresses.dealBook, abi: dealBookAbi } as const
  const now = BigInt(await exchange.networkHelpers.time.latest())
  const terms = termsFrom(exchange, now, 2)
  await consumer.writeContract({
    ...book,
    functionName: 'createDeal',
    args: [terms, salt, parseEther('10')],
  })
  const dealId = await publicClient.readContract({
    ...book,
    functionName: 'dealIdOf',
    args: [terms, salt],
  })
  const settlement = await sale(exchange, terms, dealId, 0)
  const judge = { ...book, functionName: 'judge' } as const
  const args = [terms, salt, settlement, relayer.account.address] as const
  assert.equal(await publicClient.readContract({ ...judge, args }), '0x00000000')
  await relayer.writeContract({
    ...book,
    functionName: 'settle',
    args: [terms, salt, [settlement], true],
  })
  const paid = await publicClient.readContract({
    address: addresses.medToken,
    abi: medTokenAbi,
    functionName: 'balanceOf',
    args: [settlement.consent.payout],
  })
  // Three shares of floor(5 MED x 5 % / 3); what rounding leaves is the provider's.
  assert.equal(paid, parseEther('5') - 3n * (parseEther('0.25') / 3n))
  const again = relayer.writeContract({
    ...book,
    functionName: 'settle',
    args: [terms, salt, [settlement], true],
  })
  await assert.rejects(again, /RecordTagUsed/)
})

test('the document of a DID at any block is one log query', async () => {
  const { viem, networkHelpers } = await network.create()
  const publicClient = await viem.getPublicClient()
  const [deployer] = await viem.getWalletClients()
  const { didRegistry } = await deploy({
    walletClient: deployer!,
    publicClient,
    artifacts: await loadArtifacts(),
    development: true,
  })
  const registry = { address: didRegistry, abi: didRegistryAbi } as const
  const account = deployer!.account.address
  const id = await publicClient.readContract({
    ...registry,
    functionName: 'idOf',
    args: [account, salt],
  })
  const documentOf = (count: number) => ({
    controller: account,
    verificationMethods: [...Array(count).keys()].map((index) => ({
      fragment: `key-${index}`,
      purposes: 1,
      multikey: '0xed01' as const,
    })),
    services: [],
  })
  const blocks: bigint[] = []
  await deployer!.writeContract({
    ...registry,
    functionName: 'create',
    args: [salt, documentOf(1)],
  })
  blocks.push(BigInt(await networkHelpers.time.latestBlock()))
  await networkHelpers.mine(3)
  for (const count of [2, 3]) {
    await deployer!.writeContract({
      ...registry,
      functionName: 'update',
      args: [id, documentOf(count)],
    })
    blocks.push(BigInt(await networkHelpers.time.latestBlock()))
    await networkHelpers.mine(2)
  }
  for (const [index, block] of blocks.entries()) {
    for (const toBlock of [block, block + 1n]) {
      const logs = await publicClient.getContractEvents({
        ...registry,
        eventName: 'DidDocumentChanged',
        args: { id },
        fromBlock: 0n,
        toBlock,
        strict: true,
      })
      assert.equal(logs.at(-1)!.args.document.verificationMethods.length, index + 1)
    }
  }
})

test('loadArtifacts compiles again when its cache entry is damaged, and reads it then', async (t) => {
  const cacheDir = await mkdtemp(join(tmpdir(), 'ambrosia-contracts-'))
  t.after(() => rm(cacheDir, { recursive: true, force: true }))
  const expected = await loadArtifacts()
  const folder = join(cacheDir, hashSources(await readSources()))
  const text = JSON.stringify(expected)
  await mkdir(folder)
  await writeFile(join(folder, 'artifacts.json'), text.slice(0, text.length / 2))
  const steps: string[] = []
  const load = () => loadArtifacts({ cacheDir, progress: ({ step }) => steps.push(step) })
  assert.deepEqual(await load(), expected, 'the compiler is deterministic')
  assert.deepEqual(await load(), expected)
  assert.deepEqual(steps, ['compiling', 'compiled', 'cached'])
  assert.deepEqual(
    Object.keys(expected),
    contractSources.map(({ name }) => name),
  )
})
