import { concat, fromUint } from '@ambrosia/primitives/Bytes'
import { sha256 } from '@ambrosia/primitives/Hash'
import { ATTESTATION_EVIDENCE_SIZE_BYTES } from '@ambrosia/primitives/Limits'
import { RefusedError } from './Refusal.ts'

/** Who vouches for an enclave, in the order of their numbers in the encoding. */
export const KINDS = ['software', 'sgx', 'tdx', 'sev-snp', 'nitro'] as const
export type Kind = (typeof KINDS)[number]

/**
 * Evidence as it travels and as the chain carries it: the kind, and the byte strings that the kind
 * needs.
 *
 * | kind | parts |
 * | --- | --- |
 * | software | name of the root, measurement, report data, expiry, signature (`Software.ts`) |
 * | sgx, tdx | the DCAP quote |
 * | sev-snp | the report, then certificates from the chip's to AMD's root |
 * | nitro | the document as the Nitro security module gives it |
 */
export type Evidence = { kind: Kind; parts: readonly Uint8Array[] }

const VERSION = 1
const MAXIMUM_PARTS = 8

/**
 * Version, kind and number of parts, one byte each, then every part behind its length as two bytes.
 */
export function encode(evidence: Evidence): Uint8Array {
  const { kind, parts } = evidence
  if (parts.length === 0 || parts.length > MAXIMUM_PARTS) throw malformed('number of parts')
  const head = Uint8Array.of(VERSION, KINDS.indexOf(kind), parts.length)
  const bytes = concat(head, ...parts.flatMap((part) => [fromUint(part.length, 2), part]))
  if (bytes.length > ATTESTATION_EVIDENCE_SIZE_BYTES) throw malformed('size')
  return bytes
}

/** The evidence in bytes that hold it and nothing else. @throws Attestation.Malformed */
export function decode(bytes: Uint8Array): Evidence {
  if (bytes.length > ATTESTATION_EVIDENCE_SIZE_BYTES) throw malformed('size')
  const [version, kindNumber, count] = bytes
  if (version !== VERSION || kindNumber === undefined || count === undefined) {
    throw malformed('version')
  }
  const kind = KINDS[kindNumber]
  if (kind === undefined) throw malformed('kind')
  if (count === 0 || count > MAXIMUM_PARTS) throw malformed('number of parts')
  const parts: Uint8Array[] = []
  let at = 3
  for (let i = 0; i < count; i++) {
    const high = bytes[at]
    const low = bytes[at + 1]
    if (high === undefined || low === undefined) throw malformed('length')
    const end = at + 2 + high * 256 + low
    if (end > bytes.length) throw malformed('length')
    parts.push(bytes.slice(at + 2, end))
    at = end
  }
  if (at !== bytes.length) throw malformed('length')
  return { kind, parts }
}

/** What names evidence elsewhere: SHA-256 of its encoding. */
export function hash(bytes: Uint8Array): Uint8Array {
  return sha256(bytes)
}

function malformed(what: string): RefusedError {
  return new RefusedError('Malformed', `the evidence has a wrong ${what}`)
}
