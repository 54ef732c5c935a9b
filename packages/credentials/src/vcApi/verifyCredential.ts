import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import { ProofInvalidError, verifyDerived, verifyEddsa } from '../Credential.ts'
import { eachProof } from '../credential/proofs.ts'
import { assertCredential, issuerOf, type JsonObject, listAt } from '../DataModel.ts'
import { checkStatus } from '../StatusList.ts'
import type { Context } from './context.ts'
import { type Answer, type Problem, toProblem } from './problem.ts'
import { readHeader, readObject, readOptions, readText, readTexts } from './request.ts'

/**
 * POST /credentials/verify: 200 when every proof verifies and the status, where the credential has
 * one, is in force; `checks` may ask for the proof alone. The presentation header of a bbs-2023
 * credential is the empty one unless `presentationHeader` names another.
 */
export async function verifyCredential(context: Context, body: unknown): Promise<Answer> {
  const document = readObject(body, 'verifiableCredential')
  const options = readOptions(body)
  const asked = readTexts(options, 'checks')
  const header = readHeader(options)
  const proven = eachProof(document)
  for (const one of proven) assertOccasion(one, options)
  for (const one of proven) {
    // A set may hold proofs of both suites; a proof alone is one of the base's.
    const suite = (one['proof'] as JsonObject)['cryptosuite']
    const isOther = proven.length > 1 && isCryptosuite(suite)
    await verifyOne(context, one, isOther ? suite : context.signing.cryptosuite, header)
  }
  const { checks, problemDetails } = await verifyAsked(context, document, asked)
  return { status: 200, body: { verified: true, checks, problemDetails } }
}

function isCryptosuite(name: unknown): name is 'bbs-2023' | 'eddsa-rdfc-2022' {
  return name === 'bbs-2023' || name === 'eddsa-rdfc-2022'
}

/**
 * The status as far as it is asked for. By default every entry that can take a credential back is
 * looked up, and refused where its list can't be had; one of a kind that is not known here is named
 * in a problem beside the answer, which then says that the proof alone was checked.
 * @throws StatusList.*
 */
export async function verifyAsked(
  context: Context,
  document: JsonObject,
  asked: readonly string[] | undefined,
): Promise<{ checks: string[]; problemDetails: Problem[] }> {
  const entries = listAt(document, 'credentialStatus') as JsonObject[]
  if (asked !== undefined) {
    if (asked.includes('credentialStatus')) await verifyStatus(context, document, entries)
    return { checks: [...asked], problemDetails: [] }
  }
  const known = entries.filter(canTakeBack)
  await verifyStatus(context, document, known)
  const isWhole = known.length === entries.length
  return {
    checks: ['proof', ...(known.length > 0 && isWhole ? ['credentialStatus'] : [])],
    problemDetails: isWhole ? [] : [toProblem(new UnknownKindError())],
  }
}

function canTakeBack(entry: JsonObject): boolean {
  const { statusPurpose } = entry
  const isKnown = listAt(entry, 'type').includes('BitstringStatusListEntry')
  return isKnown && (statusPurpose === 'revocation' || statusPurpose === 'suspension')
}

/**
 * A domain, challenge or purpose that the request names must be the proof's (VC Data Integrity 1.0,
 * section 4.4).
 */
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

async function verifyStatus(
  context: Context,
  document: JsonObject,
  entries: readonly JsonObject[],
): Promise<void> {
  for (const entry of entries) {
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

export class UnknownKindError extends AmbrosiaError {
  constructor() {
    super('StatusList.UnknownKind', 'a status of the credential was not checked', {
      hint: 'Known are Bitstring Status Lists with the purposes revocation and suspension.',
    })
  }
}
