import { type JsonObject, timeAt } from '../DataModel.ts'
import { MalformedError, ProofInvalidError } from './errors.ts'

/**
 * Members of a Data Integrity proof (W3C VC Data Integrity 1.0, section 2.1) that the suites bind.
 */
const MEMBERS = new Set([
  'id',
  'type',
  'cryptosuite',
  'created',
  'expires',
  'domain',
  'challenge',
  'nonce',
  'verificationMethod',
  'proofPurpose',
  'proofValue',
])

export type Cryptosuite = 'bbs-2023' | 'eddsa-rdfc-2022'

/**
 * The one proof of a document, of this cryptosuite and purpose and not expired.
 * @throws Credential.Malformed, Credential.ProofInvalid
 */
export function readProof(
  document: JsonObject,
  expected: { cryptosuite: Cryptosuite; purpose: string; nowMs: number },
): { methodId: string; proof: JsonObject } {
  const proof = document['proof']
  if (typeof proof !== 'object' || proof === null || Array.isArray(proof)) {
    throw new MalformedError('/proof', 'must be exactly one proof')
  }
  const members = proof as JsonObject
  for (const [key, value] of Object.entries(members)) {
    if (!MEMBERS.has(key)) throw new MalformedError('/proof', 'has an unknown member')
    if (typeof value !== 'string') throw new MalformedError(`/proof/${key}`, 'must be a text')
  }
  if (members['type'] !== 'DataIntegrityProof' || members['cryptosuite'] !== expected.cryptosuite) {
    throw new ProofInvalidError(`the proof is not of the cryptosuite ${expected.cryptosuite}`)
  }
  if (members['proofPurpose'] !== expected.purpose) {
    throw new ProofInvalidError(`the proof was not made for ${expected.purpose}`)
  }
  if (members['verificationMethod'] === undefined || members['proofValue'] === undefined) {
    throw new MalformedError('/proof', 'names no key or has no value')
  }
  timeAt(members, 'created')
  const expiresMs = timeAt(members, 'expires')
  if (expiresMs !== undefined && expected.nowMs >= expiresMs) {
    throw new ProofInvalidError('the proof has expired')
  }
  return { methodId: members['verificationMethod'] as string, proof: members }
}
