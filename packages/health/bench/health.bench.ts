/**
 * Reading, checking, selecting, de-identifying and scoring generated Bundles of 5 kB to 5 MB in
 * processor time, each against JSON.parse of the same bytes in the same run; and memory while a
 * large NDJSON export streams through. Run: npm run bench -- health [--size 500MB]
 */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { toHex } from '@ambrosia/primitives/Bytes'
import { sha256 } from '@ambrosia/primitives/Hash'
import * as Bundle from '../src/Bundle.ts'
import * as ClaimProfile from '../src/ClaimProfile.ts'
import * as Claims from '../src/Claims.ts'
import * as Generator from '../src/Generator.ts'
import * as Predicate from '../src/Predicate.ts'
import * as Quality from '../src/Quality.ts'
import { canonicalBytes, type Resource } from '../src/Resource.ts'
import * as SafeHarbor from '../src/SafeHarbor.ts'
import { select } from '../src/Selection.ts'
import * as Validation from '../src/Validation.ts'

export const name = 'health'

export type Figure = { name: string; value: number; unit: string; against: string; ratio: number }

const asOf = new Date('2026-05-01T00:00:00Z')
const SIZES = { '5kB': 5e3, '50kB': 5e4, '500kB': 5e5, '5MB': 5e6 }
const PREDICATE =
  "Bundle.entry.resource.ofType(Observation).where(code.coding.exists(system = 'http://loinc.org' and code = '4548-4')).value.ofType(Quantity).value.max() >= 6.5"

export async function run(
  options: { sizeBytes?: number | undefined } = {},
): Promise<{ figures: Figure[] }> {
  const figures: Figure[] = []
  for (const [label, sizeBytes] of Object.entries(SIZES)) {
    figures.push(...measureSize(label, sampleOf(sizeBytes)))
  }
  figures.push(...measureStream(options.sizeBytes ?? 5e8))
  return { figures }
}

/**
 * A generated Bundle of about that size: the Patient and as many resources as fit, and what they
 * refer to.
 */
function sampleOf(sizeBytes: number): Uint8Array {
  const count = Math.min(5000, Math.max(50, Math.ceil(sizeBytes / 600)))
  const { resources } = Generator.patient({
    seed: 1,
    asOf,
    condition: 'diabetes',
    resources: count,
  })
  let size = 0
  const kept: Resource[] = []
  const ordered = [...resources].sort(
    (a, b) => Number(b.type === 'Patient') - Number(a.type === 'Patient'),
  )
  for (const resource of ordered) {
    size += canonicalBytes(resource).length + 80
    if (size > sizeBytes && kept.length > 1) break
    kept.push(resource)
  }
  return Bundle.write(kept)
}

function measureSize(label: string, bytes: Uint8Array): Figure[] {
  const { resources } = Bundle.read(bytes)
  const text = new TextDecoder().decode(bytes)
  const rules = [{ type: 'Observation' }]
  const predicate = Predicate.compile(PREDICATE)
  const bundle = Predicate.bundleOf(resources)
  const rekey = (type: string, id: string): string =>
    toHex(sha256(new TextEncoder().encode(`${type} ${id}`))).slice(2, 34)
  const clean = SafeHarbor.deidentify(resources, { rekey, asOf }).resources
  const steps: [string, () => unknown][] = [
    ['parse', () => Bundle.read(bytes)],
    ['canonical', () => resources.map(canonicalBytes)],
    ['check', () => Validation.check(resources)],
    ['select', () => select(resources, rules)],
    ['predicate', () => Predicate.evaluate(predicate, bundle, { asOf })],
    ['claims', () => Claims.derive(resources, ClaimProfile.AMBROSIA_CORE_2, { asOf })],
    ['deidentify', () => SafeHarbor.deidentify(resources, { rekey, asOf })],
    ['checkDeidentified', () => SafeHarbor.check(clean, { asOf })],
    ['score', () => Quality.score(resources, { asOf, findings: [], rules })],
  ]
  const baseMs = processorMs(() => JSON.parse(text))
  const rate = (ms: number): number => bytes.length / 1e3 / ms
  return steps.map(([step, work]) => {
    const ms = processorMs(work)
    return {
      name: `health.${step}.${label}`,
      value: rate(ms),
      unit: 'MB/s',
      against: `JSON.parse ${rate(baseMs).toFixed(0)} MB/s`,
      ratio: baseMs / ms,
    }
  })
}

/**
 * Processor time of one run: of five batches of about 100 ms the fastest. Time on the wall would
 * measure what else the machine does.
 */
function processorMs(work: () => unknown): number {
  const batch = (count: number): number => {
    const start = process.cpuUsage()
    for (let i = 0; i < count; i++) work()
    const { user, system } = process.cpuUsage(start)
    return (user + system) / 1e3 / count
  }
  batch(2)
  const count = Math.max(1, Math.min(2000, Math.ceil(100 / Math.max(0.01, batch(3)))))
  return Math.min(...Array.from({ length: 5 }, () => batch(count)))
}

/** A process of its own, so that its peak is that of the stream alone. */
function measureStream(sizeBytes: number): Figure[] {
  const child = spawnSync(
    process.execPath,
    [fileURLToPath(new URL('./streamNdjson.ts', import.meta.url)), String(sizeBytes)],
    { encoding: 'utf8' },
  )
  if (child.status !== 0) throw new Error(`the stream failed: ${child.stderr}`)
  const { seconds, baseSeconds, peakBytes, idleBytes } = JSON.parse(child.stdout) as {
    seconds: number
    baseSeconds: number
    peakBytes: number
    idleBytes: number
  }
  const label = `${Math.round(sizeBytes / 1e6)}MB`
  return [
    {
      name: `health.ndjson.${label}.peak`,
      value: peakBytes / 1e6,
      unit: 'MB resident',
      against: `file ${label}, process before ${Math.round(idleBytes / 1e6)} MB`,
      ratio: sizeBytes / peakBytes,
    },
    {
      name: `health.ndjson.${label}.rate`,
      value: sizeBytes / 1e6 / seconds,
      unit: 'MB/s',
      against: `lines by JSON.parse ${Math.round(sizeBytes / 1e6 / baseSeconds)} MB/s`,
      ratio: baseSeconds / seconds,
    },
  ]
}
