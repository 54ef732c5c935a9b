import { issueBbs, issueEddsa } from '../Credential.ts'
import { assertCredential, type JsonObject, listAt } from '../DataModel.ts'
import { assertEntry, type Entry, type Purpose } from '../StatusList.ts'
import type { Context } from './context.ts'
import { type Answer, InvalidRequestError } from './problem.ts'
import { readObject, readOptions, readPointers, readText } from './request.ts'

/**
 * POST /credentials/issue: signs a credential under this issuer's DID; 201 with the credential
 * itself.
 */
export async function issueCredential(context: Context, body: unknown): Promise<Answer> {
  const options = readOptions(body)
  const credential = withIssuer(readObject(body, 'credential'), context.issuer)
  const credentialId = readText(options, 'credentialId')
  if (credentialId !== undefined && credential['id'] === undefined) credential['id'] = credentialId
  // Before an index is taken for it.
  assertCredential(credential)
  assertEntries(credential)
  const entries = await allocate(context, options, credential)
  if (entries.length > 0) {
    const all = [...listAt(credential, 'credentialStatus'), ...entries]
    credential['credentialStatus'] = all.length === 1 ? all[0] : all
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

/**
 * Entries of Bitstring Status Lists are well-formed wherever they stand, else no verifier could
 * check them.
 */
function assertEntries(credential: JsonObject): void {
  for (const member of Object.keys(credential)) {
    for (const value of listAt(credential, member)) {
      const isObject = typeof value === 'object' && value !== null
      const types = isObject ? listAt(value as JsonObject, 'type') : []
      if (types.includes('BitstringStatusListEntry')) assertEntry(value)
    }
  }
}

/**
 * The entries that `options.credentialStatus` asks for: one object or several, or `true` for a
 * revocation entry.
 */
async function allocate(
  context: Context,
  options: JsonObject,
  credential: JsonObject,
): Promise<Entry[]> {
  const wanted = options['credentialStatus']
  if (wanted === undefined || wanted === false) return []
  const { status } = context
  if (status === undefined) throw new InvalidRequestError('no status lists are kept here')
  const id = credential['id'] as string | undefined
  const purposes = [wanted].flat().flatMap(purposesOf)
  return Promise.all(purposes.map((purpose) => status.allocate(purpose, id)))
}

function purposesOf(wanted: unknown): Purpose[] {
  const request = wanted === true ? {} : readObject({ wanted }, 'wanted')
  const { type = 'BitstringStatusListEntry', statusPurpose = 'revocation' } = request
  const purposes = [statusPurpose].flat()
  const isOffered = purposes.every(
    (purpose) => purpose === 'revocation' || purpose === 'suspension',
  )
  if (type !== 'BitstringStatusListEntry' || purposes.length === 0 || !isOffered) {
    throw new InvalidRequestError('options.credentialStatus asks for a status that is not offered')
  }
  return purposes as Purpose[]
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

/**
 * What a holder must not be able to hide: who says it, for how long, and whether it was taken back.
 */
function defaults(credential: JsonObject): string[] {
  return ['issuer', 'validFrom', 'validUntil', 'credentialStatus']
    .filter((name) => credential[name] !== undefined)
    .map((name) => `/${name}`)
}
