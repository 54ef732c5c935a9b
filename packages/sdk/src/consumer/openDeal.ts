import type { StoreClient } from '@ambrosia/api/store/StoreClient'
import { dealBookAbi } from '@ambrosia/chain/abi/exchange'
import * as Agreement from '@ambrosia/exchange/Agreement'
import * as Criteria from '@ambrosia/exchange/Criteria'
import { assertTerms } from '@ambrosia/exchange/checks/checkTerms'
import * as Deal from '@ambrosia/exchange/Deal'
import { type Hex, type RandomBytes, random, toHex } from '@ambrosia/primitives/Bytes'
import * as CanonicalJson from '@ambrosia/primitives/CanonicalJson'
import type { LocalAccount } from 'viem'
import type { Chain } from '../Chain.ts'
import { ignoreProgress, type OnProgress } from '../Progress.ts'
import { signPermit } from '../signPermit.ts'

/** A deal that was just opened, with the transaction that did it. */
export type OpenedDeal = Deal.Deal & { transaction: Hex; gas: bigint }

/** What a consumer chooses; the rest of the terms follows from criteria, agreement and network. */
export type DealChoices = Omit<
  Deal.DealTerms,
  'consumer' | 'token' | 'criteriaHash' | 'agreementHash' | 'purpose' | 'verifier'
>

/** Opens a deal: escrows the budget in one transaction with an ERC-2612 permit, then publishes criteria and agreement. */
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
  const terms: Deal.DealTerms = {
    ...options.choices,
    consumer: account.address,
    token: contracts.medToken,
    criteriaHash: Criteria.hash(criteria),
    agreementHash: Agreement.hash(agreement),
    purpose: Deal.purposeHash(criteria.purpose),
    verifier: contracts.certificateVerifier,
  }
  const nowSec = BigInt(Math.floor(options.now() / 1000))
  const budget = options.budget ?? Deal.minimumBudget(terms)
  assertTerms(terms, { nowSec, development: options.development, budget })
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
