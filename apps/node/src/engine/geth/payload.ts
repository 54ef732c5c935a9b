import { fromHex, type Hex, toHex } from '@ambrosia/primitives/Bytes'
import type { Attributes } from '@ambrosia/rollup/Derivation'
import { RLP } from '@ethereumjs/rlp'
import { MalformedError } from '../Header.ts'

/**
 * Blocks and attributes in the form of the Engine API (execution-apis, `engine/prague.md`,
 * `engine/osaka.md`).
 */
export type Payload = Readonly<Record<string, unknown>> & { blockHash: Hex }

type Item = Uint8Array | Item[]

/** Payload attributes. */
export function toAttributes(attributes: Attributes) {
  return {
    timestamp: quantity(attributes.timestamp),
    prevRandao: attributes.prevRandao,
    suggestedFeeRecipient: attributes.feeRecipient,
    withdrawals: attributes.withdrawals.map(({ index, address, amountGwei }) => ({
      index: quantity(index),
      validatorIndex: '0x0',
      address,
      amount: quantity(amountGwei),
    })),
    parentBeaconBlockRoot: attributes.anchor,
  }
}

/**
 * The payload of a block, and its parent beacon block root, which the API takes separately.
 * @throws Header.Malformed
 */
export function toPayload(bytes: Uint8Array, blockHash: Hex): { payload: Payload; root: Hex } {
  const [header, transactions, uncles, withdrawals] = list(RLP.decode(bytes) as Item)
  const fields = list(header)
  const at = (index: number) => toHex(bytesOf(fields[index]))
  const number = (index: number) => {
    const digits = at(index).replace(/^0x0*/, '')
    return `0x${digits === '' ? '0' : digits}`
  }
  if (list(uncles).length > 0) throw new MalformedError('uncles')
  const payload = {
    parentHash: at(0),
    feeRecipient: at(2),
    stateRoot: at(3),
    receiptsRoot: at(5),
    logsBloom: at(6),
    blockNumber: number(8),
    gasLimit: number(9),
    gasUsed: number(10),
    timestamp: number(11),
    extraData: at(12),
    prevRandao: at(13),
    baseFeePerGas: number(15),
    blobGasUsed: number(17),
    excessBlobGas: number(18),
    blockHash,
    transactions: list(transactions).map((item) =>
      toHex(item instanceof Uint8Array ? item : RLP.encode(item)),
    ),
    withdrawals: list(withdrawals).map((item) => {
      const [index, validatorIndex, address, amount] = list(item)
      const integer = (value: Item | undefined) => quantity(BigInt(zeroed(bytesOf(value))))
      return {
        index: integer(index),
        validatorIndex: integer(validatorIndex),
        address: toHex(bytesOf(address)),
        amount: integer(amount),
      }
    }),
  }
  return { payload, root: at(19) }
}

/** Hex of a quantity. */
export function quantity(value: number | bigint): Hex {
  return `0x${value.toString(16)}`
}

/** Witness in the form that execution clients exchange: RLP of headers, codes, state and keys. */
export function encodeWitness(
  headers: readonly Hex[],
  codes: readonly Hex[],
  state: readonly Hex[],
) {
  return RLP.encode([
    headers.map((header) => RLP.decode(fromHex(header)) as Uint8Array[]),
    codes.map(fromHex),
    state.map(fromHex),
    [],
  ])
}

function zeroed(bytes: Uint8Array): Hex {
  return bytes.length === 0 ? '0x0' : toHex(bytes)
}

function list(item: Item | undefined): Item[] {
  if (!Array.isArray(item)) throw new MalformedError('a list')
  return item
}

function bytesOf(item: Item | undefined): Uint8Array {
  if (!(item instanceof Uint8Array)) throw new MalformedError('a field')
  return item
}
