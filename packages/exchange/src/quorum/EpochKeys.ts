import type { Hex } from '@ambrosia/primitives/Bytes'
import { type Address, encodeAbiParameters, keccak256 } from 'viem'
import { type Domain, defineMessage } from '../messages/Message.ts'

/**
 * What an epoch begins with: the commitment to its tag secret, and who its oracles are. The
 * contract OracleEpochs counts the votes.
 */
export const EpochKeys = defineMessage('EpochKeys', [
  ['epoch', 'uint64'],
  ['tagCommitment', 'bytes32'],
  ['networkKey', 'bytes32'],
  ['membersHash', 'bytes32'],
  ['expiresAt', 'uint64'],
])

export function epochsDomain(chainId: number, oracleEpochs: Address): Domain {
  return { name: 'OracleEpochs', version: '1', chainId, verifyingContract: oracleEpochs }
}

/** Hash of the oracles that an epoch would have, in the order in which the contract lists them. */
export function hashMembers(members: readonly { operator: Address; signer: Address }[]): Hex {
  const types = [{ type: 'address[]' }, { type: 'address[]' }] as const
  const operators = members.map(({ operator }) => operator)
  const signers = members.map(({ signer }) => signer)
  return keccak256(encodeAbiParameters(types, [operators, signers]))
}

/**
 * How many of `count` oracles two thirds are: what a secret of an epoch takes to be put together.
 */
export function thresholdOf(count: number): number {
  return Math.ceil((2 * count) / 3)
}
