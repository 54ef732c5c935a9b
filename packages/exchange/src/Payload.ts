import { fromUtf8, type Hex, toHex } from '@ambrosia/primitives/Bytes'
import * as CanonicalJson from '@ambrosia/primitives/CanonicalJson'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import * as MerkleTree from '@ambrosia/primitives/MerkleTree'
import type { Address } from 'viem'
import { digest, type SaltedResource } from './IssuedRecord.ts'
import { PAYLOAD_SIZE_BYTES } from './Limits.ts'
import type { JsonProof } from './RecordCredential.ts'
import { payloadSchema } from './schemas/record.ts'
import { assertShape } from './validateShape.ts'

/**
 * A resource that is sold, with the proof to its type root where the credential has no digest list.
 */
export type PayloadResource = SaltedResource & { proof?: JsonProof }

/** What is sealed; docs/protocol/exchange.md, section 6. */
export type Payload = {
  version: 1
  dealId: Hex
  consumer: Address
  resources: PayloadResource[]
  /** Presentation (b), for the consumer. */
  presentation: Record<string, unknown>
}

/** Merkle root over the digests of the delivered resources in their order. */
export function root(resources: readonly SaltedResource[]): Hex {
  return toHex(MerkleTree.root(resources.map(digest)))
}

/** The bytes that are sealed. @throws Payload.TooLarge for what no oracle opens */
export function encode(payload: Payload): Uint8Array {
  const bytes = fromUtf8(CanonicalJson.stringify(payload))
  if (bytes.length > PAYLOAD_SIZE_BYTES) throw new TooLargeError()
  return bytes
}

/** @throws Payload.TooLarge, CanonicalJson.Invalid, Shape.Mismatch */
export function decode(bytes: Uint8Array): Payload {
  if (bytes.length > PAYLOAD_SIZE_BYTES) throw new TooLargeError()
  return assertShape<Payload>(
    payloadSchema,
    CanonicalJson.toPlain(CanonicalJson.parse(bytes, undefined, { nodes: NODE_COUNT })),
  )
}

/** Values of a payload, whose resources are texts: those and their proofs. */
const NODE_COUNT = 1_000_000

export class TooLargeError extends AmbrosiaError {
  constructor() {
    super('Payload.TooLarge', `the sealed record is larger than ${PAYLOAD_SIZE_BYTES} bytes`)
  }
}
