import { fromUtf8, type Hex, toHex } from '@ambrosia/primitives/Bytes'
import * as CanonicalJson from '@ambrosia/primitives/CanonicalJson'
import * as MerkleTree from '@ambrosia/primitives/MerkleTree'
import type { Address } from 'viem'
import { digest, type SaltedResource } from './IssuedRecord.ts'
import type { JsonProof } from './RecordCredential.ts'
import { payloadSchema } from './schemas/record.ts'
import { assertShape } from './validateShape.ts'

/** A resource that is sold, with the proof to its type root where the credential has no digest list. */
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

/** The bytes that are sealed. */
export function encode(payload: Payload): Uint8Array {
  return fromUtf8(CanonicalJson.stringify(payload))
}

/** @throws CanonicalJson.Invalid, Shape.Mismatch */
export function decode(bytes: Uint8Array): Payload {
  return assertShape<Payload>(payloadSchema, CanonicalJson.toPlain(CanonicalJson.parse(bytes)))
}
