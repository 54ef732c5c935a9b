import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import {
  type Abi,
  type AbiParameter,
  BaseError,
  decodeErrorResult,
  type Hash,
  type Hex,
  HttpRequestError,
  InsufficientFundsError,
  isHex,
  RpcError,
  RpcRequestError,
  SocketClosedError,
  TimeoutError,
  WebSocketRequestError,
} from 'viem'
import { errorsAbi } from './abi/errors.generated.ts'
import { refusalWords } from './refusalWords.ts'

/** A contract's refusal: its custom error by name, and the error's arguments by theirs. */
export type Refusal = { errorName: string; args: Readonly<Record<string, unknown>> }

/**
 * Reads revert data by the custom errors of all our contracts, so that a refusal is understood
 * whatever call it came through; `Error(string)` and `Panic(uint256)` too. An error that none of
 * them declares is `Unknown` with its selector.
 */
export function decodeRefusal(data: Hex): Refusal {
  if (data === '0x') return { errorName: 'Reverted', args: {} }
  try {
    const { errorName, args, abiItem } = decodeErrorResult({ abi: errorsAbi as Abi, data })
    const inputs = abiItem.type === 'error' ? abiItem.inputs : []
    return { errorName, args: namedArguments(inputs, args ?? []) }
  } catch {
    return { errorName: 'Unknown', args: { selector: data.slice(0, 10) } }
  }
}

function namedArguments(
  inputs: readonly AbiParameter[],
  values: readonly unknown[],
): Record<string, unknown> {
  const entries = values.map((value, index) => [inputs[index]?.name || String(index), value])
  return Object.fromEntries(entries)
}

/** Runs what asks the node, and turns what it throws into an error of ours. @throws Chain.* */
export async function reach<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw toChainError(error)
  }
}

/**
 * Turns what viem throws into an error of ours, without the URL of the node, which may hold a key.
 */
export function toChainError(error: unknown): Error {
  if (error instanceof AmbrosiaError) return error
  if (!(error instanceof BaseError)) return new UnreachableError(error)
  const data = revertData(error)
  if (data !== undefined) return new RevertedError(decodeRefusal(data))
  if (has(error, InsufficientFundsError)) return new PoorAccountError(error)
  if (isTransportFailure(error)) return new UnreachableError(error)
  // What is left of viem's errors is of our own making, such as an argument that does not fit the
  // ABI.
  return has(error, RpcError) || has(error, RpcRequestError) ? new CallFailedError(error) : error
}

/** True where the node did not answer at all; false where it answered with an error. */
export function isTransportFailure(error: unknown): boolean {
  if (!(error instanceof BaseError)) return true
  return [HttpRequestError, TimeoutError, WebSocketRequestError, SocketClosedError].some((type) =>
    has(error, type),
  )
}

function has(error: BaseError, type: new (...args: never[]) => Error): boolean {
  return error.walk((cause) => cause instanceof type) !== null
}

/**
 * What a call was reverted with, where the error is of a revert. Nodes put it at different depths.
 */
function revertData(error: BaseError): Hex | undefined {
  let found: Hex | undefined
  let isRevert = false
  error.walk((cause) => {
    const { data, raw, name } = cause as { data?: unknown; raw?: unknown; name?: string }
    isRevert ||= name === 'ExecutionRevertedError' || name === 'ContractFunctionRevertedError'
    const nested = (data as { data?: unknown } | undefined)?.data
    found ??= [raw, data, nested].find((value): value is Hex => isHex(value))
    return false
  })
  if (found !== undefined && found.length >= 10) return found
  return isRevert ? '0x' : undefined
}

/** A contract refused. The code is the name of its custom error: `Chain.DealPaused`. */
export class RevertedError extends AmbrosiaError {
  readonly errorName: string
  /** The error's arguments by name. */
  readonly args: Readonly<Record<string, unknown>>

  constructor({ errorName, args }: Refusal) {
    const { message, hint } = refusalWords({ errorName, args })
    super(`Chain.${errorName}`, `the contract refused. ${message}`, { hint })
    this.errorName = errorName
    this.args = args
  }
}

/** A transaction stands in a block and did nothing. */
export class TransactionFailedError extends AmbrosiaError {
  constructor(hash: Hash) {
    super('Chain.TransactionFailed', `transaction ${hash} failed`, { details: { hash } })
  }
}

/** The node does not answer. */
export class UnreachableError extends AmbrosiaError {
  constructor(cause: unknown, message = 'the Ethereum node does not answer') {
    super('Chain.Unreachable', message, {
      hint: 'Check that the node runs and the RPC URL is right.',
      cause,
    })
  }
}

/**
 * The node answered, with an error that is not a contract's: what it would have said is as unknown
 * as if it had not.
 */
class CallFailedError extends UnreachableError {
  constructor(cause: BaseError) {
    super(cause, `the Ethereum node did not take the call: ${cause.walk().name}`)
  }
}

/** The account cannot pay for the transaction. */
class PoorAccountError extends AmbrosiaError {
  constructor(cause: BaseError) {
    super('Chain.InsufficientFunds', 'the account has too little ether for the transaction', {
      hint: 'Send it some ether for gas.',
      cause,
    })
  }
}
