import { dealBookAbi } from '@ambrosia/chain/abi/exchange'
import { medTokenAbi } from '@ambrosia/chain/abi/token'
import { dealBookDomain } from '@ambrosia/exchange/messages/Message'
import * as ReturnPayment from '@ambrosia/exchange/ReturnPayment'
import { paymentToReturn, type SettledRecord } from '@ambrosia/exchange/SettledRecord'
import type { Hex } from '@ambrosia/primitives/Bytes'
import type { LocalAccount, TransactionReceipt } from 'viem'
import type { Chain } from '../Chain.ts'
import { NO_PERMIT, signPermit } from '../signPermit.ts'
import { signCancel, signRevocation } from './signConsent.ts'

const SIGNATURE_LIFE_SEC = 3600n
const NO_PAYER = {
  account: `0x${'00'.repeat(20)}`,
  permit: NO_PERMIT,
  signedUntil: 0n,
  signature: '0x',
} as const

/**
 * Revokes a settled consent for good; a relayer carries it, so the provider needs no ether. Without
 * a payer the money stays, and the one delivery that was paid for is still completed. With one the
 * sale is undone, as long as it can be: the payer permits the DealBook to take what was paid, and
 * signs for this record where they are not the provider.
 * @throws Chain.*; Chain.PaymentReturnShort where the payer has less
 */
export async function revokeConsent(options: {
  chain: Chain
  provider: LocalAccount
  /**
   * Who gives the payment back: the provider account, the one that was paid, or anybody who signs.
   */
  payer?: LocalAccount
  relayer: LocalAccount
  record: SettledRecord
  recordId: Hex
  now: () => number
}): Promise<TransactionReceipt> {
  const { chain, record, recordId, payer } = options
  const { chainId, contracts } = chain
  const signedUntil = BigInt(Math.floor(options.now() / 1000)) + SIGNATURE_LIFE_SEC
  const returnPayment = payer !== undefined
  const paying = payer ? await signReturn(chain, payer, recordId, record, signedUntil) : NO_PAYER
  const signature = await signRevocation(
    { chainId, dealBook: contracts.dealBook },
    options.provider,
    { recordId, returnPayment, signedUntil },
  )
  return await chain.send(options.relayer, {
    address: contracts.dealBook,
    abi: dealBookAbi,
    functionName: 'revokeWithSignature',
    args: [record, returnPayment, paying, signedUntil, signature],
  })
}

async function signReturn(
  chain: Chain,
  payer: LocalAccount,
  recordId: Hex,
  record: SettledRecord,
  signedUntil: bigint,
) {
  const amount = paymentToReturn(record)
  const permit = await signPermit(chain, payer, amount, signedUntil)
  const domain = dealBookDomain(chain.chainId, chain.contracts.dealBook)
  const message = { recordId, amount, signedUntil }
  const signature = await payer.signTypedData(ReturnPayment.toTypedData(message, domain))
  return { account: payer.address, permit, signedUntil, signature }
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
 * Moves the proceeds of one sale to an address, by a permit that a relayer carries. Whoever sends
 * the proceeds of several sales to one address tells every observer that one person made them.
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
