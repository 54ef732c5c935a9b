// Gas of what stakers pay for, against contracts/snapshots/gas.stake.json. `GAS_SNAPSHOT=write` rewrites it; a difference fails, so that a
// change of gas is seen where it is made. Keys, clock and order are fixed, so figures repeat to the unit.
import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { test } from 'node:test'
import { type Hex, parseEther } from 'viem'
import { medTokenAbi, stakeBookAbi } from './abi/index.ts'
import { loadArtifacts } from './compile/bytecode.ts'
import { network } from './testing/network.ts'

const path = new URL('../../../contracts/snapshots/gas.stake.json', import.meta.url)
const DAY = 86_400

test('gas stays as recorded', async () => {
  const { viem, networkHelpers } = await network.create()
  const publicClient = await viem.getPublicClient()
  const [admin, first, second, anna] = await viem.getWalletClients()
  assert.ok(admin && first && second && anna)
  const artifacts = await loadArtifacts()
  let lastGas = 0

  async function confirm(hash: Hex) {
    const receipt = await publicClient.waitForTransactionReceipt({ hash })
    assert.equal(receipt.status, 'success')
    lastGas = Number(receipt.gasUsed)
    return receipt
  }
  async function create(name: string, args: readonly unknown[]) {
    const { abi, bytecode } = artifacts[name]!
    const receipt = await confirm(await admin!.deployContract({ abi, bytecode, args }))
    return receipt.contractAddress!
  }
  const manager = await create('accessManager', [admin.account.address])
  const token = await create('medToken', [admin.account.address, parseEther('1000000000')])
  const book = await create('stakeBook', [
    manager,
    token,
    {
      unbondingPeriod: 21 * DAY,
      slashWindow: 16 * DAY,
      powerCap: parseEther('5000000'),
      leastSelfStake: parseEther('1000'),
      treasury: admin.account.address,
    },
  ])
  const figures: Record<string, number> = {}
  type Client = typeof admin
  const call = async (
    from: Client,
    functionName: string,
    args: readonly unknown[],
    name?: string,
  ) => {
    const request = { address: book, abi: stakeBookAbi, functionName, args } as never
    await confirm(await from!.writeContract(request))
    if (name !== undefined) figures[name] = lastGas
  }
  const med = { address: token, abi: medTokenAbi } as const
  for (const holder of [admin, first, second, anna]) {
    const amount = parseEther('1000000')
    const to = holder.account.address
    await confirm(
      await admin.writeContract({ ...med, functionName: 'transfer', args: [to, amount] }),
    )
    const args = [book, 2n ** 256n - 1n] as const
    await confirm(await holder.writeContract({ ...med, functionName: 'approve', args }))
  }
  const [a, b] = [first.account.address, second.account.address]
  const terms = { commissionBps: 1000, commissionCapBps: 3000, maximumChangeBps: 200 }
  await call(first, 'registerOperator', [terms], 'stake.register')
  await call(second, 'registerOperator', [terms])
  await call(first, 'delegate', [a, parseEther('1000')], 'stake.delegate.first')
  await call(second, 'delegate', [b, parseEther('1000')])
  await call(anna, 'delegate', [a, parseEther('100')], 'stake.delegate')
  await call(anna, 'delegate', [a, parseEther('100')], 'stake.delegate.more')
  await call(admin, 'reward', [a, parseEther('50')], 'stake.reward')
  await networkHelpers.time.increase(3 * DAY)
  await call(anna, 'claimRewards', [a], 'stake.claim')
  const actedAt = await networkHelpers.time.latest()
  await call(anna, 'redelegate', [a, b, parseEther('20')], 'stake.redelegate')
  const cohort = await publicClient.readContract({
    address: book,
    abi: stakeBookAbi,
    functionName: 'currentCohort',
  })
  await call(anna, 'undelegate', [a, parseEther('10')], 'stake.undelegate')
  await call(admin, 'slash', [a, parseEther('0.1'), actedAt], 'stake.slash')
  await networkHelpers.time.increase(15 * DAY)
  await call(admin, 'slash', [a, parseEther('0.1'), actedAt], 'stake.slash.window')
  await call(admin, 'settleLiens', [b, anna.account.address, 2n], 'stake.settle')
  await networkHelpers.time.increase(8 * DAY)
  await call(anna, 'withdraw', [a, cohort], 'stake.withdraw')

  if (process.env['GAS_SNAPSHOT'] === 'write') {
    await writeFile(path, `${JSON.stringify(figures, null, 1)}\n`)
  } else {
    const recorded = JSON.parse(await readFile(path, 'utf8'))
    assert.deepEqual(figures, recorded, 'gas differs from the snapshot')
  }
})
