import { type JsonObject, listAt } from '../DataModel.ts'
import { MalformedError } from './errors.ts'

/** Most proofs of one document that are looked at. */
const PROOF_COUNT = 8

/**
 * A document once for each of its proofs, with that proof alone. `proof` may be one object or a
 * list (VC Data Integrity 1.0, section 2.1.1); each proof of a set is made over the document
 * without any.
 * @throws Credential.Malformed
 */
export function eachProof(document: JsonObject): JsonObject[] {
  const proofs = listAt(document, 'proof')
  if (proofs.length === 0 || proofs.length > PROOF_COUNT) {
    throw new MalformedError('/proof', `must be one to ${PROOF_COUNT} proofs`)
  }
  return proofs.map((proof) => {
    if (typeof proof !== 'object' || proof === null || Array.isArray(proof)) {
      throw new MalformedError('/proof', 'must be a proof or a list of proofs')
    }
    if ((proof as JsonObject)['previousProof'] !== undefined) {
      throw new MalformedError('/proof', 'is a chain of proofs, which is not verified here')
    }
    return { ...document, proof }
  })
}

/**
 * A document whose one proof may stand in a list, with the proof itself; any other document as it
 * stands.
 */
export function withSingleProof(document: JsonObject): JsonObject {
  const { proof } = document
  return Array.isArray(proof) && proof.length === 1 ? { ...document, proof: proof[0] } : document
}
