import assert from 'node:assert/strict'
import { it } from 'node:test'
import type { Hex } from 'viem'
import type { DealTerms } from '../abi/exchange/index.generated.ts'
import { recordOf } from './recordOf.ts'

const word = (digit: string): Hex => `0x${digit.repeat(64)}`
const account = (digit: string): Hex => `0x${digit.repeat(40)}`

// That it is the very record whose hash the chain keeps is shown where records are settled:
// packages/exchange/src/settle.test.ts and the e2e suites pass it back.
it('puts a record together from its event and the terms of its deal', () => {
  const terms = {
    consumer: account('1'),
    token: account('2'),
    commissionCapBps: 600,
    deliveryWindow: 100,
    oracles: [account('a'), account('b'), account('c')],
  } as unknown as DealTerms
  const event = {
    recordId: word('0'),
    dealId: word('1'),
    provider: account('3'),
    personTag: word('2'),
    recordTag: word('3'),
    manifestHash: word('4'),
    certificateHash: word('5'),
    consentHash: word('6'),
    payout: account('4'),
    relayer: account('5'),
    amounts: (1_000_001n << 128n) | 7n,
    // The first and the third oracle; the second place of the person.
    times: (0b101n << 144n) | (1n << 128n) | (2_000n << 64n) | 9_000n,
    commissions: (65_535n << 16n) | 500n,
  }
  const { recordId: _, relayer: __, amounts: ___, times: ____, commissions: _____, ...same } = event
  assert.deepEqual(recordOf(event, terms), {
    ...same,
    consumer: terms.consumer,
    token: terms.token,
    ordinal: 1,
    price: 1_000_001n,
    relayerFee: 7n,
    // What rounding leaves of 25,000.025 and 30,000.03 is the provider's.
    net: 1_000_001n - 7n - 25_000n - 30_000n,
    settledAt: 2_000n,
    deliveryEnd: 2_100n,
    consentUntil: 9_000n,
    shares: [
      { oracle: account('a'), amount: 25_000n },
      { oracle: account('c'), amount: 30_000n },
    ],
  })
})
