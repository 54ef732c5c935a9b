import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { medTokenAbi } from '@ambrosia/chain/abi/token'
import { claim } from '@ambrosia/rollup/bridge/claim'
import { deposit } from '@ambrosia/rollup/bridge/deposit'
import { withdraw } from '@ambrosia/rollup/bridge/withdraw'
import { createPublicClient, createWalletClient, http, parseEther } from 'viem'
import { accountOf } from './testing/chains.ts'
import { CONSUMER, startRollup } from './testing/startRollup.ts'

describe('a network of three nodes', () => {
  it('takes a deposit, carries a transfer, posts it and settles it', async (t) => {
    const rollup = await startRollup(t)
    const sequencer = await rollup.start(0, ['sequencer', 'batcher', 'asserter'])
    const follower = await rollup.start(1, ['full'])
    await rollup.start(2, ['watcher'])
    const user = accountOf(1)
    const l1 = createPublicClient({ transport: http(rollup.l1.url), pollingInterval: 20 })
    const payer = CONSUMER
    const { network } = rollup
    const amount = parseEther('10')
    await deposit({ client: l1, account: payer, network, recipient: user.address, amount })
    const chain = {
      id: 777_001,
      name: 'l2',
      nativeCurrency: { name: 'MED', symbol: 'MED', decimals: 18 },
      rpcUrls: { default: { http: [] } },
    }
    const at = (url: string) =>
      createPublicClient({ chain, transport: http(url), pollingInterval: 20 })
    const wallet = createWalletClient({ account: user, chain, transport: http(follower.url) })
    const until = async (what: string, check: () => Promise<boolean>) => {
      const end = Date.now() + 30_000
      while (!(await check())) {
        assert.ok(Date.now() < end, what)
        await new Promise((resolve) => setTimeout(resolve, 50))
      }
    }
    await until('the deposit arrives', async () => {
      return (await at(follower.url).getBalance({ address: user.address })) === parseEther('10')
    })
    const other = accountOf(2).address
    const hash = await wallet.sendTransaction({ to: other, value: parseEther('1') })
    const receipt = await at(follower.url).waitForTransactionReceipt({ hash })
    assert.equal(receipt.status, 'success')
    await until('it is settled', async () => {
      const block = await at(follower.url).getBlock({ blockTag: 'safe' })
      return block.number >= receipt.blockNumber
    })
    await until('it is final', async () => {
      const block = await at(sequencer.url).getBlock({ blockTag: 'finalized' })
      return block.number >= receipt.blockNumber
    })
    const recipient = accountOf(3).address
    const sent = await withdraw({
      client: at(follower.url),
      account: user,
      recipient,
      amount: parseEther('2'),
    })
    assert.equal(sent.index, 0)
    const take = () =>
      claim({ l1, l2: at(follower.url), account: payer, network, index: sent.index })
    await assert.rejects(take, { code: 'Bridge.NotCertain' })
    await until('the withdrawal is certain', async () => {
      const block = await at(follower.url).getBlock({ blockTag: 'finalized' })
      const { blockNumber } = await at(follower.url).getTransactionReceipt({ hash: sent.hash })
      return block.number >= blockNumber
    })
    await take()
    const balance = await l1.readContract({
      address: network.contracts.gasToken,
      abi: medTokenAbi,
      functionName: 'balanceOf',
      args: [recipient],
    })
    assert.equal(balance, parseEther('2'))
    await assert.rejects(take, { code: 'Chain.OutboxMessageSpent' })
  })
})
