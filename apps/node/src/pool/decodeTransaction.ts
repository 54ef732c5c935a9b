import { type Hex, toHex } from '@ambrosia/primitives/Bytes'
import type { ChainRules } from '@ambrosia/rollup/ChainRules'
import type { Genesis } from '@ambrosia/rollup/L2Genesis'
import { dropReason } from '@ambrosia/rollup/Transaction'
import type { Common } from '@ethereumjs/common'
import {
  createTxFromRLP,
  isEOACode7702Tx,
  isFeeMarket1559Tx,
  type TypedTransaction,
} from '@ethereumjs/tx'
import { createCommon } from '../engine/ethereumjs/createCommon.ts'
import { loadCrypto } from '../engine/ethereumjs/crypto.ts'
import { TRANSACTION_GAS } from '../engine/ethereumjs/reads/calls.ts'
import { CODES, RpcError } from '../rpc/RpcError.ts'

/** A transaction as the pool works with it. */
export type PoolTransaction = {
  hash: Hex
  raw: Uint8Array
  sender: Hex
  nonce: bigint
  gasLimit: bigint
  /** Most that it pays for a unit of gas, wei. */
  maxFeePerGas: bigint
  maxPriorityFeePerGas: bigint
  /** Most that it can cost its sender, wei. */
  maxCost: bigint
  /** Decoded, for JSON-RPC. */
  transaction: TypedTransaction
}

export type Decoder = (raw: Uint8Array) => PoolTransaction

/**
 * Decodes signed transactions of a network. What it gives back may stand in a block as far as its
 * own bytes tell.
 */
export async function createDecoder(rules: ChainRules, genesis: Genesis): Promise<Decoder> {
  const common = createCommon(genesis, await loadCrypto())
  return (raw) => decode(raw, rules, common)
}

function decode(raw: Uint8Array, rules: ChainRules, common: Common): PoolTransaction {
  const drop = dropReason(rules, raw, false)
  if (drop !== undefined) throw refuse(DROPS[drop])
  let transaction: TypedTransaction
  let sender: Hex
  try {
    transaction = createTxFromRLP(raw, { common, freeze: false })
    sender = toHex(transaction.getSenderAddress().bytes)
  } catch (error) {
    throw refuse(`invalid transaction: ${(error as Error).message.split(' (')[0]}`)
  }
  const [problem] = transaction.getValidationErrors()
  if (problem !== undefined) throw refuse(problem)
  const { gasLimit, nonce, value } = transaction
  if (gasLimit > TRANSACTION_GAS) throw refuse('transaction gas limit too high (cap: 16777216)')
  if (gasLimit > BigInt(rules.gasLimit)) throw refuse('exceeds block gas limit')
  const { maxFeePerGas, maxPriorityFeePerGas } = feesOf(transaction)
  return {
    hash: toHex(transaction.hash()),
    raw,
    sender,
    nonce,
    gasLimit,
    maxFeePerGas,
    maxPriorityFeePerGas,
    maxCost: gasLimit * maxFeePerGas + value,
    transaction,
  }
}

function feesOf(transaction: TypedTransaction) {
  if (isFeeMarket1559Tx(transaction) || isEOACode7702Tx(transaction)) {
    const { maxFeePerGas, maxPriorityFeePerGas } = transaction
    return { maxFeePerGas, maxPriorityFeePerGas }
  }
  const { gasPrice } = transaction as { gasPrice: bigint } & TypedTransaction
  return { maxFeePerGas: gasPrice, maxPriorityFeePerGas: gasPrice }
}

const DROPS = {
  'too-long': 'transaction too large',
  undecodable: 'invalid transaction: not RLP of a signed transaction',
  type: 'transaction type not supported',
  chain: 'only replay-protected (EIP-155) transactions of this chain are taken',
  'forced-gas': 'exceeds block gas limit',
} as const

/** A transaction that the pool does not take. */
export function refuse(why: string): RpcError {
  return new RpcError(CODES.server, why)
}
