import * as Agreement from '@ambrosia/exchange/Agreement'
import * as Criteria from '@ambrosia/exchange/Criteria'
import { assertTerms } from '@ambrosia/exchange/checks/checkTerms'
import * as Deal from '@ambrosia/exchange/Deal'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import type { Address } from 'viem'
import type { Chain } from '../Chain.ts'

/** What a consumer chooses; the rest of the terms follows from criteria, agreement and network. */
export type DealChoices = Omit<
  Deal.DealTerms,
  'consumer' | 'token' | 'criteriaHash' | 'agreementHash' | 'purpose' | 'verifier'
> & {
  /** Judge of certificates. Default: that of the exchange, a signature of each oracle. */
  verifier?: Address
}

/**
 * The terms and the budget of a deal that may be opened. Whatever the contract would refuse, no
 * record could satisfy or nobody could be delivered to is refused here, before money is locked.
 * @throws Deal.InvalidTerms, Deal.NoDeliveryKey, Criteria.Unsatisfiable, Consent.*
 */
export async function assertOpenable(options: {
  chain: Chain
  account: { address: Address }
  criteria: Criteria.Criteria
  agreement: Agreement.Agreement
  choices: DealChoices
  /** Default: the least that the terms allow. */
  budget?: bigint
  development: boolean
  now: () => number
}): Promise<{ terms: Deal.DealTerms; budget: bigint }> {
  const { chain, criteria, agreement } = options
  const { contracts } = chain
  const terms: Deal.DealTerms = {
    ...options.choices,
    consumer: options.account.address,
    token: contracts.medToken,
    criteriaHash: Criteria.hash(criteria),
    agreementHash: Agreement.hash(agreement),
    purpose: Deal.purposeHash(criteria.purpose),
    verifier: options.choices.verifier ?? contracts.certificateVerifier,
  }
  const nowSec = BigInt(Math.floor(options.now() / 1000))
  const budget = options.budget ?? Deal.minimumBudget(terms)
  assertTerms(terms, { nowSec, development: options.development, budget })
  // What judges records is large, and a page loads it only for this.
  const { assertSatisfiable } = await import('@ambrosia/exchange/checks/assertSatisfiable')
  assertSatisfiable({ criteria, agreement, terms })
  await assertDeliverable(chain, criteria.consumer)
  return { terms, budget }
}

/** Refuses a consumer whom oracles could release no key to. */
async function assertDeliverable({ resolver }: Chain, consumer: string): Promise<void> {
  const { didDocument } = await resolver.resolve(consumer)
  const keys = didDocument?.keyAgreement ?? []
  if (keys.length === 0) throw new NoDeliveryKeyError(consumer, didDocument !== null)
}

export class NoDeliveryKeyError extends AmbrosiaError {
  constructor(consumer: string, isKnown: boolean) {
    const why = isKnown ? 'names no key to deliver to' : 'does not exist'
    super('Deal.NoDeliveryKey', `the consumer ${consumer} ${why}`, {
      hint: 'Nothing was paid. Create the DID first: ambrosia did create --key NAME.',
    })
  }
}
