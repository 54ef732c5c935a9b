import type { Fetch } from '@ambrosia/api/client/call'
import { createOracleClient } from '@ambrosia/api/oracle/OracleClient'
import type { SignedReceipt, StoreClient } from '@ambrosia/api/store/StoreClient'
import { readOracle } from '@ambrosia/chain/read/oracle'
import type { Loader } from '@ambrosia/credentials/Contexts'
import * as Credential from '@ambrosia/credentials/Credential'
import type { HolderKey } from '@ambrosia/credentials/Keys'
import type { Deal } from '@ambrosia/exchange/Deal'
import type { IssuedRecord } from '@ambrosia/exchange/IssuedRecord'
import { dealBookDomain } from '@ambrosia/exchange/messages/Message'
import {
  type DealView,
  type OracleRecipient,
  type SealedOffer,
  sealOffer,
} from '@ambrosia/exchange/offer/sealOffer'
import { type SelectedRecord, selectRecord } from '@ambrosia/exchange/offer/selectRecord'
import type { SignedPermission } from '@ambrosia/exchange/permission/SignedPermission'
import * as StorageReceipt from '@ambrosia/exchange/StorageReceipt'
import { fromHex } from '@ambrosia/primitives/Bytes'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import { type Address, isAddressEqual, type LocalAccount } from 'viem'
import type { Chain } from '../Chain.ts'
import { isQuorumDeal } from '../isQuorumDeal.ts'
import { ignoreProgress, type OnProgress } from '../Progress.ts'
import { type CertifiedOffer, submitOffer } from './submitOffer.ts'

/** What a provider needs to offer a record into a deal. */
export type Offering = {
  chain: Chain
  store: StoreClient
  fetch: Fetch
  loader: Loader
  deal: Deal
  record: IssuedRecord
  /** A fresh account for each deal; it needs no ether. */
  account: LocalAccount
  holderKey: HolderKey
  now: () => number
  onProgress?: OnProgress
}

export type SealedForDeal = {
  selected: SelectedRecord
  offer: SealedOffer
  recipients: Recipient[]
  /** Of the record's credential: what the oracles are shown is made from them too. */
  statements?: Credential.Statements
}

type Recipient = OracleRecipient & { endpoint: string; signer: Address }

/** The deal as the messages bind it. */
export function viewOf(chain: Chain, deal: Deal): DealView {
  return {
    chainId: chain.chainId,
    dealBook: chain.contracts.dealBook,
    dealId: deal.dealId,
    consumer: deal.terms.consumer,
    criteria: deal.criteria,
    criteriaHash: deal.terms.criteriaHash,
  }
}

/**
 * The deal's oracles that are admitted now: only to them is a record sealed. Anybody may register,
 * so a consumer could name an operator of their own beside honest ones and read for nothing.
 * @throws Offer.UntrustedVerifier, Offer.TooFewOracles
 */
export async function readRecipients(chain: Chain, deal: Deal): Promise<Recipient[]> {
  const { contracts, client } = chain
  // Another verifier could take certificates that no oracle signed.
  const isKnown =
    isAddressEqual(deal.terms.verifier, contracts.certificateVerifier) ||
    isQuorumDeal(chain, deal.terms)
  if (!isKnown) throw new UntrustedVerifierError()
  const oracles = await Promise.all(
    deal.terms.oracles.map((operator) => readOracle(client, contracts.oracleRegistry, operator)),
  )
  const admitted = oracles.filter(({ status }) => status === 'Active')
  if (admitted.length < deal.terms.quorum) {
    throw new TooFewOraclesError(admitted.length, deal.terms.quorum)
  }
  return admitted.map((oracle) => ({
    operator: oracle.operator,
    publicKey: fromHex(oracle.encryptionKey),
    keyId: oracle.operator.toLowerCase(),
    epoch: Number(oracle.epoch),
    endpoint: oracle.endpoint,
    signer: oracle.signer,
  }))
}

/**
 * Selects what the deal needs and seals it to the deal's oracles. Nothing leaves the person yet.
 * @throws Offer.IssuerNotAsked, Offer.FormNotHeld, Offer.NothingSelected, Offer.ClaimsUnmatched,
 * Offer.TooFewOracles, Offer.UntrustedVerifier
 */
export async function prepareOffer(offering: Offering): Promise<SealedForDeal> {
  const { chain, deal, record, onProgress = ignoreProgress } = offering
  const issuer = String(record.credential['issuer'])
  if (!deal.criteria.issuers.includes(issuer)) throw new IssuerNotAskedError(issuer)
  const selected = selectRecord(record, deal.criteria)
  const { indexes, total } = selected
  onProgress({ step: 'select', done: indexes.length, total, unit: 'resources' })
  const recipients = await readRecipients(chain, deal)
  const { loader } = offering
  const statements = await Credential.openBbs({ signed: record.credential, loader })
  const offer = await sealOffer({
    record,
    selected,
    statements,
    deal: viewOf(chain, deal),
    provider: offering.account.address,
    oracles: recipients,
    loader,
  })
  const sizeBytes = offer.sealed.length
  onProgress({ step: 'seal', done: sizeBytes, total: sizeBytes, unit: 'bytes' })
  onProgress({ step: 'wrap', done: recipients.length, total: recipients.length, unit: 'oracles' })
  return { selected, offer, recipients, statements }
}

/**
 * Uploads the sealed record and has the oracles certify it, under the permission that they check
 * first.
 * @throws the store's and the oracles' refusals, Offer.WrongPermission, Offer.WrongReceipt,
 * Offer.NoQuorum
 */
export async function certifyOffer(
  offering: Offering,
  sealed: SealedForDeal,
  permission: SignedPermission,
): Promise<CertifiedOffer> {
  const { deal, account, store } = offering
  const { offer, selected } = sealed
  const { dealId, terms } = deal
  assertPermission(permission, offering, offer)
  const { receipt, signature } = await store.upload(account, {
    dealId,
    manifestHash: offer.manifestHash,
    contentAddress: offer.contentAddress,
    sealed: offer.sealed,
    permission,
  })
  const asOfSec = BigInt(Math.floor(offering.now() / 1000))
  await assertReceipt({ receipt, signature }, offering, offer, asOfSec)
  return await submitOffer({
    record: offering.record,
    selected,
    statements: sealed.statements,
    offer,
    deal: viewOf(offering.chain, deal),
    account,
    permission,
    holderKey: offering.holderKey,
    receipt,
    receiptSignature: signature,
    asOfSec,
    loader: offering.loader,
    oracles: sealed.recipients.map(({ operator, signer, endpoint }) => ({
      operator,
      signer,
      client: createOracleClient({ url: endpoint, fetch: offering.fetch, now: offering.now }),
    })),
    quorum: terms.quorum,
    onProgress: offering.onProgress ?? ignoreProgress,
  })
}

/** Nothing leaves under a permission for something else. */
function assertPermission(
  { permission }: SignedPermission,
  { account, deal }: Offering,
  offer: SealedOffer,
): void {
  const isOfOffer =
    permission.dealId === deal.dealId &&
    permission.manifestHash === offer.manifestHash &&
    isAddressEqual(permission.provider, account.address)
  if (!isOfOffer) throw new WrongPermissionError()
}

/**
 * A receipt that oracles would refuse, which tell a stranger nothing, is refused here, where it can
 * be said.
 */
async function assertReceipt(
  { receipt, signature }: SignedReceipt,
  { chain, deal }: Offering,
  offer: SealedOffer,
  asOfSec: bigint,
): Promise<void> {
  const { terms, dealId } = deal
  const domain = dealBookDomain(chain.chainId, chain.contracts.dealBook)
  const neededUntil = asOfSec + BigInt(terms.certificateLife) + BigInt(terms.deliveryWindow)
  const isOfOffer =
    terms.stores.some((store) => isAddressEqual(store, receipt.store)) &&
    receipt.dealId === dealId &&
    receipt.manifestHash === offer.manifestHash &&
    receipt.sizeBytes === BigInt(offer.sealed.length) &&
    receipt.storedUntil >= neededUntil
  if (!isOfOffer || !(await StorageReceipt.verify(receipt, domain, receipt.store, signature))) {
    throw new WrongReceiptError()
  }
}

export class WrongReceiptError extends AmbrosiaError {
  constructor() {
    super('Offer.WrongReceipt', 'the receipt is not that of a store of the deal for this record', {
      hint: 'Nothing was sold. Offer again, or use another store of the deal.',
    })
  }
}

export class IssuerNotAskedError extends AmbrosiaError {
  constructor(issuer: string) {
    super('Offer.IssuerNotAsked', `the deal does not ask for records of ${issuer}`, {
      details: { issuer },
      hint: 'Nothing was sent. The deal names the issuers whose word counts: ambrosia deal show ID.',
    })
  }
}

export class WrongPermissionError extends AmbrosiaError {
  constructor() {
    super('Offer.WrongPermission', 'the permission to check was given for another offer', {
      hint: 'Nothing was sent. Ask the person again, for this offer.',
    })
  }
}

export class UntrustedVerifierError extends AmbrosiaError {
  constructor() {
    super(
      'Offer.UntrustedVerifier',
      "the deal's certificates are judged by a contract that this network does not know",
      {
        hint: 'Do not sell into this deal.',
      },
    )
  }
}

export class TooFewOraclesError extends AmbrosiaError {
  constructor(admitted: number, quorum: number) {
    super(
      'Offer.TooFewOracles',
      `${admitted} of the deal's oracles are admitted; it needs ${quorum}`,
      {
        hint: 'Nothing was sealed. An operator that nobody admitted must not read a record.',
      },
    )
  }
}
