import assert from 'node:assert/strict'
import { it } from 'node:test'
import { toHex } from 'viem'
import { didRegistryAbi } from '../abi/identity/index.generated.ts'
import { loadArtifacts } from '../compile/artifacts.ts'
import { deploy } from '../deploy/deploy.ts'
import { deployedDomains } from '../deploy/Plan.ts'
import { network } from '../testing/network.ts'
import { readDidVersions } from './identity.ts'

const salt = toHex(77n, { size: 32 })

it('readDidVersions: every version of a DID up to any block', async () => {
  const { viem, networkHelpers } = await network.create()
  const publicClient = await viem.getPublicClient()
  const [deployer] = await viem.getWalletClients()
  const { didRegistry } = await deploy({
    client: publicClient,
    account: deployer!.account,
    artifacts: await loadArtifacts({ domains: deployedDomains }),
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
  const deployed = { address: didRegistry, fromBlock: 0n }
  for (const [index, block] of blocks.entries()) {
    for (const toBlock of [block, block + 1n]) {
      const versions = await readDidVersions(publicClient, deployed, id, toBlock)
      assert.equal(versions.length, index + 1)
      assert.equal(versions.at(-1)!.verificationMethods.length, index + 1)
      assert.deepEqual(
        versions.map(({ versionBlock }) => versionBlock),
        blocks.slice(0, index + 1),
      )
    }
  }
  assert.deepEqual(
    await readDidVersions(publicClient, deployed, `0x${'77'.repeat(20)}`),
    [],
    'an id of nobody',
  )
})
