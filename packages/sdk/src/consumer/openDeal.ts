import type { StoreClient } from '@ambrosia/api/store/StoreClient'
import { dealBookAbi } from '@ambrosia/chain/abi/exchange'
import { medTokenAbi } from '@ambrosia/chain/abi/token'
import * as Agreement from '@ambrosia/exchange/Agreement'
import * as Criteria from '@ambrosia/exchange/Criteria'
import * as Deal from '@ambrosia/exchange/Deal'
import { type Hex, type RandomBytes, random, toHex } from '@ambrosia/primitives/Bytes'
import * as CanonicalJson from '@ambrosia/primitives/CanonicalJson'
import type { Address, LocalAccount } from 'viem'
import type { Chain } from '../Chain.ts'
import { ignoreProgress, type OnProgress } from '../Progress.ts'

/** A deal that stands on chain, with the documents whose hashes it holds. */
export type OpenedDeal = {
  dealId: Hex
  salt: Hex
  terms: Deal.DealTerms
  criteria: Criteria.Criteria
  agreement: Agreement.Agreement
  budget: bigint
  transaction: Hex
  gas: bigint
}

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
  Deal.assertTerms(terms, { nowSec, development: options.development })
  const budget = options.budget ?? Deal.minimumBudget(terms)
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

/** An ERC-2612 permit, by default for the DealBook, so that escrow takes no transaction of its own. */
export async function signPermit(
  chain: Chain,
  owner: LocalAccount,
  value: bigint,
  deadline: bigint,
  spender: Address = chain.contracts.dealBook,
): Promise<{ value: bigint; deadline: bigint; v: number; r: Hex; s: Hex }> {
  const { medToken } = chain.contracts
  const read = { address: medToken, abi: medTokenAbi } as const
  const [[, name, version], nonce] = await Promise.all([
    chain.client.readContract({ ...read, functionName: 'eip712Domain' }),
    chain.client.readContract({ ...read, functionName: 'nonces', args: [owner.address] }),
  ])
  const signature = await owner.signTypedData({
    domain: { name, version, chainId: chain.chainId, verifyingContract: medToken },
    types: {
      Permit: [
        { name: 'owner', type: 'address' },
        { name: 'spender', type: 'address' },
        { name: 'value', type: 'uint256' },
        { name: 'nonce', type: 'uint256' },
        { name: 'deadline', type: 'uint256' },
      ],
    },
    primaryType: 'Permit',
    message: { owner: owner.address, spender, value, nonce, deadline },
  })
  return {
    value,
    deadline,
    v: Number.parseInt(signature.slice(130, 132), 16),
    r: signature.slice(0, 66) as Hex,
    s: `0x${signature.slice(66, 130)}`,
  }
}
