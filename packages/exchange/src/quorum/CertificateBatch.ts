import { concat, fromHex, type Hex, toHex } from '@ambrosia/primitives/Bytes'
import { keccak256 } from '@ambrosia/primitives/Hash'
import type { Address } from 'viem'
import { type Domain, defineMessage } from '../messages/Message.ts'

/**
 * What an oracle signs instead of each certificate: the root over a batch of them, for one epoch.
 */
export const CertificateBatch = defineMessage('CertificateBatch', [
  ['epoch', 'uint64'],
  ['root', 'bytes32'],
])

/** The contracts that judge such signatures; the EIP-712 domain has their name. */
export type VerifierName = 'PackedQuorumVerifier' | 'BlsQuorumVerifier'

export function quorumDomain(name: VerifierName, chainId: number, verifier: Address): Domain {
  return { name, version: '1', chainId, verifyingContract: verifier }
}

/**
 * Way from one certificate to the root: siblings from below, and bit i of `turns` where the sibling
 * of step i stands on the left.
 */
export type BatchPath = { turns: bigint; path: readonly Hex[] }

/**
 * The root over certificate hashes in their order, and the path of each. Leaf = keccak256(0x00,
 * hash), node = keccak256(0x01, left, right); a node without a sibling moves up as it is.
 * `contracts/src/oracle/libraries/CertificateBatches.sol` has the same.
 */
export function batchCertificates(hashes: readonly Hex[]): { root: Hex; paths: BatchPath[] } {
  if (hashes.length === 0) throw new RangeError('a batch has at least one certificate')
  let level = hashes.map((hash) => keccak256(Uint8Array.of(0), fromHex(hash)))
  const paths = hashes.map(() => ({ turns: 0n, path: [] as Hex[] }))
  /** Place of each certificate's node in the level. */
  const places = hashes.map((_, index) => index)
  while (level.length > 1) {
    for (const [index, place] of places.entries()) {
      const sibling = level[place ^ 1]
      const way = paths[index] as { turns: bigint; path: Hex[] }
      if (sibling !== undefined) {
        way.turns |= BigInt(place & 1) << BigInt(way.path.length)
        way.path.push(toHex(sibling))
      }
      places[index] = place >> 1
    }
    level = pairs(level)
  }
  return { root: toHex(level[0] as Uint8Array), paths }
}

/** The root to which a path leads from a certificate. */
export function rootFrom(hash: Hex, { turns, path }: BatchPath): Hex {
  let node = keccak256(Uint8Array.of(0), fromHex(hash))
  for (const [step, sibling] of path.entries()) {
    const isLeft = ((turns >> BigInt(step)) & 1n) === 0n
    node = isLeft ? nodeOf(node, fromHex(sibling)) : nodeOf(fromHex(sibling), node)
  }
  return toHex(node)
}

function pairs(level: readonly Uint8Array[]): Uint8Array[] {
  const above: Uint8Array[] = []
  for (let index = 0; index < level.length; index += 2) {
    const [left, right] = [level[index] as Uint8Array, level[index + 1]]
    above.push(right === undefined ? left : nodeOf(left, right))
  }
  return above
}

function nodeOf(left: Uint8Array, right: Uint8Array): Uint8Array {
  return keccak256(concat(Uint8Array.of(1), left, right))
}
