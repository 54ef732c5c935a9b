import { consentSentences } from '@ambrosia/exchange/consentSentences'
import { minimumNet } from '@ambrosia/exchange/Deal'
import { toSettlement } from '@ambrosia/exchange/Settlement'
import type { Hex } from '@ambrosia/primitives/Bytes'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import { loadDeal } from '@ambrosia/sdk/loadDeal'
import type { Progress } from '@ambrosia/sdk/Progress'
import { giveConsent } from '@ambrosia/sdk/provider/giveConsent'
import {
  certifyOffer,
  type Offering,
  prepareOffer,
  type SealedForDeal,
} from '@ambrosia/sdk/provider/offerRecord'
import { describeOffer, type OfferWords, permitCheck } from '@ambrosia/sdk/provider/permitCheck'
import { settle } from '@ambrosia/sdk/relay/settle'
import { developmentAccount, network } from './network.ts'
import { keptRecord } from './records.ts'
import { keptSale, NotSettledError, providerName, type Sale } from './sales.ts'
import * as wallet from './wallet.ts'

/** What a deal would take of a record, before anything leaves. */
export type Preview = {
  leaving: { type: string; text: string }[]
  staying: { type: string; count: number }[]
  total: number
  labels: string[]
  net: bigint
  /** What is signed before anything leaves, and what would be asked after the check. */
  permission: string[]
  consent: string[]
  terms: { title: string; text: string; required: boolean }[]
  oracleCount: number
  quorum: number
}

/**
 * Selects and seals for a deal, and says all that a person is asked. Nothing leaves the machine.
 */
export async function preview(
  { id, dealId }: { id: string; dealId: Hex },
  onProgress: (progress: Progress) => void,
): Promise<Preview> {
  const preparedAt = Date.now()
  // The words name a time, so what is signed later is made at the same one.
  const offering = { ...(await offeringOf(id, dealId)), now: () => preparedAt, onProgress }
  const sealed = await prepareOffer(offering)
  prepared.set(saleIdOf(id, dealId), { offering, sealed })
  const { deal, record } = offering
  const { selected } = sealed
  // The platform's own parser: only the type is wanted, and thousands wait for it.
  const types = record.resources.map(({ text }) => String(JSON.parse(text).resourceType))
  const chosen = new Set(selected.indexes)
  const staying = new Map<string, number>()
  types.forEach((type, index) => {
    if (!chosen.has(index)) staying.set(type, (staying.get(type) ?? 0) + 1)
  })
  const words = describeOffer(offering, sealed)
  return {
    leaving: selected.indexes.map((index) => {
      return { type: types[index] as string, text: record.resources[index]?.text ?? '' }
    }),
    staying: [...staying].map(([type, count]) => ({ type, count })),
    total: selected.total,
    labels: selected.labels,
    net: minimumNet(deal.terms, deal.terms.tiers.at(-1)?.minimumScore ?? 100),
    permission: words.permission,
    consent: words.consent,
    terms: deal.agreement.terms.map(({ title, text, required }) => ({ title, text, required })),
    oracleCount: sealed.recipients.length,
    quorum: deal.terms.quorum,
  }
}

/** What was selected and sealed and waits for the person's permission. */
const prepared = new Map<string, { offering: Offering; sealed: SealedForDeal }>()

/** Signs the permission to check that was shown, and has the oracles check the sealed record. */
export async function offer(
  { id, dealId, words }: { id: string; dealId: Hex; words: string[] },
  onProgress: (progress: Progress) => void,
): Promise<Sale> {
  const saleId = saleIdOf(id, dealId)
  const ready = prepared.get(saleId)
  if (!ready) throw new ShowAgainError()
  const { sealed } = ready
  const confirm = async ({ permission }: OfferWords): Promise<void> => {
    if (permission.join('\n') !== words.join('\n')) throw new ShowAgainError()
  }
  const permission = await permitCheck({ offering: ready.offering, sealed, confirm })
  const offering = { ...ready.offering, now: () => Date.now(), onProgress }
  const { deal } = offering
  onProgress({ step: 'upload', done: 0, total: sealed.offer.sealed.length, unit: 'bytes' })
  const certificate = await certifyOffer(offering, sealed, permission)
  prepared.delete(saleId)
  const { score } = certificate.certificate
  const net = minimumNet(deal.terms, score)
  const sale: Sale = {
    id: saleId,
    recordId: id,
    dealId,
    title: deal.criteria.title,
    consumerName: deal.agreement.consumerName,
    startedAt: Date.now(),
    step: 'certified',
    provider: offering.account.address,
    score,
    net,
    permission: permission.words.sentences,
    sentences: consentSentences({
      deal,
      net,
      selected: sealed.selected,
      issuer: String(offering.record.credential['issuer']),
      provider: offering.account.address,
      signedAt: new Date(),
    }),
    leaving: sealed.selected.indexes.length,
    total: sealed.selected.total,
    contentAddress: sealed.offer.contentAddress,
    sealedSizeBytes: sealed.offer.sealed.length,
    sealedHead: sealed.offer.sealed.slice(0, 2048),
    oracles: {
      signed: certificate.signatures.map(({ oracle }) => oracle),
      missing: certificate.missing,
    },
    certificate,
    selected: { explanation: sealed.selected.explanation, labels: sealed.selected.labels },
  }
  await wallet.put(sale.id, sale)
  return sale
}

/** Signs the consent to a certified sale and has it settled. @throws Sale.NotSettled */
export async function consent({ saleId }: { saleId: string }): Promise<Sale> {
  const sale = await keptSale(saleId)
  const offering = await offeringOf(sale.recordId, sale.dealId)
  const sealed = { selected: sale.selected } as SealedForDeal
  const given = await giveConsent({ offering, sealed, certificate: sale.certificate })
  const result = await settle({
    chain: offering.chain,
    relayer: await developmentAccount('relayer'),
    deal: offering.deal,
    settlements: [toSettlement(offering.deal.terms, sale.certificate, given.consent)],
    reach: { fetch: offering.fetch, now: offering.now },
  })
  const [settled] = result.settled
  if (!settled) throw new NotSettledError(result.refused[0]?.code ?? 'unknown')
  const done: Sale = {
    ...sale,
    step: 'settled',
    sentences: given.sentences,
    net: settled.record.net,
    consentSignature: given.consent.signature,
    answersHash: given.consent.consent.answersHash,
    ...(result.transaction === undefined ? {} : { transaction: result.transaction }),
    gas: result.gas,
    settled: settled.record,
    settledId: settled.recordId,
  }
  await wallet.put(sale.id, done)
  return done
}

/** The offering of a record into a deal, by a fresh account for this deal. */
export async function offeringOf(id: string, dealId: Hex): Promise<Offering> {
  const { record } = await keptRecord(id)
  const here = await network()
  const { chain, store, loader, now } = here
  return {
    chain,
    store,
    loader,
    now,
    fetch: here.fetch as never,
    deal: await loadDeal(here, dealId),
    record,
    account: wallet.account(providerName(id, dealId)),
    holderKey: wallet.holderKey(id),
  }
}

function saleIdOf(id: string, dealId: Hex): string {
  return `sale.${id.slice('record.'.length)}.${dealId.slice(2, 18)}`
}

export class ShowAgainError extends AmbrosiaError {
  constructor() {
    super('Page.ShowAgain', 'the words that were shown are no longer those that would be signed', {
      hint: 'Nothing was sent. Look at the deal again and read the words as they are now.',
    })
  }
}
