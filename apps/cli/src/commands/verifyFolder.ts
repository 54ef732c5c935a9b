import { readdirSync } from 'node:fs'
import { count } from '../figures.ts'
import { progress, UsageError } from '../output.ts'
import { verifyMany } from './verifyMany.ts'
import { HALF, type Refused, type Verified } from './verifySome.ts'

/**
 * Checks every delivery of a folder; one that is refused does not keep back the others.
 * @throws Cli.Usage where the folder has none
 */
export async function verifyFolder(folder: string, options: { offline: boolean }) {
  const bundles = bundlesOf(folder)
  if (bundles.length === 0)
    throw new UsageError(
      `${folder} holds no delivery`,
      'Name the folder that ambrosia consumer collect wrote.',
    )
  const outcomes = await verifyMany(bundles, {
    folder,
    ...options,
    onDone: (outcome, done) => {
      if ('refused' in outcome) {
        const { file, code, message } = outcome.refused
        progress(`${file}: ${message} (${code})`)
      }
      if (done % 50 === 0) progress(`checked ${done} of ${bundles.length} deliveries`)
    },
  })
  const verified = outcomes.flatMap((one) => ('verified' in one ? [one.verified] : []))
  const refused = outcomes.flatMap((one) => ('refused' in one ? [one.refused] : []))
  // A copy under another name proves the same record, and counts once.
  const distinct = new Map(verified.map((one) => [`${one.deal} ${one.record}`, one]))
  const records = distinct.size
  const resources = [...distinct.values()].reduce((sum, one) => sum + one.resources, 0)
  return {
    verified,
    refused,
    records,
    resources,
    lines: linesOf(verified, refused, records, resources),
  }
}

/** Names of the Bundles of a folder, also of one that only a proof speaks of. */
function bundlesOf(folder: string): string[] {
  const bundles = readdirSync(folder)
    .filter((name) => HALF.test(name))
    .map((name) => name.replace(HALF, '$1bundle$3'))
  return [...new Set(bundles)].sort()
}

function linesOf(
  verified: readonly Verified[],
  refused: readonly Refused[],
  records: number,
  resources: number,
): string[] {
  const issuers = new Set(verified.map(({ issuer }) => issuer)).size
  const deals = new Set(verified.map(({ deal }) => deal)).size
  const copies = verified.length - records
  const over = verified.filter(({ consent }) => !['inForce', 'unknown'].includes(consent))
  const unasked = verified.filter(({ issuerKey }) => issuerKey === 'proof').length
  return [
    `verified ${count(verified.length)}, refused ${count(refused.length)}`,
    `records ${count(records)}, deals ${count(deals)}, issuers ${count(issuers)}, resources ${count(resources)}, each signed by its issuer`,
    ...(copies > 0 ? [`copies of a record that another file holds too: ${count(copies)}`] : []),
    ...(over.length > 0
      ? [
          `consent ended or revoked in ${count(over.length)}: stop using and delete them`,
          ...over.map(({ file, consent }) => `  ${file}: ${consent}`),
        ]
      : []),
    ...(unasked > 0
      ? [
          `issuer's key taken from the proof in ${count(unasked)}, since no chain that knows it was asked: compare the DID documents with ones you trust`,
        ]
      : []),
    ...refused.map(({ file, code }) => `refused ${file}: ${code}`),
  ]
}
