import { networkPlaces } from '@ambrosia/devnet/leaks/places/network'
import { longSecret, shortSecret } from '@ambrosia/devnet/leaks/secrets'
import { toPlain } from '@ambrosia/primitives/Errors'
import type { OpenedDeal } from '@ambrosia/sdk/consumer/openDeal'
import { amount } from '../../figures.ts'
import { shownPath } from '../../namedFiles.ts'
import type { Line } from '../frame/Stage.ts'
import { type Ground, startGround } from '../frame/startGround.ts'
import { attacksOn, balancesOf } from './attacks.ts'
import { closeDeal, openDemoDeal, PRICE, readCriteria } from './dealSteps.ts'
import { type Delivered, deliverAll } from './deliverAll.ts'
import { dealDetail, issuedDetail } from './details.ts'
import { identifiersOf } from './identifiers.ts'
import { issueAll } from './issueAll.ts'
import { createConsumer } from './parties.ts'
import { patientsOf, syntheticPatient } from './patients.ts'
import { sellOne } from './sellOne.ts'
import type { DemoOptions, Holder, SaleStage, Sold } from './types.ts'

const NOBODY = { issuer: 'did:ambrosia:1:nobody', consumer: 'did:ambrosia:1:nobody' }

/**
 * Plays one whole sale on a network of its own.
 * @throws what fails first; a leak or an accepted attack fails too
 */
export async function play(stage: SaleStage, options: DemoOptions): Promise<boolean> {
  const { result, screen, step } = stage
  const patients = options.bundles.length > 0 ? patientsOf(options.bundles) : [syntheticPatient(1)]
  // A criteria file that can't be used is told before anything starts.
  if (options.criteriaFile !== undefined) readCriteria(options.criteriaFile, NOBODY)
  const { fresh, once, onLayer2 } = options
  const ground = await startGround(stage, { fresh, page: !once, onLayer2 })
  for (const patient of patients) screen.line('patient', patient.about)
  const { failures } = result
  const holders = await step('issue', () => issueAll(ground, patients, failures), issuedLines)
  for (const { bundle, code, message } of failures)
    screen.line('', `${bundle}: ${message} (${code})`)
  const consumer = await createConsumer(ground.network, ground.wallet)
  const isDerived = options.bundles.length > 0
  const deal = await step(
    'deal',
    () => openDemoDeal(options, ground, holders, consumer),
    (opened) => dealLines(opened, isDerived),
  )
  result.deal = deal.dealId

  const sold = await sellAll({ stage, options, ground, deal, holders })
  result.records = sold.length
  result.paid = sold.reduce((sum, { sale }) => sum + netOf(sale), 0n).toString()
  const delivered = await step('deliver', () => deliverAll(sold, deal, consumer, ground), told)
  result.delivered = delivered.length

  keepSecrets(stage, sold, deal)
  await stage.searchForLeaks({
    places: networkPlaces({ home: ground.home, client: ground.network.chain.client }),
    where: 'chain, blobs, databases and logs',
    whoSawIt: whoSawIt(sold),
  })
  const [first] = sold
  if (first)
    await stage.tryAttacks(attacksOn(first, ground), {
      what: 'every balance',
      read: () => balancesOf(first.offering),
    })
  if (options.once) {
    const refunded = await step('close', () => closeDeal(deal, ground, consumer), closed)
    result.refunded = refunded.toString()
  }
  tellNext(stage, delivered, options.once)
  return failures.length === 0 && delivered.length === sold.length && sold.length > 0
}

/**
 * Sells the record of each holder; with Bundles of one's own, one that is refused does not hold up
 * the others.
 */
async function sellAll(context: {
  stage: SaleStage
  options: DemoOptions
  ground: Ground
  deal: OpenedDeal
  holders: readonly Holder[]
}): Promise<Sold[]> {
  const { stage, options, holders } = context
  const sold: Sold[] = []
  for (const holder of holders) {
    try {
      sold.push(await sellOne({ ...context, holder }))
    } catch (error) {
      if (options.bundles.length === 0) throw error
      const { code, message } = toPlain(error)
      stage.result.failures.push({ bundle: holder.patient.label, code, message })
      stage.screen.line('', `${holder.patient.label}: ${message} (${code})`)
    }
  }
  return sold
}

function issuedLines(holders: readonly Holder[]): Line[] {
  return holders.map(({ issued, patient }) => ({
    label: 'issue',
    text: `hospital signs ${issued.claimCount} claims and ${issued.digestCount} digests; Safe Harbor removed ${(issued.report?.removed ?? 0).toLocaleString('en')} values`,
    detail: issuedDetail(issued, patient.made),
  }))
}

function dealLines(deal: OpenedDeal, isDerived: boolean): Line[] {
  const { criteria, terms, gas, transaction } = deal
  const asked = `researcher asks ${criteria.title}, ${terms.maximumRecords} people, ${amount(PRICE)} each, research only`
  const rules = criteria.resources.map((rule) => {
    const codes = rule.codes ? ` with ${rule.codes.map((one) => one.code).join(', ')}` : ''
    return { label: '', text: `asks ${rule.all ? 'all ' : ''}${rule.type}${codes}`, figures: '' }
  })
  const line = {
    label: 'deal',
    text: asked,
    transaction: { hash: transaction, gas },
    detail: dealDetail(deal),
  }
  return [line, ...(isDerived ? rules : [])]
}

function told(delivered: readonly Delivered[]): Line[] {
  return delivered.map(({ resourceCount }) => ({
    label: 'deliver',
    text: `${resourceCount} resources opened; every digest is the one the hospital signed`,
  }))
}

function closed(refunded: bigint): Line {
  return { text: `${amount(refunded)} back to the researcher, to the last unit` }
}

function netOf(sale: Sold['sale']): bigint {
  return sale.result.settled[0]?.record.net ?? 0n
}

/**
 * What nobody but patient, hospital, oracles and researcher may know: what Safe Harbor removed, and
 * every record that was sold.
 */
function keepSecrets(stage: SaleStage, sold: readonly Sold[], deal: OpenedDeal): void {
  const publicTexts = [JSON.stringify(deal.criteria), JSON.stringify(deal.agreement)]
  const identifiers = new Set(
    sold.flatMap(({ holder }) =>
      identifiersOf(holder.patient.resources, holder.issued.record.resources),
    ),
  )
  stage.keepSecret(...[...identifiers].map((text) => shortSecret('identifier', text)))
  for (const { holder, sale } of sold) {
    for (const index of sale.sealed.selected.indexes) {
      const text = holder.issued.record.resources[index]?.text ?? ''
      stage.keepSecret(longSecret('record', text, publicTexts))
    }
  }
}

function whoSawIt(sold: readonly Sold[]): string {
  const seen = sold.map(({ sale }) => sale.sealed.selected.indexes.length).join(' + ') || '0'
  return `patient, hospital all · oracles, researcher ${seen} · store 0 · chain 0 · relay 0`
}

function tellNext({ screen }: SaleStage, delivered: readonly Delivered[], once: boolean): void {
  const [first] = delivered
  if (first) {
    const files = first.files.map(shownPath)
    screen.line('yours', `${files.join(' + ')}     check it: ./ambrosia verify ${files[0]}`)
  }
  screen.line('next', 'as a patient     ./ambrosia record --help')
  screen.line('', 'as a researcher  ./ambrosia deal --help')
  screen.line('', `as an operator   ./ambrosia oracle --help${once ? '' : '          Ctrl-C ends'}`)
}
