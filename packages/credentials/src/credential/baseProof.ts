import { fromBase64url } from '@ambrosia/primitives/Bytes'
import { decode } from 'cborg'
import type { JsonObject } from '../DataModel.ts'
import { ProofInvalidError } from './errors.ts'

/** The parts of a base proof value of bbs-2023 (vc-di-bbs, section 3.3.2). */
export type BaseProof = {
  signature: Uint8Array
  header: Uint8Array
  publicKey: Uint8Array
  hmacKey: Uint8Array
  mandatoryPointers: readonly string[]
}

const HEADER = [0xd9, 0x5d, 0x02]
/** Some issuers write byte strings as typed arrays (RFC 8746, section 2.1). */
const UINT8_ARRAY_TAG = 64
/** Signature, header, public key and HMAC key, bytes. */
const SIZES = [80, 64, 96, 32]

/** @throws Credential.ProofInvalid */
export function decodeBaseProof(proof: JsonObject): BaseProof {
  const parts = partsOf(proof['proofValue'])
  const isWhole =
    Array.isArray(parts) &&
    parts.length === SIZES.length + 1 &&
    SIZES.every((size, at) => parts[at] instanceof Uint8Array && parts[at].length === size)
  const pointers: unknown = isWhole && parts[SIZES.length]
  if (!Array.isArray(pointers) || !pointers.every((pointer) => typeof pointer === 'string'))
    throw new ProofInvalidError('the proof is not a base proof')
  const [signature, header, publicKey, hmacKey] = parts as Uint8Array[]
  return { signature, header, publicKey, hmacKey, mandatoryPointers: pointers } as BaseProof
}

function partsOf(proofValue: unknown): unknown {
  if (typeof proofValue !== 'string' || !proofValue.startsWith('u')) return undefined
  try {
    const bytes = fromBase64url(proofValue.slice(1))
    if (!HEADER.every((byte, index) => bytes[index] === byte)) return undefined
    const tags: ((bytes: Uint8Array) => Uint8Array)[] = []
    tags[UINT8_ARRAY_TAG] = (inner) => inner
    return decode(bytes.subarray(HEADER.length), { useMaps: true, tags })
  } catch {
    return undefined
  }
}
