import { type Hex, toHex, toUint } from '@ambrosia/primitives/Bytes'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import { RLP } from '@ethereumjs/rlp'
import { keccak256 } from 'viem'

/** A block's header: the fields that the node works with, and its bytes. */
export type Header = {
  hash: Hex
  number: number
  parentHash: Hex
  stateRoot: Hex
  receiptsRoot: Hex
  /** Seconds. */
  timestamp: number
  gasLimit: bigint
  gasUsed: bigint
  baseFeePerGas: bigint | undefined
  extraData: Hex
  feeRecipient: Hex
  prevRandao: Hex
  parentBeaconBlockRoot: Hex | undefined
  /** RLP. */
  bytes: Uint8Array
}

/** A block as engines hand it out. */
export type EngineBlock = {
  header: Header
  /** Raw transactions, as in EIP-2718. */
  transactions: readonly Uint8Array[]
  /** RLP of the whole block. */
  bytes: Uint8Array
}

type Item = Uint8Array | Item[]

/** Reads a header. @throws Header.Malformed */
export function decodeHeader(bytes: Uint8Array): Header {
  const fields = decodeList(bytes)
  return fromFields(fields, bytes)
}

/** Reads a block; its transactions are not looked into. @throws Header.Malformed */
export function decodeBlock(bytes: Uint8Array): EngineBlock {
  const [header, transactions] = decodeList(bytes)
  if (!Array.isArray(header) || !Array.isArray(transactions)) throw new MalformedError('a block')
  return {
    header: fromFields(header, RLP.encode(header)),
    // A legacy transaction is a list in the block, the others are bytes.
    transactions: transactions.map((item) => (Array.isArray(item) ? RLP.encode(item) : item)),
    bytes,
  }
}

/**
 * The block's withdrawals: [index, validator, address, amount in gwei] each.
 * @throws Header.Malformed
 */
export function withdrawalsOf(
  bytes: Uint8Array,
): { index: number; address: Hex; amountGwei: bigint }[] {
  const [, , , withdrawals] = decodeList(bytes)
  if (withdrawals === undefined) return []
  if (!Array.isArray(withdrawals)) throw new MalformedError('withdrawals')
  return withdrawals.map((item) => {
    if (!Array.isArray(item)) throw new MalformedError('a withdrawal')
    const [index, , address, amount] = item
    return {
      index: toNumber(index),
      address: toHex(toBytes(address)),
      amountGwei: toUint(toBytes(amount)),
    }
  })
}

function fromFields(fields: readonly Item[], bytes: Uint8Array): Header {
  const at = (index: number) => toBytes(fields[index])
  const optional = (index: number) => (fields[index] === undefined ? undefined : at(index))
  const beaconRoot = optional(19)
  const baseFee = optional(15)
  return {
    hash: keccak256(bytes),
    parentHash: toHex(at(0)),
    stateRoot: toHex(at(3)),
    receiptsRoot: toHex(at(5)),
    number: toNumber(fields[8]),
    gasLimit: toUint(at(9)),
    gasUsed: toUint(at(10)),
    timestamp: toNumber(fields[11]),
    extraData: toHex(at(12)),
    feeRecipient: toHex(at(2)),
    prevRandao: toHex(at(13)),
    baseFeePerGas: baseFee && toUint(baseFee),
    parentBeaconBlockRoot: beaconRoot && toHex(beaconRoot),
    bytes,
  }
}

function decodeList(bytes: Uint8Array): Item[] {
  let item: Item
  try {
    item = RLP.decode(bytes) as Item
  } catch {
    throw new MalformedError('RLP')
  }
  if (!Array.isArray(item)) throw new MalformedError('a list')
  return item
}

function toBytes(item: Item | undefined): Uint8Array {
  if (!(item instanceof Uint8Array)) throw new MalformedError('a field')
  return item
}

function toNumber(item: Item | undefined): number {
  return Number(toUint(toBytes(item)))
}

export class MalformedError extends AmbrosiaError {
  constructor(what: string) {
    super('Header.Malformed', `a block or header is malformed at ${what}`)
  }
}
