import assert from 'node:assert/strict'
import { it } from 'node:test'
import { parseEther } from 'viem'
import { accessManagerAbi } from './abi/access/index.generated.ts'
import { dealBookAbi } from './abi/exchange/index.generated.ts'
import { oracleRegistryAbi } from './abi/oracle/index.generated.ts'
import { medTokenAbi } from './abi/token/index.generated.ts'
import { loadArtifacts } from './compile/artifacts.ts'
import { deploy, roles } from './deploy.ts'
import { network } from './testing/network.ts'

it('deploy hands every power to whom it belongs and keeps none', async () => {
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
