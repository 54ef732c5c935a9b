import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import { ProofInvalidError, verifyDerived, verifyEddsa } from '../Credential.ts'
import { assertCredential, issuerOf, type JsonObject, listAt } from '../DataModel.ts'
import { checkStatus } from '../StatusList.ts'
import type { Context } from './context.ts'
import type { Answer } from './problem.ts'
import { readHeader, readObject, readOptions, readText, readTexts } from './request.ts'

/**
 * POST /credentials/verify: 200 when the proof verifies and the status, where `checks` asks for it, is in force. The
 * presentation header of a bbs-2023 credential is the empty one unless `presentationHeader` names another.
 */
export async function verifyCredential(context: Context, body: unknown): Promise<Answer> {
  const document = readObject(body, 'verifiableCredential')
  const options = readOptions(body)
  const checks = readTexts(options, 'checks') ?? ['proof']
  const { cryptosuite } = context.signing
  assertOccasion(document, options)
  await verifyOne(context, document, cryptosuite, readHeader(options))
  if (checks.includes('credentialStatus')) await verifyStatus(context, document)
  return { status: 200, body: { verified: true, checks, problemDetails: [] } }
}

/** A domain, challenge or purpose that the request names must be the proof's (VC Data Integrity 1.0, section 4.4). */
function assertOccasion(document: JsonObject, options: JsonObject): void {
  const proof = document['proof'] as JsonObject | undefined
  for (const name of ['domain', 'challenge']) {
    const wanted = readText(options, name)
    if (wanted !== undefined && proof?.[name] !== wanted) {
      throw new ProofInvalidError(`the proof was made for another ${name}`)
    }
  }
  const purpose = readText(options, 'expectedProofPurpose')
  if (purpose !== undefined && proof?.['proofPurpose'] !== purpose) {
    throw new ProofInvalidError('the proof was made for another purpose')
  }
}

/** The proof of one credential by its cryptosuite. */
export async function verifyOne(
  context: Context,
  document: JsonObject,
  cryptosuite: 'bbs-2023' | 'eddsa-rdfc-2022',
  expectedPresentationHeader: Uint8Array,
): Promise<void> {
  const { resolver, loader } = context
  const common = { resolver, loader, nowMs: context.now() }
  assertCredential(document)
  if (cryptosuite === 'bbs-2023') {
    await verifyDerived({ ...common, document, expectedPresentationHeader })
  } else {
    await verifyEddsa({ ...common, signed: document })
  }
}

async function verifyStatus(context: Context, document: JsonObject): Promise<void> {
  for (const entry of listAt(document, 'credentialStatus') as JsonObject[]) {
    const url = entry['statusListCredential']
    const list = typeof url === 'string' ? await context.status?.read(url) : undefined
    if (list === undefined) throw new UnavailableError()
    checkStatus({ entry, issuer: issuerOf(document), listCredential: list })
  }
}

export class UnavailableError extends AmbrosiaError {
  constructor() {
    super('StatusList.Unavailable', 'the status list of the credential cannot be had here', {
      hint: 'This verifier reads its own lists only and fetches none.',
    })
  }
}
