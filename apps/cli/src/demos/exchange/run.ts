import { relative } from 'node:path'
import { developmentAccount } from '@ambrosia/devnet/accounts'
import { AmbrosiaError, toPlain } from '@ambrosia/primitives/Errors'
import type { OpenedDeal } from '@ambrosia/sdk/consumer/openDeal'
import { type Refused, tryToCheat } from './attacks.ts'
import { closeDeal, openDemoDeal, PRICE, readCriteria } from './dealSteps.ts'
import { type Delivered, deliverAll } from './deliverAll.ts'
import { issueAll } from './issueAll.ts'
import { createConsumer } from './parties.ts'
import { type Patient, patientsOf, syntheticPatient } from './patients.ts'
import { count, createScreen, med, type Screen, seconds, short, size } from './Screen.ts'
import { identifiersOf, type SearchResult, searchForLeaks } from './search.ts'
import { sellOne } from './sellOne.ts'
import { type Ground, setUp } from './setUp.ts'
import type { DemoOptions, DemoResult, Holder, Sold, Timed } from './types.ts'

const NOBODY = { issuer: 'did:ambrosia:1:nobody', consumer: 'did:ambrosia:1:nobody' }

/** Runs one whole sale on a network of its own. @throws what fails first; a hit of the search or an accepted attack fails too */
export async function runDemo(options: DemoOptions): Promise<DemoResult> {
  const screen = createScreen(options.json)
  const patients = options.bundles.length > 0 ? patientsOf(options.bundles) : [syntheticPatient(1)]
  // A criteria file that can't be used is told before anything starts.
  if (options.criteriaFile !== undefined) readCriteria(options.criteriaFile, NOBODY)
  screen.plain('Ambrosia development network: software attestation, well-known keys, no real value')
  const { fresh, signal } = options
  const ground = await setUp({ screen, fresh, signal, oracleCount: 3 })
  try {
    const demo = await orInterrupted(play(options, ground, patients, screen), options.signal)
    if (!options.once) await stayUp(options.signal)
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
  const { steps, timed, took } = createTimer()
  for (const patient of patients) screen.line('patient', patient.about)
  const failures: DemoResult['failures'] = []
  const holders = await timed('issue', () => issueAll(ground, patients, failures))
  tellIssued(screen, holders, failures, took())
  const consumer = await createConsumer(ground.network, ground.wallet)
  const open = () => openDemoDeal(options, ground, holders, consumer)
  const deal = await timed('deal', open, (opened) => opened.gas)
  tellDeal(screen, deal, options.bundles.length > 0)

  const sold: Sold[] = []
  for (const holder of holders) {
    try {
      sold.push(await sellOne({ holder, deal, ground, options, screen, timed, took }))
    } catch (error) {
      if (options.bundles.length === 0) throw error
      const { code, message } = toPlain(error)
      failures.push({ bundle: holder.patient.label, code, message })
      screen.line('', `${holder.patient.label}: ${message} (${code})`)
    }
  }
  const delivered = await timed('deliver', () => deliverAll(sold, deal, consumer, ground))
  for (const { resourceCount } of delivered) {
    const told = `${resourceCount} resources opened; every digest is the one the hospital signed`
    screen.line('8 deliver', told, took())
  }
  const found = await timed('search', () => search(sold, ground))
  whoSawIt(screen, sold, found)
  if (found.found.length > 0) throw new LeakError(found)
  const refused = await timed('cheat', () => cheat(sold, ground))
  tellRefused(screen, refused)
  const refunded = options.once ? await timed('close', () => closeDeal(deal, ground, consumer)) : 0n
  if (options.once)
    screen.line('close', `${med(refunded)} MED back to the researcher, to the last unit`, took())
  tellNext(screen, delivered, options.once)
  const paid = sold.reduce((sum, { sale }) => sum + (sale.result.settled[0]?.record.net ?? 0n), 0n)
  return {
    ok: failures.length === 0 && delivered.length === sold.length && sold.length > 0,
    seconds: Math.round(performance.now() - startedAt) / 1000,
    setupSeconds: Math.round(ground.setupMs) / 1000,
    deal: deal.dealId,
    records: sold.length,
    delivered: delivered.length,
    paid: paid.toString(),
    refunded: refunded.toString(),
    leaks: found.found.length,
    refused,
    steps,
    failures,
  }
}

/** Times each step; the last one's time is shown on its line. */
function createTimer(): { steps: DemoResult['steps']; timed: Timed; took: () => string } {
  const steps: DemoResult['steps'] = []
  const timed: Timed = async (name, work, gasOf) => {
    const at = performance.now()
    const result = await work()
    const ms = Math.round(performance.now() - at)
    steps.push({ name, ms, ...(gasOf ? { gas: Number(gasOf(result)) } : {}) })
    return result
  }
  return { steps, timed, took: () => seconds(steps.at(-1)?.ms ?? 0) }
}

function tellIssued(
  screen: Screen,
  holders: Holder[],
  failures: DemoResult['failures'],
  took: string,
): void {
  for (const { issued } of holders) {
    const signed = `hospital signs ${issued.claimCount} claims and ${issued.digestCount} digests`
    screen.line(
      '1 issue',
      `${signed}; Safe Harbor removed ${count(issued.report?.removed ?? 0)} values`,
      took,
    )
  }
  for (const { bundle, code, message } of failures)
    screen.line('', `${bundle}: ${message} (${code})`)
}

function tellDeal(screen: Screen, deal: OpenedDeal, isDerived: boolean): void {
  const { criteria, terms } = deal
  const asked = `researcher asks ${criteria.title}, ${terms.maximumRecords} people, ${med(PRICE)} MED each, research only`
  screen.line('2 deal', asked, `gas ${count(deal.gas)} tx ${short(deal.transaction)}`)
  if (!isDerived) return
  for (const rule of criteria.resources) {
    const codes = rule.codes ? ` with ${rule.codes.map((one) => one.code).join(', ')}` : ''
    screen.line('', `asks ${rule.all ? 'all ' : ''}${rule.type}${codes}`)
  }
}

function tellRefused(screen: Screen, refused: Refused[]): void {
  if (refused.length === 0) return
  const list = refused.map(({ attack, code }) => `${attack} (${code})`).join(', ')
  screen.line('cheating', `${list}: refused, nothing paid`)
}

function tellNext(screen: Screen, delivered: Delivered[], once: boolean): void {
  const [first] = delivered
  if (first) {
    const files = first.files.map((file) => relative(process.cwd(), file))
    screen.line('yours', `${files.join(' + ')}     check it: ./ambrosia verify ${files[0]}`)
  }
  screen.line('next', 'as a patient     ./ambrosia record --help')
  screen.line('', 'as a researcher  ./ambrosia deal --help')
  screen.line('', `as an operator   ./ambrosia oracle --help${once ? '' : '          Ctrl-C ends'}`)
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

async function stayUp(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return
  await new Promise<void>((done) => signal.addEventListener('abort', () => done(), { once: true }))
}

/** The work's result, or Interrupted as soon as the signal comes. */
async function orInterrupted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const interrupted = new Promise<never>((_, fail) => {
    if (signal.aborted) fail(new InterruptedError())
    signal.addEventListener('abort', () => fail(new InterruptedError()), { once: true })
  })
  interrupted.catch(() => {})
  return await Promise.race([work, interrupted])
}

export class LeakError extends AmbrosiaError {
  constructor(found: SearchResult) {
    const places = found.found.map(({ place, kind }) => `${kind} in ${place}`).join('; ')
    super('Demo.Leak', `something private lies where it must not: ${places}`, {
      hint: 'This is a fault of the software: please report it with the places, not with their contents.',
    })
  }
}

export class InterruptedError extends AmbrosiaError {
  constructor() {
    super('Interrupted', 'ended before the sale was over')
  }
}
