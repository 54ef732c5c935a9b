import { type Hex, toHex, toUint } from '@ambrosia/primitives/Bytes'
import { RLP } from '@ethereumjs/rlp'
import { bigIntToUnpaddedBytes } from '@ethereumjs/util'
import type { TxReceipt } from '@ethereumjs/vm'

/**
 * A receipt as it is stored: what consensus has of it, without the bloom, which follows from the
 * logs.
 */
export type StoredReceipt = {
  /**
   * True unless the transaction failed; receipts before Byzantium have a state root instead and
   * count as true.
   */
  succeeded: boolean
  cumulativeGasUsed: bigint
  logs: readonly { address: Hex; topics: readonly Hex[]; data: Hex }[]
}

/** RLP of a block's receipts. */
export function encodeReceipts(receipts: readonly TxReceipt[]): Uint8Array {
  return RLP.encode(
    receipts.map((receipt) => [
      'status' in receipt && receipt.status === 0 ? new Uint8Array() : Uint8Array.of(1),
      bigIntToUnpaddedBytes(receipt.cumulativeBlockGasUsed),
      receipt.logs,
    ]),
  )
}

type Log = [Uint8Array, Uint8Array[], Uint8Array]

/** The receipts of their bytes. */
export function decodeReceipts(bytes: Uint8Array): StoredReceipt[] {
  const list = RLP.decode(bytes) as unknown as [Uint8Array, Uint8Array, Log[]][]
  return list.map(([status, cumulative, logs]) => ({
    succeeded: status.length === 1,
    cumulativeGasUsed: toUint(cumulative),
    logs: logs.map(([address, topics, data]) => ({
      address: toHex(address),
      topics: topics.map(toHex),
      data: toHex(data),
    })),
  }))
}
