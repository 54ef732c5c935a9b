import { issueBbs, issueEddsa } from '../Credential.ts'
import { assertCredential, type JsonObject, listAt } from '../DataModel.ts'
import type { Entry, Purpose } from '../StatusList.ts'
import { parseEntry } from '../StatusList.ts'
import type { Context } from '../VcApi.ts'
import { type Answer, InvalidRequestError } from './problem.ts'
import { readObject, readOptions, readPointers, readText } from './request.ts'

/** POST /credentials/issue: signs a credential under this issuer's DID; 201 with the credential itself. */
export async function issueCredential(context: Context, body: unknown): Promise<Answer> {
  const options = readOptions(body)
  const credential = withIssuer(readObject(body, 'credential'), context.issuer)
  const credentialId = readText(options, 'credentialId')
  if (credentialId !== undefined && credential['id'] === undefined) credential['id'] = credentialId
  // Before an index is taken for it.
  assertCredential(credential)
  assertEntries(credential)
  const entry = await allocate(context, options, credential)
  if (entry !== undefined) {
    credential['credentialStatus'] = [...listAt(credential, 'credentialStatus'), entry]
  }
  return { status: 201, body: await sign(context, credential, options) }
}

/** The issuer is who signs: its other members stay, its id becomes this issuer's. */
function withIssuer(credential: JsonObject, issuer: string): JsonObject {
  const given = credential['issuer']
  if (given === undefined) return { ...credential, issuer }
  // A malformed issuer is refused, not mended.
  assertCredential({ ...credential, issuer: given })
  const isObject = typeof given === 'object' && given !== null
  return { ...credential, issuer: isObject ? { ...given, id: issuer } : issuer }
}

/** Entries of Bitstring Status Lists are well-formed, else no verifier could check them. */
function assertEntries(credential: JsonObject): void {
  for (const entry of listAt(credential, 'credentialStatus') as JsonObject[]) {
    if (listAt(entry, 'type').includes('BitstringStatusListEntry')) parseEntry(entry)
  }
}

async function allocate(
  context: Context,
  options: JsonObject,
  credential: JsonObject,
): Promise<Entry | undefined> {
  const wanted = options['credentialStatus']
  if (wanted === undefined) return undefined
  const { type, statusPurpose = 'revocation' } = readObject(
    { credentialStatus: wanted },
    'credentialStatus',
  )
  const isKnown = statusPurpose === 'revocation' || statusPurpose === 'suspension'
  if (type !== 'BitstringStatusListEntry' || !isKnown) {
    throw new InvalidRequestError('options.credentialStatus asks for a status that is not offered')
  }
  if (context.status === undefined) throw new InvalidRequestError('no status lists are kept here')
  const id = credential['id'] as string | undefined
  return context.status.allocate(statusPurpose as Purpose, id)
}

async function sign(
  context: Context,
  credential: JsonObject,
  options: JsonObject,
): Promise<JsonObject> {
  const { signing, loader } = context
  if (signing.cryptosuite === 'eddsa-rdfc-2022') {
    return issueEddsa({ credential, key: signing.key, createdMs: context.now(), loader })
  }
  const mandatoryPointers = readPointers(options, 'mandatoryPointers') ?? defaults(credential)
  return issueBbs({ credential, key: signing.key, mandatoryPointers, loader })
}

/** What a holder must not be able to hide: who says it, for how long, and whether it was taken back. */
function defaults(credential: JsonObject): string[] {
  return ['issuer', 'validFrom', 'validUntil', 'credentialStatus']
    .filter((name) => credential[name] !== undefined)
    .map((name) => `/${name}`)
}
