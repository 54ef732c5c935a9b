import type { StoreClient } from '@ambrosia/api/store/StoreClient'
import { dealBookAbi } from '@ambrosia/chain/abi/exchange'
import type * as Agreement from '@ambrosia/exchange/Agreement'
import type * as Criteria from '@ambrosia/exchange/Criteria'
import * as Deal from '@ambrosia/exchange/Deal'
import { type Hex, type RandomBytes, random, toHex } from '@ambrosia/primitives/Bytes'
import * as CanonicalJson from '@ambrosia/primitives/CanonicalJson'
import type { LocalAccount } from 'viem'
import type { Chain } from '../Chain.ts'
import { ignoreProgress, type OnProgress } from '../Progress.ts'
import { signPermit } from '../signPermit.ts'
import { assertOpenable, type DealChoices } from './assertOpenable.ts'

/** A deal that was just opened, with the transaction that did it. */
export type OpenedDeal = Deal.Deal & { transaction: Hex; gas: bigint }

/**
 * Opens a deal: escrows the budget in one transaction with an ERC-2612 permit, then publishes
 * criteria and agreement. What no record could satisfy or nobody could be delivered to is refused
 * before.
 * @throws Criteria.Unsatisfiable, Deal.NoDeliveryKey, Consent.*, Chain.*
 */
export async function openDeal(options: {
  chain: Chain
  store: StoreClient
  account: LocalAccount
  criteria: Criteria.Criteria
  agreement: Agreement.Agreement
  choices: DealChoices
  /** Default: the least that the terms allow. */
  budget?: bigint
  development: boolean
  now: () => number
  randomBytes?: RandomBytes
  onProgress?: OnProgress
}): Promise<OpenedDeal> {
  const { chain, account, criteria, agreement } = options
  const onProgress = options.onProgress ?? ignoreProgress
  const { contracts, chainId } = chain
  const { terms, budget } = await assertOpenable(options)
  const nowSec = BigInt(Math.floor(options.now() / 1000))
  const salt = toHex((options.randomBytes ?? random)(32))
  const permit = await signPermit(chain, account, budget, nowSec + 3600n)
  const receipt = await chain.send(account, {
    address: contracts.dealBook,
    abi: dealBookAbi,
    functionName: 'createDealWithPermit',
    args: [terms, salt, budget, permit],
  })
  const dealId = Deal.dealId({ chainId, dealBook: contracts.dealBook, salt, terms })
  onProgress({ step: 'open', done: 1, total: 3, unit: 'transactions' })
  await options.store.publish(account, dealId, terms.criteriaHash, CanonicalJson.encode(criteria))
  await options.store.publish(account, dealId, terms.agreementHash, CanonicalJson.encode(agreement))
  onProgress({ step: 'open', done: 3, total: 3, unit: 'transactions' })
  return {
    dealId,
    salt,
    terms,
    criteria,
    agreement,
    budget,
    transaction: receipt.transactionHash,
    gas: receipt.gasUsed,
  }
}
