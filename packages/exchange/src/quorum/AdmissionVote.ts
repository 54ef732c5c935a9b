import type { Address } from 'viem'
import { type Domain, defineMessage } from '../messages/Message.ts'

/**
 * An active oracle's word that it verified the evidence for these keys; the contract
 * OracleAdmission counts it.
 */
export const AdmissionVote = defineMessage('AdmissionVote', [
  ['keysDigest', 'bytes32'],
  ['expiresAt', 'uint64'],
])

export function admissionDomain(chainId: number, oracleAdmission: Address): Domain {
  return { name: 'OracleAdmission', version: '1', chainId, verifyingContract: oracleAdmission }
}
