import { createIssuerClient } from '@ambrosia/api/issuer/IssuerClient'
import * as IssuedRecord from '@ambrosia/exchange/IssuedRecord'
import * as Bundle from '@ambrosia/health/Bundle'
import * as Generator from '@ambrosia/health/Generator'
import type { Resource } from '@ambrosia/health/Resource'
import { fromUtf8, random, toHex } from '@ambrosia/primitives/Bytes'
import * as CanonicalJson from '@ambrosia/primitives/CanonicalJson'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import { namesOf, type RecordChart, toChart } from './chart.ts'
import { network } from './network.ts'
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

/** A FHIR Bundle as a record: read, signed by the hospital, kept in the wallet. */
export async function addRecord({ bundle, label }: { bundle: Uint8Array; label: string }) {
  // Read here first: what is not a Bundle of one patient is refused before anything is sent.
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
  recent = kept
  // The hospital's own log: no name and nothing of the record.
  const { statusIndex, addedAt: at, claimCount: claims, digestCount: digests, removed } = kept
  await wallet.put(`issued.${statusIndex}`, { statusIndex, at, claims, digests, removed })
  return summaryOf(kept)
}

/**
 * As {@link addRecord}, from the hospital's FHIR server: `Patient/ID/$everything`, page after page.
 */
export async function addFromServer({ url }: { url: string }) {
  const { fetch } = await network()
  const path = `/${url.replace(/^\/+/, '').replace(/^fhir\//, '')}`
  const resources: Resource[] = []
  let next: string | undefined = `/fhir${path}`
  for (let pages = 0; next !== undefined && pages < PAGE_LIMIT; pages++) {
    const answer: Response = await fetch(next)
    if (!answer.ok) throw new NoFhirServerError(answer.status)
    const text = await answer.text()
    resources.push(...Bundle.readResources(text))
    const { link = [] } = JSON.parse(text) as { link?: { relation?: string; url?: string }[] }
    const following = link.find(({ relation }) => relation === 'next')?.url
    next = following && `/fhir${path}${new URL(following, self.location.href).search}`
  }
  return await addRecord({ bundle: Bundle.write(Bundle.merge(resources)), label: path.slice(1) })
}

const PAGE_LIMIT = 200

/** A synthetic patient's Bundle, made here. */
export async function sampleBundle({ seed, asOf }: { seed: number; asOf?: string }) {
  const { bundle, summary } = Generator.patient({
    seed,
    asOf: asOf === undefined ? new Date() : new Date(asOf),
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
  if (recent?.id === id) recent = undefined
  await wallet.drop(id)
}

/** The record as a person reads one. */
export async function readChart({ id }: { id: string }): Promise<RecordChart> {
  const { record, names } = await keptRecord(id)
  const resources = record.resources.map((one, index) => IssuedRecord.toResource(one, index))
  return toChart(resources, names)
}

export async function keptRecord(id: string): Promise<KeptRecord> {
  if (recent?.id === id) return recent
  const kept = await wallet.get<KeptRecord>(id)
  if (!kept) throw new UnknownError('record')
  recent = kept
  return kept
}

/** The record in use, open: to decrypt and parse one of 5 MB again takes a second. */
let recent: KeptRecord | undefined
wallet.onLock(() => {
  recent = undefined
})

function summaryOf({ record, names: _, ...kept }: KeptRecord): RecordSummary {
  return {
    ...kept,
    resourceCount: record.resources.length,
    form: record.form,
    issuer: String(record.credential['issuer']),
  }
}

export class NoFhirServerError extends AmbrosiaError {
  constructor(status: number) {
    super('Page.NoFhirServer', `the FHIR server gave no record (${status})`, {
      hint: 'Set AMBROSIA_FHIR to its address before the network starts, and give Patient/ID/$everything.',
    })
  }
}

export class NoHospitalError extends AmbrosiaError {
  constructor() {
    super('Page.NoHospital', 'this network has no hospital that this page may act for', {
      hint: 'Ask your hospital for a signed record.',
    })
  }
}

export class UnknownError extends AmbrosiaError {
  constructor(what: string) {
    super('Page.Unknown', `this wallet has no such ${what}`)
  }
}
