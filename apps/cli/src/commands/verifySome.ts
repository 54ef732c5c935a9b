import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { createPairings, type Pairings } from '@ambrosia/credentials/Bbs'
import { ProofInvalidError } from '@ambrosia/credentials/Credential'
import { AmbrosiaError, toPlain } from '@ambrosia/primitives/Errors'
import type { ConsentState, Verifier } from './verifyFiles.ts'

export type Verified = {
  file: string
  record: string
  deal: string
  issuer: string
  issuerKey: 'chain' | 'proof'
  consent: ConsentState
  resources: number
}
export type Refused = { file: string; code: string; message: string }
export type Outcome = { verified: Verified } | { refused: Refused }

/** The last of the two words says which half of a delivery a file is. */
export const HALF = /^(.*)(bundle|proof)(.*\.json)$/

/**
 * Checks some deliveries of a folder, by the names of their Bundles: the pairings of all signatures
 * together, which takes each a fraction of what it takes by itself.
 */
export async function verifySome(
  folder: string,
  files: readonly string[],
  verify: Verifier,
): Promise<Outcome[]> {
  const pairings = createPairings()
  const outcomes: Outcome[] = []
  /** Of each pairing the position of its file. */
  const owners: number[] = []
  for (const [index, file] of files.entries()) {
    outcomes.push(await verifyOne(folder, file, verify, pairings))
    while (owners.length < pairings.count()) owners.push(index)
  }
  for (const position of pairings.faulty()) {
    const index = owners[position] as number
    outcomes[index] = refusedOf(files[index] as string, new ProofInvalidError())
  }
  return outcomes
}

async function verifyOne(
  folder: string,
  file: string,
  verify: Verifier,
  pairings: Pairings,
): Promise<Outcome> {
  try {
    const [bundleFile, proofFile] = [join(folder, file), join(folder, proofOf(file))]
    for (const path of [bundleFile, proofFile])
      if (!existsSync(path)) throw new IncompleteError(path)
    const { verified, proof, consent } = await verify({ bundleFile, proofFile }, pairings)
    const { issuer, issuerKey, resourceCount: resources } = verified
    const { recordId: record, dealId: deal } = proof
    return { verified: { file, record, deal, issuer, issuerKey, consent, resources } }
  } catch (error) {
    return refusedOf(file, error)
  }
}

function refusedOf(file: string, error: unknown): { refused: Refused } {
  const { code, message } = toPlain(error)
  return { refused: { file, code, message } }
}

function proofOf(bundle: string): string {
  return bundle.replace(HALF, '$1proof$3')
}

export class IncompleteError extends AmbrosiaError {
  constructor(path: string) {
    super('Delivery.Incomplete', `there is no file ${path}`, {
      hint: 'Collect the record again: ambrosia consumer collect --again.',
    })
  }
}
