import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { dealBookAbi } from '@ambrosia/contracts'
import { readDealStatus } from '@ambrosia/contracts/read'
import * as Contexts from '@ambrosia/credentials/Contexts'
import * as Anvil from '@ambrosia/devnet/Anvil'
import { developmentAccount } from '@ambrosia/devnet/accounts'
import * as Criteria from '@ambrosia/exchange/Criteria'
import * as ClaimProfile from '@ambrosia/health/ClaimProfile'
import * as Validation from '@ambrosia/health/Validation'
import { toHex } from '@ambrosia/primitives/Bytes'
import { AmbrosiaError, toPlain } from '@ambrosia/primitives/Errors'
import { fromDecimal } from '@ambrosia/primitives/Units'
import { changeDeal } from '@ambrosia/sdk/consumer/changeDeal'
import { collectRecord } from '@ambrosia/sdk/consumer/collectRecord'
import { type OpenedDeal, openDeal } from '@ambrosia/sdk/consumer/openDeal'
import type { Issued } from '@ambrosia/sdk/IssuerClient'
import { certifyOffer, type Offering, prepareOffer } from '@ambrosia/sdk/provider/offerRecord'
import { settle, toSettlement } from '@ambrosia/sdk/relay/settle'
import { parseEventLogs } from 'viem'
import { type Refused, tryToCheat } from './attacks.ts'
import { criteriaFor, diabetesCriteria, researchAgreement } from './criteria.ts'
import { type Consumer, createConsumer } from './parties.ts'
import { type Patient, patientsOf, syntheticPatient } from './patients.ts'
import { count, createScreen, med, type Screen, seconds, short, size } from './Screen.ts'
import { consentTo, type Sale } from './sale.ts'
import { identifiersOf, type SearchResult, searchForLeaks } from './search.ts'
import { type Ground, setUp } from './setUp.ts'

export type DemoOptions = {
  bundles: string[]
  criteriaFile?: string
  killOracle: boolean
  once: boolean
  json: boolean
  fresh: boolean
  signal: AbortSignal
}

/** The object of `npm start -- --once --json`. */
export type DemoResult = {
  ok: boolean
  seconds: number
  setupSeconds: number
  deal: string
  records: number
  delivered: number
  paid: string
  refunded: string
  leaks: number
  refused: Refused[]
  steps: { name: string; ms: number; gas?: number }[]
  failures: { bundle: string; code: string; message: string }[]
}

type Holder = { patient: Patient; issued: Issued; name: string }
type Sold = { holder: Holder; offering: Offering; sale: Sale }

const DAY_SEC = 86_400
const PRICE = fromDecimal('5')
const PEOPLE = 10

/** Runs one whole sale on a network of its own. @throws what fails first; a hit of the search or an accepted attack fails too */
export async function runDemo(options: DemoOptions): Promise<DemoResult> {
  const screen = createScreen(options.json)
  const patients = options.bundles.length > 0 ? patientsOf(options.bundles) : [syntheticPatient(1)]
  screen.plain('Ambrosia development network: software attestation, well-known keys, no real value')
  const ground = await setUp({ screen, fresh: options.fresh, oracleCount: 3 })
  try {
    const demo = await play(options, ground, patients, screen)
    if (!options.once) await stayUp(screen, options.signal)
    return demo
  } finally {
    await ground.network.stop()
  }
}

async function play(
  options: DemoOptions,
  ground: Ground,
  patients: Patient[],
  screen: Screen,
): Promise<DemoResult> {
  const startedAt = performance.now()
  const steps: DemoResult['steps'] = []
  const timed = async <T>(
    name: string,
    work: () => Promise<T>,
    gasOf?: (result: T) => bigint,
  ): Promise<T> => {
    const at = performance.now()
    const result = await work()
    const ms = Math.round(performance.now() - at)
    steps.push({ name, ms, ...(gasOf ? { gas: Number(gasOf(result)) } : {}) })
    return result
  }
  const took = (): string => seconds(steps.at(-1)?.ms ?? 0)
  for (const patient of patients) screen.line('patient', patient.about)

  const failures: DemoResult['failures'] = []
  const holders = await timed('issue', () => issueAll(ground, patients, failures))
  for (const { issued } of holders) {
    screen.line(
      '1 issue',
      `hospital signs ${issued.claimCount} claims and ${issued.digestCount} digests; Safe Harbor removed ${count(issued.report?.removed ?? 0)} values`,
      took(),
    )
  }
  const consumer = await createConsumer(ground.network, ground.wallet)
  const deal = await timed(
    'deal',
    () => open(options, ground, holders, consumer),
    (opened) => opened.gas,
  )
  screen.line(
    '2 deal',
    `researcher asks ${deal.criteria.title}, ${deal.terms.maximumRecords} people, ${med(PRICE)} MED each, research only`,
    `gas ${count(deal.gas)} tx ${short(deal.transaction)}`,
  )
  if (options.bundles.length > 0) {
    for (const rule of deal.criteria.resources)
      screen.line(
        '',
        `asks ${rule.all ? 'all ' : ''}${rule.type}${rule.codes ? ` with ${rule.codes.map((one) => one.code).join(', ')}` : ''}`,
      )
  }

  const sold: Sold[] = []
  for (const holder of holders) {
    try {
      sold.push(await sellOne({ holder, deal, ground, options, screen, timed, took }))
    } catch (error) {
      if (patients.length === 1 && options.bundles.length === 0) throw error
      const { code, message } = toPlain(error)
      failures.push({ bundle: holder.patient.label, code, message })
      screen.line('', `${holder.patient.label}: ${message} (${code})`)
    }
  }
  const delivered = await timed('deliver', () => deliverAll(sold, deal, consumer, ground))
  for (const record of delivered) {
    screen.line(
      '8 deliver',
      `${record.resourceCount} resources opened; every digest is the one the hospital signed`,
      took(),
    )
  }
  const found = await timed('search', () => search(sold, ground))
  whoSawIt(screen, sold, found)
  if (found.found.length > 0) throw new LeakError(found)

  const refused = await timed('cheat', () => cheat(sold, ground))
  if (refused.length > 0) {
    const list = refused.map(({ attack, code }) => `${attack} (${code})`).join(', ')
    screen.line('cheating', `${list}: refused, nothing paid`)
  }
  const refunded = options.once ? await timed('close', () => close(deal, ground, consumer)) : 0n
  const [first] = delivered
  if (first)
    screen.line(
      'yours',
      `${first.files.map((file) => relative(process.cwd(), file)).join(' + ')}     check it: ./ambrosia verify ${relative(process.cwd(), first.files[0] as string)}`,
    )
  next(screen, options.once)
  return {
    ok: failures.length === 0 && delivered.length === sold.length && sold.length > 0,
    seconds: Math.round(performance.now() - startedAt) / 1000,
    setupSeconds: Math.round(ground.setupMs) / 1000,
    deal: deal.dealId,
    records: sold.length,
    delivered: delivered.length,
    paid: sold
      .reduce((sum, one) => sum + (one.sale.result.settled[0]?.record.net ?? 0n), 0n)
      .toString(),
    refunded: refunded.toString(),
    leaks: found.found.length,
    refused,
    steps,
    failures,
  }
}

async function issueAll(
  ground: Ground,
  patients: Patient[],
  failures: DemoResult['failures'],
): Promise<Holder[]> {
  const holders: Holder[] = []
  for (const [index, patient] of patients.entries()) {
    const name = `${ground.network.file.contracts['dealBook']?.slice(2, 10)}-${Date.now()}-${index}`
    const holderKey = ground.wallet.holderKey(name)
    try {
      holders.push({
        patient,
        name,
        issued: await ground.network.issuer.issue(patient.bundle, holderKey.did, 'safe-harbor'),
      })
    } catch (error) {
      const { code, message } = toPlain(error)
      if (patients.length === 1) throw error
      failures.push({ bundle: patient.label, code, message })
    }
  }
  return holders
}

async function open(
  options: DemoOptions,
  ground: Ground,
  holders: Holder[],
  consumer: Consumer,
): Promise<OpenedDeal> {
  const { network, store } = ground
  const parties = { issuer: network.issuerDid, consumer: consumer.did }
  const nowSec = Math.floor(Date.now() / 1000)
  const retentionEnd = nowSec + 160 * DAY_SEC
  return await openDeal({
    chain: network.chain,
    store,
    account: consumer.account,
    criteria: chooseCriteria(options, holders, parties),
    agreement: researchAgreement(new Date(retentionEnd * 1000).toISOString().slice(0, 10)),
    choices: {
      tiers: [{ minimumScore: 1, price: PRICE }],
      maximumRecords: Math.max(PEOPLE, holders.length),
      // Bundles of one person may all be sold where the deal is made for them.
      perPersonCap: Math.max(1, options.criteriaFile === undefined ? options.bundles.length : 1),
      commissionCapBps: 500,
      certificateLife: 3600,
      deliveryWindow: DAY_SEC,
      retentionEnd: BigInt(retentionEnd),
      oracles: network.operators,
      quorum: 2,
      stores: [network.storeAccount],
      validatorHash: toHex(Validation.validatorHash()),
      expiry: BigInt(nowSec + 30 * DAY_SEC),
    },
    development: true,
    now: Date.now,
  })
}

function chooseCriteria(
  options: DemoOptions,
  holders: Holder[],
  parties: { issuer: string; consumer: string },
): Criteria.Criteria {
  if (options.criteriaFile !== undefined) {
    const criteria = Criteria.parse(readFileSync(options.criteriaFile))
    // A file can't know the identifiers of a network that starts now.
    return { ...criteria, issuers: [parties.issuer], consumer: parties.consumer }
  }
  if (options.bundles.length > 0)
    return criteriaFor(
      holders.map((holder) => holder.issued.record),
      parties,
    )
  return diabetesCriteria(parties)
}

async function sellOne(context: {
  holder: Holder
  deal: OpenedDeal
  ground: Ground
  options: DemoOptions
  screen: Screen
  timed: <T>(name: string, work: () => Promise<T>, gasOf?: (result: T) => bigint) => Promise<T>
  took: () => string
}): Promise<Sold> {
  const { holder, deal, ground, screen, timed, took } = context
  const { network, wallet, store } = ground
  const offering: Offering = {
    chain: network.chain,
    store,
    fetch,
    loader: Contexts.createLoader({
      claimNames: ClaimProfile.claimNames(ClaimProfile.AMBROSIA_CORE_1),
    }),
    deal,
    record: holder.issued.record,
    account: wallet.account(holder.name),
    holderKey: wallet.holderKey(holder.name),
    now: Date.now,
  }
  const sealed = await timed('seal', () => prepareOffer(offering))
  const leaving = sealed.selected.indexes.length
  screen.line(
    '3 select',
    `${leaving} of ${sealed.selected.total} resources leave the patient; ${sealed.selected.total - leaving} never do`,
  )
  screen.line(
    '4 seal',
    `${size(sealed.offer.plaintextSizeBytes)} → ${sealed.offer.contentAddress.slice(0, 10)}…; only these ${sealed.recipients.length} oracles can open it`,
    took(),
  )
  if (context.options.killOracle && network.processes.oracles[2]) {
    await network.processes.oracles[2].kill()
    screen.line('', 'oracle 3 is killed now; the quorum of 2 goes on without it')
  }
  const certificate = await timed('validate', () => certifyOffer(offering, sealed))
  screen.line(
    '5 validate',
    `${certificate.signatures.length} of ${deal.terms.oracles.length} oracles: issuer, status, digests, schema, predicates; quality ${certificate.certificate.score}/100`,
    took(),
  )
  const { consent, sentences } = await timed('consent', () =>
    consentTo({ offering, sealed, certificate }),
  )
  const ether = await network.chain.client.getBalance({ address: offering.account.address })
  screen.line(
    '6 consent',
    `"${deal.criteria.title} until ${deal.agreement.retentionEnd}, no resale, ${med(PRICE)} MED": signed by a patient holding ${ether} ether`,
  )
  const result = await timed(
    'settle',
    () =>
      settle({
        chain: network.chain,
        relayer: developmentAccount('relayer'),
        deal,
        settlements: [toSettlement(deal.terms, certificate, consent)],
      }),
    (settled) => settled.gas,
  )
  const [record] = result.settled
  if (!record) throw new NotSettledError(result.refused[0]?.code ?? 'unknown')
  const shares = record.record.shares.reduce((sum, share) => sum + share.amount, 0n)
  screen.line(
    '7 settle',
    `${med(record.record.net)} MED to the patient, ${med(shares)} to oracles, same transaction as the consent`,
    `gas ${count(result.gas)} tx ${short(result.transaction)}`,
  )
  return { holder, offering, sale: { sealed, certificate, consent, sentences, result } }
}

type Delivered = { resourceCount: number; files: string[] }

async function deliverAll(
  sold: Sold[],
  deal: OpenedDeal,
  consumer: Consumer,
  ground: Ground,
): Promise<Delivered[]> {
  const folder = join(ground.home, 'delivered')
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const delivered: Delivered[] = []
  for (const [index, { offering, sale }] of sold.entries()) {
    const [settled] = sale.result.settled
    if (!settled) continue
    const record = await collectRecord({
      chainId: ground.network.chain.chainId,
      dealBook: ground.network.chain.contracts.dealBook,
      record: settled.record,
      recordId: settled.recordId,
      criteria: deal.criteria,
      account: consumer.account,
      key: consumer.key,
      store: ground.store,
      resolver: ground.network.chain.resolver,
      loader: offering.loader,
      now: Date.now,
      pause,
    })
    const suffix = sold.length === 1 ? '' : `-${index + 1}`
    const files = [join(folder, `bundle${suffix}.json`), join(folder, `proof${suffix}.json`)]
    writeFileSync(files[0] as string, `${record.bundleText}\n`, { mode: 0o600 })
    writeFileSync(files[1] as string, `${JSON.stringify(record.proof, null, 2)}\n`, { mode: 0o600 })
    delivered.push({ resourceCount: record.resourceCount, files })
  }
  return delivered
}

async function search(sold: Sold[], ground: Ground): Promise<SearchResult> {
  const { network } = ground
  return await searchForLeaks({
    home: ground.home,
    client: network.chain.client,
    identifiers: [
      ...new Set(
        sold.flatMap(({ holder }) =>
          identifiersOf(holder.patient.resources, holder.issued.record.resources),
        ),
      ),
    ],
    records: sold.flatMap(({ sale, holder }) =>
      sale.sealed.selected.indexes.map(
        (index) => holder.issued.record.resources[index] as { salt: string; text: string },
      ),
    ),
  })
}

function whoSawIt(screen: Screen, sold: Sold[], found: SearchResult): void {
  const seen = sold.map(({ sale }) => sale.sealed.selected.indexes.length).join(' + ') || '0'
  const hitsIn = (pattern: RegExp): number =>
    found.found.filter(({ place }) => pattern.test(place)).length
  screen.line(
    'who saw it',
    `patient, hospital all · oracles, researcher ${seen} · store ${hitsIn(/store/)} · chain ${hitsIn(/^(transaction|log) /)} · relay ${hitsIn(/^transaction /)}`,
  )
  screen.line(
    '',
    `searched ${size(found.searchedBytes)} of chain, blobs and logs for ${found.identifiers} identifiers and ${found.records} records: ${found.found.length} found`,
  )
}

async function cheat(sold: Sold[], ground: Ground): Promise<Refused[]> {
  const [first] = sold
  if (!first) return []
  return await tryToCheat({
    offering: first.offering,
    sale: first.sale,
    relayer: developmentAccount('relayer'),
    issuer: ground.network.issuer,
    statusIndex: first.holder.issued.statusIndex,
    statusPeriodSec: ground.network.statusPeriodSec,
  })
}

/** Closes the deal. The chain keeps what certificates made before may claim until they have expired; its clock is moved past that. */
async function close(deal: OpenedDeal, ground: Ground, consumer: Consumer): Promise<bigint> {
  const { chain } = ground.network
  const change = async (step: 'close' | 'refund'): Promise<bigint> => {
    const receipt = await changeDeal({ chain, account: consumer.account, deal, change: step })
    const logs = parseEventLogs({ abi: dealBookAbi, logs: receipt.logs, eventName: 'DealRefunded' })
    return logs.reduce((sum, log) => sum + log.args.amount, 0n)
  }
  const atOnce = await change('close')
  if ((await readDealStatus(chain.client, chain.contracts.dealBook, deal.dealId)).available === 0n)
    return atOnce
  await Anvil.advanceTime(chain.client, deal.terms.certificateLife + 1)
  return atOnce + (await change('refund'))
}

function next(screen: Screen, once: boolean): void {
  screen.line('next', 'as a patient     ./ambrosia record --help')
  screen.line('', 'as a researcher  ./ambrosia deal --help')
  screen.line('', `as an operator   ./ambrosia oracle --help${once ? '' : '          Ctrl-C ends'}`)
}

async function stayUp(_screen: Screen, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return
  await new Promise<void>((done) => signal.addEventListener('abort', () => done(), { once: true }))
}

export class LeakError extends AmbrosiaError {
  constructor(found: SearchResult) {
    const places = found.found.map(({ place, kind }) => `${kind} in ${place}`).join('; ')
    super('Demo.Leak', `something private lies where it must not: ${places}`, {
      hint: 'This is a fault of the software: please report it with the places, not with their contents.',
    })
  }
}

export class NotSettledError extends AmbrosiaError {
  constructor(code: string) {
    super('Demo.NotSettled', `the contract refused the settlement: ${code}`)
  }
}
