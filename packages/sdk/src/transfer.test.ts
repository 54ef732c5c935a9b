import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { medTokenAbi } from '@ambrosia/chain/abi/token'
import { endOfSuite } from '@ambrosia/testing/defer'
import { type Exchange, startExchange } from '@ambrosia/testing/startExchange'
import { newAccount } from '@ambrosia/testing/values'
import { transfer } from './transfer.ts'

const suite = endOfSuite()
let exchange: Exchange

before(async () => {
  exchange = await startExchange(suite)
})

describe('transfer', () => {
  it('sends MED and ether, and says what an account does not have', async () => {
    const { chain, consumer } = exchange
    const to = newAccount()
    const given = { chain, account: consumer, to: to.address }
    await transfer({ ...given, amount: 5n, token: 'MED' })
    await transfer({ ...given, amount: 10n ** 18n, token: 'ether' })
    const balance = await chain.client.readContract({
      address: chain.contracts.medToken,
      abi: medTokenAbi,
      functionName: 'balanceOf',
      args: [to.address],
    })
    assert.equal(balance, 5n)
    assert.equal(await chain.client.getBalance({ address: to.address }), 10n ** 18n)
    await assert.rejects(
      transfer({ chain, account: to, to: consumer.address, amount: 6n, token: 'MED' }),
      { code: 'Chain.ERC20InsufficientBalance' },
    )
  })
})
