import { classOf } from '@ambrosia/health/Sensitivity'
import { type IssuedRecord, toResource } from '../IssuedRecord.ts'
import type { PayloadResource } from '../Payload.ts'
import { proveResources } from '../RecordCredential.ts'

/**
 * The chosen resources, each with its proof to the root of its class where the credential has no
 * list of digests.
 */
export function payloadResources(
  record: Pick<IssuedRecord, 'credential' | 'resources'>,
  indexes: readonly number[],
): PayloadResource[] {
  const subject = record.credential['credentialSubject'] as Record<string, unknown>
  const chosen = indexes.map((index) => record.resources[index] as PayloadResource)
  if (Array.isArray(subject['resourceDigest'])) return chosen
  const classes = record.resources.map((one, index) => classOf(toResource(one, index)))
  const proofs = proveResources(classes, record.resources, indexes)
  return chosen.map((resource, position) => ({
    ...resource,
    proof: proofs[position] as NonNullable<PayloadResource['proof']>,
  }))
}
