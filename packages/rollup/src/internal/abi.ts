import { concat, fromUint, type Hex, toHex } from '@ambrosia/primitives/Bytes'
import { keccak256 } from '@ambrosia/primitives/Hash'

const WORD_BYTES = 32

/**
 * Solidity's `abi.encode` of values of one word each: integers, addresses, 32-byte hashes.
 * @throws Bytes.OutOfRange
 */
export function abiEncode(...values: readonly (number | bigint | Hex)[]): Uint8Array {
  return concat(...values.map(toWord))
}

/** Keccak-256 of `abi.encode` of those values. */
export function hashWords(...values: readonly (number | bigint | Hex)[]): Hex {
  return toHex(keccak256(abiEncode(...values)))
}

/** Keccak-256 of bytes, as hex. */
export function hashBytes(...parts: readonly Uint8Array[]): Hex {
  return toHex(keccak256(...parts))
}

function toWord(value: number | bigint | Hex): Uint8Array {
  return typeof value === 'string'
    ? fromUint(BigInt(value), WORD_BYTES)
    : fromUint(value, WORD_BYTES)
}
