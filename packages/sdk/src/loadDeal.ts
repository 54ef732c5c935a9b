import type { StoreClient } from '@ambrosia/api/store/StoreClient'
import { type CreatedDeal, readDeal } from '@ambrosia/chain/read/exchange'
import * as Agreement from '@ambrosia/exchange/Agreement'
import * as Criteria from '@ambrosia/exchange/Criteria'
import type { Deal } from '@ambrosia/exchange/Deal'
import { type Hex, toHex } from '@ambrosia/primitives/Bytes'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import { sha256 } from '@ambrosia/primitives/Hash'
import * as PlainJson from '@ambrosia/primitives/PlainJson'
import type { Chain } from './Chain.ts'

/**
 * What the chain says of a deal: all that its consumer needs to stop it and to have money back.
 * @throws Deal.Unknown, Chain.*
 */
export async function loadTerms(chain: Chain, dealId: Hex): Promise<CreatedDeal> {
  const { client, contracts, fromBlock } = chain
  const created = await readDeal(client, { address: contracts.dealBook, fromBlock }, dealId)
  if (!created) throw new UnknownDealError(dealId)
  return created
}

/**
 * A deal with its documents: terms from the chain, criteria and agreement from the store, each
 * checked against its hash.
 * @throws Deal.Unknown, Deal.WrongDocument, Deal.Unreadable, Document.NotFound
 */
export async function loadDeal(
  network: { chain: Chain; store: Pick<StoreClient, 'document'> },
  dealId: Hex,
): Promise<Deal> {
  const { terms, salt, budget } = await loadTerms(network.chain, dealId)
  const [criteria, agreement] = await Promise.all([
    network.store.document(terms.criteriaHash),
    network.store.document(terms.agreementHash),
  ])
  const deal = { dealId, salt, terms, budget, ...parseBoth(criteria, agreement, dealId, terms) }
  const isTheirs =
    Criteria.hash(deal.criteria) === terms.criteriaHash &&
    Agreement.hash(deal.agreement) === terms.agreementHash
  if (!isTheirs) throw new WrongDocumentError(dealId)
  return deal
}

/**
 * The documents of a deal. What has the hash that the deal names is what its consumer meant, so
 * where that can't be read the deal is from another version.
 */
function parseBoth(
  criteria: Uint8Array,
  agreement: Uint8Array,
  dealId: Hex,
  { criteriaHash, agreementHash }: Deal['terms'],
): Pick<Deal, 'criteria' | 'agreement'> {
  try {
    return {
      criteria: Criteria.parse(criteria),
      agreement: Agreement.parse(PlainJson.parse(agreement)),
    }
  } catch (error) {
    const isMeant =
      toHex(sha256(criteria)) === criteriaHash && toHex(sha256(agreement)) === agreementHash
    if (isMeant && error instanceof AmbrosiaError) throw new UnreadableDealError(dealId, error)
    throw error
  }
}

/** The documents are the deal's, and this version can't show them to anybody. */
export class UnreadableDealError extends AmbrosiaError {
  constructor(dealId: string, cause: AmbrosiaError) {
    super(
      'Deal.Unreadable',
      `deal ${dealId} was opened with documents of another version: ${cause.message}`,
      {
        cause,
        hint: 'Nobody can consent to it here. Its consumer gets the money back with ambrosia deal close and refund, and opens another.',
      },
    )
  }
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
