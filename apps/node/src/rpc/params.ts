import type { Hex } from '@ambrosia/primitives/Bytes'
import { invalidParams } from './RpcError.ts'

/**
 * Parameters of JSON-RPC requests, checked where they enter. Each throws an error -32602 that names
 * the position, never the value.
 */

const QUANTITY = /^0x(?:0|[1-9a-fA-F][0-9a-fA-F]{0,63})$/
const LOOSE_QUANTITY = /^0x[0-9a-fA-F]{1,64}$/
const DATA = /^0x(?:[0-9a-fA-F]{2})*$/
const HASH = /^0x[0-9a-fA-F]{64}$/
const ADDRESS = /^0x[0-9a-fA-F]{40}$/

export type BlockTag = 'latest' | 'pending' | 'earliest' | 'safe' | 'finalized'
export type BlockId =
  | { kind: 'tag'; tag: BlockTag }
  | { kind: 'number'; number: bigint }
  | { kind: 'hash'; hash: Hex; requireCanonical: boolean }

export function toAddress(value: unknown, name: string): Hex {
  if (typeof value !== 'string' || !ADDRESS.test(value))
    throw invalidParams(`${name}: expected an address`)
  return value.toLowerCase() as Hex
}

export function toHash(value: unknown, name: string): Hex {
  if (typeof value !== 'string' || !HASH.test(value))
    throw invalidParams(`${name}: expected 32 bytes`)
  return value.toLowerCase() as Hex
}

export function toData(value: unknown, name: string): Hex {
  if (typeof value !== 'string' || !DATA.test(value))
    throw invalidParams(`${name}: expected hex data`)
  return value.toLowerCase() as Hex
}

/** A quantity; leading zeros are let through, as clients do. */
export function toQuantity(value: unknown, name: string): bigint {
  if (typeof value !== 'string' || !LOOSE_QUANTITY.test(value)) {
    throw invalidParams(`${name}: expected a quantity in hex`)
  }
  return BigInt(value)
}

/** A storage key: 32 bytes, or a shorter number of them. */
export function toSlot(value: unknown, name: string): Hex {
  if (typeof value !== 'string' || !LOOSE_QUANTITY.test(value)) {
    throw invalidParams(`${name}: expected a storage key`)
  }
  return `0x${value.slice(2).toLowerCase().padStart(64, '0')}`
}

/** A block by tag, number, hash, or as EIP-1898 writes it; left out it is the latest. */
export function toBlockId(value: unknown, name = 'block'): BlockId {
  if (value === undefined || value === null) return { kind: 'tag', tag: 'latest' }
  if (typeof value === 'object') {
    const { blockHash, blockNumber, requireCanonical } = value as Record<string, unknown>
    if (blockHash !== undefined) {
      const hash = toHash(blockHash, `${name}.blockHash`)
      return { kind: 'hash', hash, requireCanonical: requireCanonical === true }
    }
    return { kind: 'number', number: toQuantity(blockNumber, `${name}.blockNumber`) }
  }
  const tags: readonly unknown[] = ['latest', 'pending', 'earliest', 'safe', 'finalized']
  if (tags.includes(value)) return { kind: 'tag', tag: value as BlockTag }
  if (typeof value === 'string' && HASH.test(value)) {
    return { kind: 'hash', hash: value.toLowerCase() as Hex, requireCanonical: false }
  }
  if (typeof value === 'string' && QUANTITY.test(value))
    return { kind: 'number', number: BigInt(value) }
  throw invalidParams(`${name}: expected a block number, hash or tag`)
}

export function toBoolean(value: unknown, name: string): boolean {
  if (value === undefined) return false
  if (typeof value !== 'boolean') throw invalidParams(`${name}: expected true or false`)
  return value
}

export function toObject(value: unknown, name: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw invalidParams(`${name}: expected an object`)
  }
  return value as Record<string, unknown>
}

/** Hex of a quantity. */
export function quantity(value: number | bigint): Hex {
  return `0x${value.toString(16)}`
}
