import type { Address, Hex } from 'viem'
import type { DealTerms, Record as SettledRecord } from '../abi/exchange/index.generated.ts'

/** Arguments of the event RecordSettled. */
export type RecordSettled = {
  recordId: Hex
  dealId: Hex
  provider: Address
  personTag: Hex
  recordTag: Hex
  manifestHash: Hex
  certificateHash: Hex
  consentHash: Hex
  payout: Address
  relayer: Address
  amounts: bigint
  times: bigint
  commissions: bigint
}

const BPS = 10_000n

/** `bits` of a word from bit `from` on. */
function bitsOf(word: bigint, from: number, bits: number): bigint {
  return (word >> BigInt(from)) & ((1n << BigInt(bits)) - 1n)
}

/**
 * The record of a sale, as later calls pass it again: the event leaves out what the deal's terms
 * say, and what follows from its other parts (docs/protocol/exchange.md, section 8).
 */
export function recordOf(event: RecordSettled, terms: DealTerms): SettledRecord {
  const { amounts, times, commissions } = event
  const [price, relayerFee] = [bitsOf(amounts, 128, 128), bitsOf(amounts, 0, 128)]
  const settledAt = bitsOf(times, 64, 64)
  const certifiers = terms.oracles.filter((_, place) => bitsOf(times, 144 + place, 1) === 1n)
  const shares = certifiers.map((oracle, index) => {
    const asked = bitsOf(commissions, 16 * index, 16)
    const cap = BigInt(terms.commissionCapBps)
    const rate = asked < cap ? asked : cap
    return { oracle, amount: (price * rate) / (BPS * BigInt(certifiers.length)) }
  })
  const { dealId, provider, personTag, recordTag, manifestHash } = event
  return {
    dealId,
    personTag,
    recordTag,
    manifestHash,
    certificateHash: event.certificateHash,
    consentHash: event.consentHash,
    consumer: terms.consumer,
    token: terms.token,
    provider,
    payout: event.payout,
    ordinal: Number(bitsOf(times, 128, 16)),
    price,
    net: shares.reduce((rest, { amount }) => rest - amount, price - relayerFee),
    relayerFee,
    settledAt,
    deliveryEnd: settledAt + BigInt(terms.deliveryWindow),
    consentUntil: bitsOf(times, 0, 64),
    shares,
  }
}
