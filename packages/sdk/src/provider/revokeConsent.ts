import { dealBookAbi } from '@ambrosia/chain/abi/exchange'
import { medTokenAbi } from '@ambrosia/chain/abi/token'
import { revocationPrice, type SettledRecord } from '@ambrosia/exchange/SettledRecord'
import type { Hex } from '@ambrosia/primitives/Bytes'
import type { LocalAccount, TransactionReceipt } from 'viem'
import type { Chain } from '../Chain.ts'
import { signPermit } from '../signPermit.ts'
import { signCancel, signRevocation } from './signConsent.ts'

const SIGNATURE_LIFE_SEC = 3600n
const NO_PERMIT = {
  value: 0n,
  deadline: 0n,
  v: 0,
  r: `0x${'00'.repeat(32)}`,
  s: `0x${'00'.repeat(32)}`,
} as const

/**
 * Revokes a settled consent; a relayer carries it, so the provider needs no ether. Inside the delivery window the sale is unwound: the
 * payout account permits the DealBook to take back what it received. @throws Chain.*
 */
export async function revokeConsent(options: {
  chain: Chain
  provider: LocalAccount
  /** The account that was paid; the provider account unless they named another. */
  payout: LocalAccount
  relayer: LocalAccount
  record: SettledRecord
  recordId: Hex
  now: () => number
}): Promise<TransactionReceipt> {
  const { chain, record } = options
  const nowSec = BigInt(Math.floor(options.now() / 1000))
  const signedUntil = nowSec + SIGNATURE_LIFE_SEC
  const price = revocationPrice(record, nowSec)
  const permit =
    price > 0n ? await signPermit(chain, options.payout, price, signedUntil) : NO_PERMIT
  const { chainId, contracts } = chain
  const message = { recordId: options.recordId, signedUntil }
  const signature = await signRevocation(
    { chainId, dealBook: contracts.dealBook },
    options.provider,
    message,
  )
  return await chain.send(options.relayer, {
    address: contracts.dealBook,
    abi: dealBookAbi,
    functionName: 'revokeWithSignature',
    args: [record, permit, signedUntil, signature],
  })
}

/** Withdraws a consent that is not settled yet; a relayer carries it. */
export async function cancelConsent(options: {
  chain: Chain
  provider: LocalAccount
  relayer: LocalAccount
  consentHash: Hex
  now: () => number
}): Promise<TransactionReceipt> {
  const { chain, provider, consentHash } = options
  const { chainId, contracts } = chain
  const signedUntil = BigInt(Math.floor(options.now() / 1000)) + SIGNATURE_LIFE_SEC
  const message = { consentHash, signedUntil }
  const signature = await signCancel({ chainId, dealBook: contracts.dealBook }, provider, message)
  return await chain.send(options.relayer, {
    address: contracts.dealBook,
    abi: dealBookAbi,
    functionName: 'cancelConsentWithSignature',
    args: [provider.address, consentHash, signedUntil, signature],
  })
}

/**
 * Moves the proceeds of one sale to an address, by a permit that a relayer carries. Whoever sends the proceeds of several sales to one
 * address tells every observer that one person made them.
 */
export async function sweep(options: {
  chain: Chain
  payout: LocalAccount
  relayer: LocalAccount
  to: Hex
  now: () => number
}): Promise<{ amount: bigint; receipt: TransactionReceipt }> {
  const { chain, payout, relayer } = options
  const { medToken } = chain.contracts
  const token = { address: medToken, abi: medTokenAbi } as const
  const amount = await chain.client.readContract({
    ...token,
    functionName: 'balanceOf',
    args: [payout.address],
  })
  const deadline = BigInt(Math.floor(options.now() / 1000)) + SIGNATURE_LIFE_SEC
  const permit = await signPermit(chain, payout, amount, deadline, relayer.address)
  await chain.send(relayer, {
    ...token,
    functionName: 'permit',
    args: [payout.address, relayer.address, amount, deadline, permit.v, permit.r, permit.s],
  })
  const receipt = await chain.send(relayer, {
    ...token,
    functionName: 'transferFrom',
    args: [payout.address, options.to, amount],
  })
  return { amount, receipt }
}
