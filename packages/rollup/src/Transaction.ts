import { toUint } from '@ambrosia/primitives/Bytes'
import { RLP } from '@ethereumjs/rlp'
import { type ChainRules, forcedGasLimit, LIMITS } from './ChainRules.ts'

/**
 * Why a raw transaction is dropped before Ethereum's rules are asked; docs/protocol/rollup.md,
 * section 4.
 */
export type Drop = 'too-long' | 'undecodable' | 'type' | 'chain' | 'forced-gas'

/** Position of the gas limit, and number of fields, by transaction type. */
const LAYOUT: Readonly<Record<number, { gasLimit: number; fields: number }>> = {
  0: { gasLimit: 2, fields: 9 },
  1: { gasLimit: 3, fields: 11 },
  2: { gasLimit: 4, fields: 12 },
  4: { gasLimit: 4, fields: 13 },
}

/**
 * The part of the dropping rule that needs the bytes alone. What passes may still fail Ethereum's
 * own decoding or rules; what does not pass is dropped whatever those say.
 */
export function dropReason(
  rules: ChainRules,
  raw: Uint8Array,
  isForced: boolean,
): Drop | undefined {
  if (raw.length > LIMITS.transactionBytes) return 'too-long'
  const first = raw[0]
  if (first === undefined) return 'undecodable'
  const isLegacy = first >= 0xc0
  const type = isLegacy ? 0 : first
  const layout = isLegacy || type !== 0 ? LAYOUT[type] : undefined
  if (layout === undefined) return 'type'
  const fields = decodeList(isLegacy ? raw : raw.subarray(1))
  if (fields === undefined || fields.length !== layout.fields) return 'undecodable'
  const gasLimit = toInteger(fields[layout.gasLimit])
  const chainId = isLegacy ? legacyChainId(fields) : toInteger(fields[0])
  if (gasLimit === undefined || chainId === undefined) return 'undecodable'
  if (chainId !== BigInt(rules.chainId)) return 'chain'
  return isForced && gasLimit > BigInt(forcedGasLimit(rules)) ? 'forced-gas' : undefined
}

/** EIP-155: v = 35 + 2 chain id + parity; 27 and 28 name no chain, which counts as chain 0. */
function legacyChainId(fields: readonly unknown[]): bigint | undefined {
  const v = toInteger(fields[6])
  if (v === undefined) return undefined
  return v >= 35n ? (v - 35n) / 2n : 0n
}

type Item = Uint8Array | Item[]

/** A list that encodes to these bytes again. */
function decodeList(bytes: Uint8Array): Item[] | undefined {
  const item = decodeCanonical(bytes)
  return Array.isArray(item) ? item : undefined
}

/** RLP that encodes to these bytes again; undefined for anything else. */
export function decodeCanonical(bytes: Uint8Array): Item | undefined {
  let item: Item
  try {
    item = RLP.decode(bytes) as Item
  } catch {
    return undefined
  }
  const again = RLP.encode(item)
  if (again.length !== bytes.length) return undefined
  return again.every((byte, i) => byte === bytes[i]) ? item : undefined
}

/** An unsigned integer of at most eight bytes without leading zeros. */
export function toInteger(item: unknown): bigint | undefined {
  if (!(item instanceof Uint8Array) || item.length > 8 || item[0] === 0) return undefined
  return toUint(item)
}
