import assert from 'node:assert/strict'
import { it } from 'node:test'
import { dealBookAbi } from '@ambrosia/chain/abi/exchange'
import { medTokenAbi } from '@ambrosia/chain/abi/token'
import { parseEther } from 'viem'
import { pack } from './PackedSettlement.ts'
import { createExchange, sale, salt, termsFrom } from './testing/exchangeOnChain.ts'

it('a certificate and a consent signed by viem settle, and judge foresees it', async () => {
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
  const packed = pack(settlement)
  const judge = { ...book, functionName: 'judge' } as const
  const args = [terms, salt, packed, relayer.account.address] as const
  assert.equal(await publicClient.readContract({ ...judge, args }), '0x00000000')
  await relayer.writeContract({
    ...book,
    functionName: 'settle',
    args: [terms, salt, [packed], '0x', true],
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
    args: [terms, salt, [packed], '0x', true],
  })
  await assert.rejects(again, /RecordTagUsed/)
})
