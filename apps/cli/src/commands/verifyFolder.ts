import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { AmbrosiaError, toPlain } from '@ambrosia/primitives/Errors'
import { count } from '../figures.ts'
import { progress, UsageError } from '../output.ts'
import { type ConsentState, createVerifier } from './verifyFiles.ts'

type Verified = {
  file: string
  record: string
  deal: string
  issuer: string
  issuerKey: 'chain' | 'proof'
  consent: ConsentState
  resources: number
}
type Refused = { file: string; code: string; message: string }

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
  const verify = await createVerifier(options)
  const verified: Verified[] = []
  const refused: Refused[] = []
  for (const [index, file] of bundles.entries()) {
    try {
      verified.push(await verifyOne(folder, file, verify))
    } catch (error) {
      const { code, message } = toPlain(error)
      refused.push({ file, code, message })
      progress(`${file}: ${message} (${code})`)
    }
    const done = index + 1
    if (done % 50 === 0) progress(`checked ${done} of ${bundles.length} deliveries`)
  }
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

async function verifyOne(
  folder: string,
  file: string,
  verify: Awaited<ReturnType<typeof createVerifier>>,
): Promise<Verified> {
  const [bundleFile, proofFile] = [join(folder, file), join(folder, proofOf(file))]
  for (const path of [bundleFile, proofFile]) if (!existsSync(path)) throw new IncompleteError(path)
  const { verified, proof, consent } = await verify({ bundleFile, proofFile })
  const { issuer, issuerKey, resourceCount: resources } = verified
  return { file, record: proof.recordId, deal: proof.dealId, issuer, issuerKey, consent, resources }
}

/** The last of the two words says which half of a delivery a file is. */
const HALF = /^(.*)(bundle|proof)(.*\.json)$/

/** Names of the Bundles of a folder, also of one that only a proof speaks of. */
function bundlesOf(folder: string): string[] {
  const bundles = readdirSync(folder)
    .filter((name) => HALF.test(name))
    .map((name) => name.replace(HALF, '$1bundle$3'))
  return [...new Set(bundles)].sort()
}

function proofOf(bundle: string): string {
  return bundle.replace(HALF, '$1proof$3')
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

export class IncompleteError extends AmbrosiaError {
  constructor(path: string) {
    super('Delivery.Incomplete', `there is no file ${path}`, {
      hint: 'Collect the record again: ambrosia consumer collect --again.',
    })
  }
}
