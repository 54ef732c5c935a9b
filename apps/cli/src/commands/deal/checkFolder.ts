import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Criteria } from '@ambrosia/exchange/Criteria'
import type { FileVerdict, SampleVerdict } from '@ambrosia/exchange/judge/checkSample'
import { fromDecimal } from '@ambrosia/primitives/Units'
import { amount, count } from '../../figures.ts'
import { progress, UsageError } from '../../output.ts'
import type { Tier } from './tiers.ts'

/** What gas is paid in. */
const ETHER = { symbol: 'ETH', decimals: 18 }

/**
 * Gas as the contracts' tests measure it: a deal's creation, and one record settled alone with
 * three oracles.
 */
const GAS_SNAPSHOT = new URL(
  '../../../../../contracts/snapshots/exchange/gas.json',
  import.meta.url,
)
type Gas = { 'deal.create': number; 'settle.one': number }

export type CheckOptions = {
  /** Folder of FHIR R4 Bundles. */
  sample: string
  /** Ascending. */
  tiers: readonly Tier[]
  maximumRecords?: number
  commissionBps: number
  relayerFee?: string
  gasPriceGwei?: string
  asOf?: Date
}

/**
 * Judges the Bundles of a folder against criteria: what would match, and what it would cost.
 * @throws Cli.Usage, Criteria.*, Predicate.*
 */
export async function checkFolder(
  criteria: Criteria,
  options: CheckOptions,
): Promise<{ lines: string[]; json: Record<string, unknown> }> {
  const { checkSample } = await import('@ambrosia/exchange/judge/checkSample')
  const names = (await list(options.sample)).filter((name) => /\.json(\.gz)?$/.test(name)).sort()
  if (names.length === 0) {
    throw new UsageError('--sample holds no .json or .json.gz file', 'Make one: ambrosia synth.')
  }
  const verdict = await checkSample({
    criteria,
    asOf: options.asOf ?? new Date(),
    files: names.map((name) => ({ name, read: () => readFile(join(options.sample, name)) })),
    onFile: (done, total) => {
      if (done % 50 === 0 || done === total) progress(`checked ${done} of ${total} files`)
    },
  })
  const gas = JSON.parse(await readFile(GAS_SNAPSHOT, 'utf8')) as Gas
  const cost = costOf(verdict, options.tiers, options, gas)
  return { lines: linesOf(verdict, cost), json: jsonOf(verdict, cost) }
}

type Cost = ReturnType<typeof costOf>

function costOf(
  verdict: SampleVerdict,
  tiers: readonly Tier[],
  options: CheckOptions,
  measured: Gas,
) {
  const matching = verdict.files.filter((file) => file.matches)
  const limit = options.maximumRecords ?? matching.length
  const prices = matching.map((file) => priceOf(file, tiers))
  const paid = prices.filter((price) => price > 0n)
  const bought = BigInt(Math.min(limit, paid.length))
  const sum = paid.reduce((total, price) => total + price, 0n)
  // Which of the matching records come first is not known, so the expectation is the mean.
  const expected = paid.length === 0 ? 0n : (sum * bought) / BigInt(paid.length)
  const highest =
    tiers
      .map((tier) => tier.price)
      .sort((a, b) => (a < b ? -1 : 1))
      .at(-1) ?? 0n
  const commissionBps = BigInt(options.commissionBps)
  const gasPriceWei = fromDecimal(options.gasPriceGwei ?? '1', 9)
  const gas = BigInt(measured['deal.create']) + BigInt(measured['settle.one']) * bought
  return {
    matches: matching.length,
    belowTier: prices.length - paid.length,
    limit,
    bought,
    expected,
    escrow: highest * BigInt(limit),
    commission: (expected * commissionBps) / 10_000n,
    relayers: fromDecimal(options.relayerFee ?? '0') * bought,
    gas,
    gasWei: gas * gasPriceWei,
    scores: matching.map((file) => file.score ?? 0).sort((a, b) => a - b),
    perTier: tiers.map((tier) => ({
      ...tier,
      records: matching.filter((file) => priceOf(file, tiers) === tier.price).length,
    })),
  }
}

function priceOf(file: FileVerdict, tiers: readonly Tier[]): bigint {
  return tiers.findLast((tier) => tier.minimumScore <= (file.score ?? 0))?.price ?? 0n
}

function linesOf(verdict: SampleVerdict, cost: Cost): string[] {
  const total = verdict.files.length
  const unreadable = verdict.files.filter((file) => file.unreadable !== undefined)
  const part = (count: bigint | number): string => String(count).padStart(4)
  return [
    `sample     ${total} files`,
    `matches    ${cost.matches} of ${total} (${((100 * cost.matches) / total).toFixed(1)} %)`,
    'losses     removes  alone',
    ...verdict.steps.map(
      (step) => `           ${part(step.removes)}    ${part(step.alone)}   ${step.name}`,
    ),
    ...unreadable.map((file) => `unread     ${file.file}: ${file.unreadable}`),
    cost.scores.length === 0
      ? 'quality    no record matches'
      : `quality    lowest ${cost.scores[0]}, median ${cost.scores[Math.floor((cost.scores.length - 1) / 2)]}, highest ${cost.scores.at(-1)}`,
    ...cost.perTier.map(
      (tier) =>
        `tier       score ${tier.minimumScore} or more, ${amount(tier.price)}: ${tier.records} records`,
    ),
    ...(cost.belowTier > 0 ? [`tier       below every tier: ${cost.belowTier} records`] : []),
    `cost       ${amount(cost.expected)} expected for ${cost.bought} records; escrow for ${cost.limit}: ${amount(cost.escrow)}`,
    `fees       out of the price: oracles up to ${amount(cost.commission)}, relayers ${amount(cost.relayers)}`,
    `gas        about ${count(cost.gas)} (deal and ${cost.bought} settlements one by one), ${amount(cost.gasWei, ETHER)}`,
    'not judged issuers and signatures: a sample is not signed',
  ]
}

function jsonOf(verdict: SampleVerdict, cost: Cost): Record<string, unknown> {
  return {
    files: verdict.files,
    steps: verdict.steps,
    matches: cost.matches,
    maximumRecords: cost.limit,
    expectedRecords: Number(cost.bought),
    expectedCost: cost.expected.toString(),
    escrow: cost.escrow.toString(),
    oracleFees: cost.commission.toString(),
    relayerFees: cost.relayers.toString(),
    gas: Number(cost.gas),
    gasWei: cost.gasWei.toString(),
    tiers: cost.perTier.map((tier) => ({ ...tier, price: tier.price.toString() })),
  }
}

async function list(folder: string): Promise<string[]> {
  try {
    return await readdir(folder)
  } catch {
    throw new UsageError(`${folder} is not a folder that can be read`)
  }
}
