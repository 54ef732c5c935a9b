import * as CanonicalJson from '@ambrosia/primitives/CanonicalJson'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import type { DeliveryProof } from './verifyDelivery.ts'

const HASH = /^0x[0-9a-f]{64}$/
const ADDRESS = /^0x[0-9a-fA-F]{40}$/

/**
 * The proof of a file. What it claims is checked by `verifyDelivery`; this checks that it is one.
 * @throws Delivery.MalformedProof
 */
export function parseProof(text: string): DeliveryProof {
  let proof: Partial<DeliveryProof>
  try {
    proof = CanonicalJson.toPlain(CanonicalJson.parse(text)) as Partial<DeliveryProof>
  } catch {
    throw new MalformedProofError('it is not JSON')
  }
  if (proof?.version !== 1) throw new MalformedProofError('version')
  if (!Number.isSafeInteger(proof.chainId)) throw new MalformedProofError('chainId')
  if (!ADDRESS.test(textOf(proof.dealBook))) throw new MalformedProofError('dealBook')
  if (!ADDRESS.test(textOf(proof.consumer))) throw new MalformedProofError('consumer')
  if (!HASH.test(textOf(proof.dealId))) throw new MalformedProofError('dealId')
  if (!HASH.test(textOf(proof.recordId))) throw new MalformedProofError('recordId')
  if (Number.isNaN(Date.parse(textOf(proof.settledAt)))) throw new MalformedProofError('settledAt')
  if (!Array.isArray(proof.criteria?.issuers)) throw new MalformedProofError('criteria')
  if (!Array.isArray(proof.resources)) throw new MalformedProofError('resources')
  for (const resource of proof.resources) {
    if (!/^[A-Za-z0-9_-]{22}$/.test(textOf(resource?.salt)))
      throw new MalformedProofError('resources')
  }
  if (typeof proof.presentation !== 'object' || proof.presentation === null)
    throw new MalformedProofError('presentation')
  if (typeof proof.issuerDocument?.id !== 'string') throw new MalformedProofError('issuerDocument')
  return proof as DeliveryProof
}

/** Not every value can be made a text: what is none is none of those that are looked for. */
function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

export class MalformedProofError extends AmbrosiaError {
  constructor(member: string) {
    super('Delivery.MalformedProof', `the file is not a delivery proof: ${member}`, {
      hint: 'Give the proof file that was written beside the Bundle.',
    })
  }
}
