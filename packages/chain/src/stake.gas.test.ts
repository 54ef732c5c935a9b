// Gas of what stakers pay for. Keys, clock and order are fixed, so figures repeat to the unit.
import assert from 'node:assert/strict'
import { it } from 'node:test'
import { encodeDeployData, type Hex, parseEther, type TransactionReceipt } from 'viem'
import { accessManagerAbi } from './abi/access/index.generated.ts'
import { stakeBookAbi } from './abi/stake/index.generated.ts'
import { medTokenAbi } from './abi/token/index.generated.ts'
import { loadArtifacts } from './compile/artifacts.ts'
import { send } from './send.ts'
import { assertGas } from './testing/assertGas.ts'
import { network } from './testing/network.ts'

const DAY = 86_400

it('gas stays as recorded', async () => {
  const { viem, networkHelpers } = await network.create()
  const publicClient = await viem.getPublicClient()
  const [admin, first, second, anna] = await viem.getWalletClients()
  assert.ok(admin && first && second && anna)
  const artifacts = await loadArtifacts({ domains: ['access', 'token', 'stake'] })
  const codeOf = (name: string): Hex => artifacts[name]!.bytecode

  async function create(data: Hex) {
    const hash = await admin!.sendTransaction({ data })
    const { contractAddress } = await publicClient.waitForTransactionReceipt({ hash })
    return contractAddress!
  }
  const manager = await create(
    encodeDeployData({
      abi: accessManagerAbi,
      bytecode: codeOf('accessManager'),
      args: [admin.account.address],
    }),
  )
  const token = await create(
    encodeDeployData({
      abi: medTokenAbi,
      bytecode: codeOf('medToken'),
      args: [admin.account.address, parseEther('1000000000')],
    }),
  )
  const parameters = {
    unbondingPeriod: 21 * DAY,
    slashWindow: 16 * DAY,
    powerCap: parseEther('5000000'),
    leastSelfStake: parseEther('1000'),
    treasury: admin.account.address,
  }
  const book = await create(
    encodeDeployData({
      abi: stakeBookAbi,
      bytecode: codeOf('stakeBook'),
      args: [manager, token, parameters],
    }),
  )
  const figures: Record<string, number> = {}
  const stake = { address: book, abi: stakeBookAbi } as const
  const record = async (figure: string, sending: Promise<TransactionReceipt>) => {
    figures[figure] = Number((await sending).gasUsed)
  }
  const med = { address: token, abi: medTokenAbi } as const
  for (const holder of [admin, first, second, anna]) {
    const amount = parseEther('1000000')
    const to = holder.account.address
    await admin.writeContract({ ...med, functionName: 'transfer', args: [to, amount] })
    const args = [book, 2n ** 256n - 1n] as const
    await holder.writeContract({ ...med, functionName: 'approve', args })
  }
  const [a, b] = [first.account.address, second.account.address]
  const terms = { commissionBps: 1000, commissionCapBps: 3000, maximumChangeBps: 200 }
  await record(
    'stake.register',
    send(publicClient, first.account, {
      ...stake,
      functionName: 'registerOperator',
      args: [terms],
    }),
  )
  await send(publicClient, second.account, {
    ...stake,
    functionName: 'registerOperator',
    args: [terms],
  })
  await record(
    'stake.delegate.first',
    send(publicClient, first.account, {
      ...stake,
      functionName: 'delegate',
      args: [a, parseEther('1000')],
    }),
  )
  await send(publicClient, second.account, {
    ...stake,
    functionName: 'delegate',
    args: [b, parseEther('1000')],
  })
  await record(
    'stake.delegate',
    send(publicClient, anna.account, {
      ...stake,
      functionName: 'delegate',
      args: [a, parseEther('100')],
    }),
  )
  await record(
    'stake.delegate.more',
    send(publicClient, anna.account, {
      ...stake,
      functionName: 'delegate',
      args: [a, parseEther('100')],
    }),
  )
  await record(
    'stake.reward',
    send(publicClient, admin.account, {
      ...stake,
      functionName: 'reward',
      args: [a, parseEther('50')],
    }),
  )
  await networkHelpers.time.increase(3 * DAY)
  await record(
    'stake.claim',
    send(publicClient, anna.account, { ...stake, functionName: 'claimRewards', args: [a] }),
  )
  const actedAt = await networkHelpers.time.latest()
  await record(
    'stake.redelegate',
    send(publicClient, anna.account, {
      ...stake,
      functionName: 'redelegate',
      args: [a, b, parseEther('20')],
    }),
  )
  const cohort = await publicClient.readContract({
    address: book,
    abi: stakeBookAbi,
    functionName: 'currentCohort',
  })
  await record(
    'stake.undelegate',
    send(publicClient, anna.account, {
      ...stake,
      functionName: 'undelegate',
      args: [a, parseEther('10')],
    }),
  )
  await record(
    'stake.slash',
    send(publicClient, admin.account, {
      ...stake,
      functionName: 'slash',
      args: [a, parseEther('0.1'), actedAt],
    }),
  )
  await networkHelpers.time.increase(15 * DAY)
  await record(
    'stake.slash.window',
    send(publicClient, admin.account, {
      ...stake,
      functionName: 'slash',
      args: [a, parseEther('0.1'), actedAt],
    }),
  )
  await record(
    'stake.settle',
    send(publicClient, admin.account, {
      ...stake,
      functionName: 'settleLiens',
      args: [b, anna.account.address, 2n],
    }),
  )
  await networkHelpers.time.increase(8 * DAY)
  await record(
    'stake.withdraw',
    send(publicClient, anna.account, { ...stake, functionName: 'withdraw', args: [a, cohort] }),
  )
  await assertGas('stake', figures)
})
