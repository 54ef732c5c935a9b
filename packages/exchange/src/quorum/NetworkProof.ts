import type { Hex } from '@ambrosia/primitives/Bytes'
import { encodeAbiParameters, isAddressEqual } from 'viem'
import type { BatchPath } from './CertificateBatch.ts'
import type { OracleSetEntry } from './OracleSet.ts'

/** What stands behind a settlement instead of a signature of each oracle. */
export type QuorumProof = {
  /** Bit i: the i-th oracle of the deal's list certifies. */
  signers: number
  /** In the form that the deal's verifier takes. */
  proof: Hex
}

/** The struct `NetworkProof` of contracts/src/oracle/quorum/NetworkCertificateVerifier.sol. */
export const networkProofTypes = [
  {
    type: 'tuple',
    components: [
      { name: 'turns', type: 'uint256' },
      { name: 'path', type: 'bytes32[]' },
      { name: 'proof', type: 'bytes' },
      { name: 'places', type: 'uint8[]' },
    ],
  },
] as const

/**
 * What `NetworkCertificateVerifier` takes for one certificate of a batch that a quorum signed:
 * signers are those of the deal's list who are in the proof.
 * @param members the epoch's set, in the order of places
 */
export function networkProof(
  oracles: readonly Hex[],
  members: readonly Pick<OracleSetEntry, 'operator'>[],
  { proof, turns, path }: BatchPath & { proof: Hex },
): QuorumProof {
  const signed = signersOf(proof)
  let signers = 0
  const places: number[] = []
  for (const [index, oracle] of oracles.entries()) {
    const place = members.findIndex(({ operator }) => isAddressEqual(operator, oracle))
    if (place < 0 || ((signed >> BigInt(place)) & 1n) === 0n) continue
    signers |= 1 << index
    places.push(place)
  }
  const encoded = encodeAbiParameters(networkProofTypes, [{ turns, path, proof, places }])
  return { signers, proof: encoded }
}

/** Places of the set whose signatures a proof carries: `| 8 epoch | 32 places | … |`. */
export function signersOf(proof: Hex): bigint {
  return BigInt(`0x${proof.slice(18, 82)}`)
}
