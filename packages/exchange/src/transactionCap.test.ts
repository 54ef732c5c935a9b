// The most settlements of one call, under the rules of the newest fork: a transaction uses at most
// 2^24 gas (EIP-7825).
import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { dealBookAbi } from '@ambrosia/chain/abi/exchange'
import { type Hex, parseEther } from 'viem'
import { pack } from './PackedSettlement.ts'
import { createExchange, type Exchange, sale, salt, termsFrom } from './testing/exchangeOnChain.ts'

const CAP = 2n ** 24n
const MOST = 100

describe('the gas cap of a transaction', () => {
  let exchange: Exchange
  const contract = () => ({ address: exchange.addresses.dealBook, abi: dealBookAbi }) as const

  before(async () => {
    exchange = await createExchange({ hardfork: 'osaka' })
  })

  it('is above what the most settlements use, each with signatures of its own', async () => {
    const { consumer, relayer, publicClient, networkHelpers } = exchange
    const now = BigInt(await networkHelpers.time.latest())
    const terms = termsFrom(exchange, now, MOST)
    const budget = parseEther('5') * BigInt(MOST)
    await consumer.writeContract({
      ...contract(),
      functionName: 'createDeal',
      args: [terms, salt, budget],
    })
    const args = [terms, salt] as const
    const dealId = await publicClient.readContract({
      ...contract(),
      functionName: 'dealIdOf',
      args,
    })
    const settlements: Hex[] = []
    for (let index = 0; index < MOST; index++) {
      settlements.push(pack(await sale(exchange, terms, dealId, index)))
    }
    const settle = { ...contract(), functionName: 'settle', gas: CAP } as const
    const hash = await relayer.writeContract({
      ...settle,
      args: [...args, settlements, '0x', true],
    })
    const { status, gasUsed } = await publicClient.waitForTransactionReceipt({ hash })
    assert.equal(status, 'success')
    // A margin for accounts, tiers and lists that cost more than these.
    assert.ok(gasUsed < (CAP * 85n) / 100n, `${gasUsed} of ${CAP}`)
  })

  it('is the rule of the chain that this was tried on', async () => {
    const { relayer } = exchange
    const over = relayer.sendTransaction({ to: relayer.account.address, gas: CAP + 1n })
    await assert.rejects(over, /gas/)
  })
})
