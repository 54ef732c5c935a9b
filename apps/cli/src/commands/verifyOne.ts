import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { AmbrosiaError, toPlain } from '@ambrosia/primitives/Errors'
import type { ConsentState, createVerifier } from './verifyFiles.ts'

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

/** Checks one delivery of a folder, by the name of its Bundle. */
export async function verifyOne(
  folder: string,
  file: string,
  verify: Awaited<ReturnType<typeof createVerifier>>,
): Promise<Outcome> {
  try {
    const [bundleFile, proofFile] = [join(folder, file), join(folder, proofOf(file))]
    for (const path of [bundleFile, proofFile])
      if (!existsSync(path)) throw new IncompleteError(path)
    const { verified, proof, consent } = await verify({ bundleFile, proofFile })
    const { issuer, issuerKey, resourceCount: resources } = verified
    const { recordId: record, dealId: deal } = proof
    return { verified: { file, record, deal, issuer, issuerKey, consent, resources } }
  } catch (error) {
    const { code, message } = toPlain(error)
    return { refused: { file, code, message } }
  }
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
