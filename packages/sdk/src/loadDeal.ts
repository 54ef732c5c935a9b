import type { StoreClient } from '@ambrosia/api/store/StoreClient'
import { readDeal } from '@ambrosia/chain/read/exchange'
import * as Agreement from '@ambrosia/exchange/Agreement'
import * as Criteria from '@ambrosia/exchange/Criteria'
import type { Deal } from '@ambrosia/exchange/Deal'
import type { Hex } from '@ambrosia/primitives/Bytes'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import * as PlainJson from '@ambrosia/primitives/PlainJson'
import type { Chain } from './Chain.ts'

/**
 * A deal with its documents: terms from the chain, criteria and agreement from the store, each
 * checked against its hash.
 * @throws Deal.Unknown, Deal.WrongDocument, Document.NotFound
 */
export async function loadDeal(
  network: { chain: Chain; store: Pick<StoreClient, 'document'> },
  dealId: Hex,
): Promise<Deal> {
  const { client, contracts, fromBlock } = network.chain
  const created = await readDeal(client, { address: contracts.dealBook, fromBlock }, dealId)
  if (!created) throw new UnknownDealError(dealId)
  const { terms, salt, budget } = created
  const [criteria, agreement] = await Promise.all([
    network.store.document(terms.criteriaHash),
    network.store.document(terms.agreementHash),
  ])
  const deal = {
    dealId,
    salt,
    terms,
    budget,
    criteria: Criteria.parse(criteria),
    agreement: Agreement.parse(PlainJson.parse(agreement)),
  }
  const isTheirs =
    Criteria.hash(deal.criteria) === terms.criteriaHash &&
    Agreement.hash(deal.agreement) === terms.agreementHash
  if (!isTheirs) throw new WrongDocumentError(dealId)
  return deal
}

export class UnknownDealError extends AmbrosiaError {
  constructor(dealId: string) {
    super('Deal.Unknown', `the chain has no deal ${dealId}`, {
      hint: 'List them with: ambrosia deal list',
    })
  }
}

export class WrongDocumentError extends AmbrosiaError {
  constructor(dealId: string) {
    super('Deal.WrongDocument', `the store gave other documents than deal ${dealId} names`)
  }
}
