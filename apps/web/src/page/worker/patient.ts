import { createIssuerClient } from '@ambrosia/api/issuer/IssuerClient'
import { consentSentences } from '@ambrosia/exchange/consentSentences'
import { minimumNet } from '@ambrosia/exchange/Deal'
import * as IssuedRecord from '@ambrosia/exchange/IssuedRecord'
import type { QuorumCertificate } from '@ambrosia/exchange/QuorumCertificate'
import { revocationPrice, type SettledRecord } from '@ambrosia/exchange/SettledRecord'
import { toSettlement } from '@ambrosia/exchange/Settlement'
import * as Bundle from '@ambrosia/health/Bundle'
import * as Generator from '@ambrosia/health/Generator'
import { fromUtf8, type Hex, random, toHex } from '@ambrosia/primitives/Bytes'
import * as CanonicalJson from '@ambrosia/primitives/CanonicalJson'
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
import { revokeConsent, sweep as sweepProceeds } from '@ambrosia/sdk/provider/revokeConsent'
import { readRecords } from '@ambrosia/sdk/readRecords'
import { settle } from '@ambrosia/sdk/relay/settle'
import { namesOf, type RecordChart, toChart } from './chart.ts'
import { developmentAccount, network } from './network.ts'
import * as wallet from './wallet.ts'

/** A record in the wallet. */
export type KeptRecord = {
  id: string
  label: string
  addedAt: number
  record: IssuedRecord.IssuedRecord
  statusIndex: number
  claimCount: number
  digestCount: number
  removed: number
  /** Names of codes as the person's own Bundle had them; they stay here. */
  names: Record<string, string>
}

export type RecordSummary = Omit<KeptRecord, 'record' | 'names'> & {
  resourceCount: number
  form: string
  issuer: string
}

/** A sale on its way, or made. Everything is kept, so that a reload in the middle loses nothing. */
export type Sale = {
  id: string
  recordId: string
  dealId: Hex
  title: string
  consumerName: string
  startedAt: number
  step: 'certified' | 'settled'
  provider: Hex
  score: number
  net: bigint
  /** The words of the permission to check, and of the consent. */
  permission: readonly string[]
  sentences: string[]
  leaving: number
  total: number
  contentAddress: string
  sealedSizeBytes: number
  sealedHead: Uint8Array
  oracles: { signed: Hex[]; missing: { oracle: Hex; code: string }[] }
  certificate: QuorumCertificate
  selected: { explanation: string; labels: readonly string[] }
  consentSignature?: Hex
  answersHash?: Hex
  transaction?: Hex
  gas?: bigint
  settled?: SettledRecord
  settledId?: Hex
}

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

/** A FHIR Bundle as a record: read, signed by the hospital, kept in the wallet. */
export async function addRecord({ bundle, label }: { bundle: Uint8Array; label: string }) {
  // Read here first: what is no Bundle of one patient is refused before anything is sent.
  const { resources } = Bundle.read(bundle)
  const { description, fetch, now } = await network()
  const { development } = description
  if (development === undefined) throw new NoHospitalError()
  const issuer = createIssuerClient({
    url: description.services.issuer,
    operatorToken: development.operatorToken,
    fetch: fetch as never,
    now,
  })
  const id = `record.${Date.now()}.${toHex(random(4)).slice(2)}`
  const issued = await issuer.issue(bundle, wallet.holderKey(id).did, 'safe-harbor')
  const kept: KeptRecord = {
    id,
    label: label.slice(0, 80),
    addedAt: Date.now(),
    record: IssuedRecord.parse(issued.record),
    statusIndex: issued.statusIndex,
    claimCount: issued.claimCount,
    digestCount: issued.digestCount,
    removed: issued.report?.removed ?? 0,
    names: namesOf(resources),
  }
  await wallet.put(id, kept)
  return summaryOf(kept)
}

/** A synthetic patient's Bundle, made here. */
export async function sampleBundle({ seed }: { seed: number }) {
  const { bundle, summary } = Generator.patient({
    seed,
    asOf: new Date(),
    condition: 'diabetes',
    ageYears: 57,
    resources: 231,
  })
  return { bundle: fromUtf8(CanonicalJson.stringify(bundle)), ageYears: summary.ageYears }
}

export async function listRecords(): Promise<RecordSummary[]> {
  const kept = await wallet.list<KeptRecord>('record.')
  return kept.map(summaryOf)
}

export async function removeRecord({ id }: { id: string }): Promise<void> {
  await wallet.drop(id)
}

/** The record as a person reads one. */
export async function readChart({ id }: { id: string }): Promise<RecordChart> {
  const { record, names } = await keptRecord(id)
  const resources = record.resources.map((one, index) => IssuedRecord.toResource(one, index))
  return toChart(resources, names)
}

/** Selects and seals for a deal, and says all that a person is asked. Nothing leaves the machine. */
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
  const all = record.resources.map((one, index) => IssuedRecord.toResource(one, index))
  const chosen = new Set(selected.indexes)
  const staying = new Map<string, number>()
  all.forEach(({ type }, index) => {
    if (!chosen.has(index)) staying.set(type, (staying.get(type) ?? 0) + 1)
  })
  const words = describeOffer(offering, sealed)
  return {
    leaving: selected.indexes.map((index) => {
      const { type } = all[index] as { type: string }
      return { type, text: record.resources[index]?.text ?? '' }
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
    transaction: result.transaction,
    gas: result.gas,
    settled: settled.record,
    settledId: settled.recordId,
  }
  await wallet.put(sale.id, done)
  return done
}

/** Every sale with what the chain says of it now. */
export async function listSales() {
  const sales = await wallet.list<Sale>('sale.')
  const { chain } = await network()
  return await Promise.all(
    sales.map(async (sale) => {
      if (sale.settledId === undefined) return { sale, status: 'certified' as const }
      const [found] = await readRecords(chain, { recordId: sale.settledId })
      const refund = sale.settled
        ? revocationPrice(sale.settled, BigInt(Math.floor(Date.now() / 1000)))
        : 0n
      return { sale, status: found?.status ?? ('unknown' as const), refund }
    }),
  )
}

export async function revoke({ saleId }: { saleId: string }): Promise<{ transaction: Hex }> {
  const sale = await keptSale(saleId)
  const { chain, now } = await network()
  if (!sale.settled || !sale.settledId) throw new NotSettledError('nothing to revoke')
  const provider = wallet.account(providerName(sale.recordId, sale.dealId))
  const receipt = await revokeConsent({
    chain,
    provider,
    payout: provider,
    relayer: await developmentAccount('relayer'),
    record: sale.settled,
    recordId: sale.settledId,
    now,
  })
  return { transaction: receipt.transactionHash }
}

/** Moves what a sale brought to the wallet's own account. */
export async function sweep({ saleId }: { saleId: string }) {
  const sale = await keptSale(saleId)
  const { chain, now } = await network()
  const { amount, receipt } = await sweepProceeds({
    chain,
    payout: wallet.account(providerName(sale.recordId, sale.dealId)),
    relayer: await developmentAccount('relayer'),
    to: wallet.account('savings').address,
    now,
  })
  return { amount, transaction: receipt.transactionHash }
}

/** The offering of a record into a deal, by a fresh account for this deal. */
async function offeringOf(id: string, dealId: Hex): Promise<Offering> {
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

async function keptSale(id: string): Promise<Sale> {
  const sale = await wallet.get<Sale>(id)
  if (!sale) throw new UnknownError('sale')
  return sale
}

async function keptRecord(id: string): Promise<KeptRecord> {
  const kept = await wallet.get<KeptRecord>(id)
  if (!kept) throw new UnknownError('record')
  return kept
}

function saleIdOf(id: string, dealId: Hex): string {
  return `sale.${id.slice('record.'.length)}.${dealId.slice(2, 18)}`
}

function providerName(id: string, dealId: Hex): string {
  return `${id}.${dealId}`
}

function summaryOf({ record, names: _, ...kept }: KeptRecord): RecordSummary {
  return {
    ...kept,
    resourceCount: record.resources.length,
    form: record.form,
    issuer: String(record.credential['issuer']),
  }
}

export class NoHospitalError extends AmbrosiaError {
  constructor() {
    super('Page.NoHospital', 'this network has no hospital that this page may act for', {
      hint: 'Ask your hospital for a signed record.',
    })
  }
}

export class ShowAgainError extends AmbrosiaError {
  constructor() {
    super('Page.ShowAgain', 'the words that were shown are no longer those that would be signed', {
      hint: 'Nothing was sent. Look at the deal again and read the words as they are now.',
    })
  }
}

export class NotSettledError extends AmbrosiaError {
  constructor(code: string) {
    super('Page.NotSettled', `the contract refused the sale: ${code}`, {
      hint: 'Nothing was paid and no consent stands. Offer the record again.',
    })
  }
}

export class UnknownError extends AmbrosiaError {
  constructor(what: string) {
    super('Page.Unknown', `this wallet has no such ${what}`)
  }
}
