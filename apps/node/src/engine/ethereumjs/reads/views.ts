import { type Hex, toHex } from '@ambrosia/primitives/Bytes'
import type { Block } from '@ethereumjs/block'
import {
  isAccessList2930Tx,
  isEOACode7702Tx,
  isFeeMarket1559Tx,
  type TypedTransaction,
} from '@ethereumjs/tx'
import { bigIntMin, bytesToBigInt, generateAddress } from '@ethereumjs/util'
import { Bloom } from '@ethereumjs/vm'
import { quantity } from '../../../rpc/params.ts'
import type { StoredBlock } from '../BlockStore.ts'
import type { StoredReceipt } from '../receipts.ts'

/**
 * Blocks, transactions and receipts in the form of JSON-RPC, field by field as go-ethereum writes
 * them.
 */

const hex = toHex

function senderAt(stored: StoredBlock, position: number): Hex {
  return toHex(stored.senders.subarray(20 * position, 20 * position + 20))
}

/** The header's fields. */
function headerView(stored: StoredBlock, block: Block) {
  const { header } = block
  return {
    baseFeePerGas: quantity(header.baseFeePerGas ?? 0n),
    blobGasUsed: quantity(header.blobGasUsed ?? 0n),
    difficulty: quantity(header.difficulty),
    excessBlobGas: quantity(header.excessBlobGas ?? 0n),
    extraData: hex(header.extraData),
    gasLimit: quantity(header.gasLimit),
    gasUsed: quantity(header.gasUsed),
    hash: stored.hash,
    logsBloom: hex(header.logsBloom),
    miner: hex(header.coinbase.bytes),
    mixHash: hex(header.mixHash),
    nonce: hex(header.nonce),
    number: quantity(header.number),
    parentBeaconBlockRoot: hex(header.parentBeaconBlockRoot ?? new Uint8Array(32)),
    parentHash: hex(header.parentHash),
    receiptsRoot: hex(header.receiptTrie),
    requestsHash: hex(header.requestsHash ?? new Uint8Array(32)),
    sha3Uncles: hex(header.uncleHash),
    stateRoot: hex(header.stateRoot),
    timestamp: quantity(header.timestamp),
    transactionsRoot: hex(header.transactionsTrie),
    withdrawalsRoot: hex(header.withdrawalsRoot ?? new Uint8Array(32)),
  }
}

/** A whole block, with its transactions or their hashes. */
export function blockView(stored: StoredBlock, block: Block, full: boolean) {
  return {
    ...headerView(stored, block),
    size: quantity(stored.block.length),
    transactions: block.transactions.map((transaction, position) =>
      full ? transactionView(transaction, stored, block, position) : hex(transaction.hash()),
    ),
    uncles: [],
    withdrawals: (block.withdrawals ?? []).map((withdrawal) => ({
      index: quantity(withdrawal.index),
      validatorIndex: quantity(withdrawal.validatorIndex),
      address: hex(withdrawal.address.bytes),
      amount: quantity(withdrawal.amount),
    })),
  }
}

/** A transaction in its block. */
export function transactionView(
  transaction: TypedTransaction,
  stored: StoredBlock,
  block: Block,
  position: number,
) {
  const baseFee = block.header.baseFeePerGas ?? 0n
  return {
    blockHash: stored.hash as Hex | null,
    blockNumber: quantity(stored.number) as Hex | null,
    blockTimestamp: quantity(block.header.timestamp) as Hex | null,
    transactionIndex: quantity(position) as Hex | null,
    from: senderAt(stored, position),
    ...fieldsOf(transaction),
    gasPrice: quantity(effectiveGasPrice(transaction, baseFee)),
  }
}

/** A transaction that stands in no block yet. */
export function pendingView(transaction: TypedTransaction) {
  const price =
    isFeeMarket1559Tx(transaction) || isEOACode7702Tx(transaction)
      ? transaction.maxFeePerGas
      : effectiveGasPrice(transaction, 0n)
  return {
    blockHash: null,
    blockNumber: null,
    blockTimestamp: null,
    transactionIndex: null,
    from: hex(transaction.getSenderAddress().bytes),
    ...fieldsOf(transaction),
    gasPrice: quantity(price),
  }
}

function fieldsOf(transaction: TypedTransaction) {
  const { nonce, gasLimit, value, data, to, v, r, s } = transaction
  const common = {
    hash: hex(transaction.hash()),
    nonce: quantity(nonce),
    gas: quantity(gasLimit),
    value: quantity(value),
    input: hex(data),
    to: to === undefined ? null : hex(to.bytes),
    type: quantity(transaction.type),
    v: quantity(v ?? 0n),
    r: quantity(r ?? 0n),
    s: quantity(s ?? 0n),
  }
  const chainId = quantity(transaction.common.chainId())
  const isNew = isFeeMarket1559Tx(transaction) || isEOACode7702Tx(transaction)
  if (!isNew && !isAccessList2930Tx(transaction)) {
    return (v ?? 0n) >= 35n ? { ...common, chainId } : common
  }
  return {
    ...common,
    chainId,
    yParity: quantity(v ?? 0n),
    accessList: transaction.accessList.map(([address, keys]) => ({
      address: hex(address),
      storageKeys: keys.map(hex),
    })),
    ...(isNew && {
      maxFeePerGas: quantity(transaction.maxFeePerGas),
      maxPriorityFeePerGas: quantity(transaction.maxPriorityFeePerGas),
    }),
    ...(isEOACode7702Tx(transaction) && {
      authorizationList: transaction.authorizationList.map(
        ([authChain, address, authNonce, yParity, authR, authS]) => ({
          chainId: quantity(bytesToBigInt(authChain)),
          address: hex(address),
          nonce: quantity(bytesToBigInt(authNonce)),
          yParity: quantity(bytesToBigInt(yParity)),
          r: quantity(bytesToBigInt(authR)),
          s: quantity(bytesToBigInt(authS)),
        }),
      ),
    }),
  }
}

/** What a transaction paid for a unit of gas. */
export function effectiveGasPrice(transaction: TypedTransaction, baseFee: bigint): bigint {
  if (isFeeMarket1559Tx(transaction) || isEOACode7702Tx(transaction)) {
    const { maxFeePerGas, maxPriorityFeePerGas } = transaction
    return bigIntMin(baseFee + maxPriorityFeePerGas, maxFeePerGas)
  }
  return (transaction as { gasPrice: bigint }).gasPrice
}

export type LogView = ReturnType<typeof logsOf>[number]

/** The logs of a block, receipt by receipt. */
export function logsOf(stored: StoredBlock, block: Block, receipts: readonly StoredReceipt[]) {
  let index = 0
  return receipts.flatMap((receipt, position) =>
    receipt.logs.map((log) => ({
      address: log.address,
      topics: [...log.topics],
      data: log.data,
      blockNumber: quantity(stored.number),
      transactionHash: hex((block.transactions[position] as TypedTransaction).hash()),
      transactionIndex: quantity(position),
      blockHash: stored.hash,
      blockTimestamp: quantity(block.header.timestamp),
      logIndex: quantity(index++),
      removed: false,
    })),
  )
}

/** The receipts of a block. */
export function receiptViews(
  stored: StoredBlock,
  block: Block,
  receipts: readonly StoredReceipt[],
) {
  const logs = logsOf(stored, block, receipts)
  const baseFee = block.header.baseFeePerGas ?? 0n
  let before = 0n
  return receipts.map((receipt, position) => {
    const transaction = block.transactions[position] as TypedTransaction
    const from = senderAt(stored, position)
    const own = logs.filter(({ transactionIndex }) => transactionIndex === quantity(position))
    const gasUsed = receipt.cumulativeGasUsed - before
    before = receipt.cumulativeGasUsed
    return {
      blockHash: stored.hash,
      blockNumber: quantity(stored.number),
      contractAddress: transaction.to === undefined ? createdBy(transaction) : null,
      cumulativeGasUsed: quantity(receipt.cumulativeGasUsed),
      effectiveGasPrice: quantity(effectiveGasPrice(transaction, baseFee)),
      from,
      gasUsed: quantity(gasUsed),
      logs: own,
      logsBloom: bloomOf(receipt),
      status: receipt.succeeded ? '0x1' : '0x0',
      to: transaction.to === undefined ? null : hex(transaction.to.bytes),
      transactionHash: hex(transaction.hash()),
      transactionIndex: quantity(position),
      type: quantity(transaction.type),
    }
  })
}

/** The address of the contract that a transaction creates. */
function createdBy(transaction: TypedTransaction): Hex {
  const sender = transaction.getSenderAddress().bytes
  const { nonce } = transaction
  const bytes = nonce === 0n ? new Uint8Array() : hexBytes(nonce)
  return hex(generateAddress(sender, bytes))
}

function hexBytes(value: bigint): Uint8Array {
  const digits = value.toString(16)
  return Uint8Array.from(Buffer.from(digits.length % 2 === 0 ? digits : `0${digits}`, 'hex'))
}

function bloomOf(receipt: StoredReceipt): Hex {
  const bloom = new Bloom()
  for (const { address, topics } of receipt.logs) {
    bloom.add(Buffer.from(address.slice(2), 'hex'))
    for (const topic of topics) bloom.add(Buffer.from(topic.slice(2), 'hex'))
  }
  return hex(bloom.bitvector)
}
