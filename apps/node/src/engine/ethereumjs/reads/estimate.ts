import type { Hex } from '@ambrosia/primitives/Bytes'
import type { CallRequest, StateOverrides } from '../../../rpc/CallRequest.ts'
import { CODES, RpcError } from '../../../rpc/RpcError.ts'
import type { StoredBlock } from '../BlockStore.ts'
import type { Chain } from '../Chain.ts'
import { type CallRunner, describeFailure, failureOf, TRANSACTION_GAS } from './calls.ts'
import type { States } from './states.ts'

/**
 * A search that comes this near, in thousandths of the upper bound, has ended: go-ethereum's own
 * bound.
 */
const PRECISION = 15n
const STIPEND = 2300n
const TRANSFER_GAS = 21_000n

/** The least gas with which a call succeeds, nearly. @throws RpcError where it fails with any */
export async function estimateGas(options: {
  chain: Chain
  runner: CallRunner
  states: States
  call: CallRequest
  on: StoredBlock
  state?: StateOverrides
}): Promise<bigint> {
  const { runner, call, on, state } = options
  let high = await highest(options)
  const run = async (gas: bigint) => {
    try {
      return await runner.run({ call, gas, on, ...(state !== undefined && { state }) })
    } catch (error) {
      // Too little gas for the transaction itself is a failure like any other.
      if (/INTRINSIC_GAS_TOO_LOW|lower than the minimum/.test((error as Error).message))
        return undefined
      throw error
    }
  }
  // A plain transfer costs what it costs.
  const isPlain = call.to !== undefined && call.data === '0x' && call.accessList === undefined
  if (isPlain && high >= TRANSFER_GAS && call.authorizationList === undefined) {
    const code = await (await options.states.at(on)).getCode(call.to as Hex)
    const transfer = code.length === 0 ? await run(TRANSFER_GAS) : undefined
    if (transfer?.execResult.exceptionError === undefined && transfer !== undefined)
      return TRANSFER_GAS
  }
  const first = await run(high)
  if (first === undefined)
    throw new RpcError(CODES.server, `gas required exceeds allowance (${high})`)
  const failure = failureOf(first)
  if (failure !== undefined) {
    const error = first.execResult.exceptionError?.error ?? ''
    if (describeFailure(error) !== 'out of gas') throw failure
    throw new RpcError(CODES.server, `gas required exceeds allowance (${high})`)
  }
  const succeeds = async (gas: bigint) => {
    const result = await run(gas)
    return result !== undefined && result.execResult.exceptionError === undefined
  }
  let low = first.totalGasSpent - 1n
  // A first guess as go-ethereum makes it: calls keep back a 64th of their gas, and stipends come
  // on top.
  const refund = first.execResult.gasRefund ?? 0n
  const guess = ((first.totalGasSpent + refund + STIPEND) * 64n) / 63n
  if (guess < high) {
    if (await succeeds(guess)) high = guess
    else low = guess
  }
  while (low + 1n < high) {
    if ((high - low) * 1000n < high * PRECISION) break
    let middle = (low + high) / 2n
    // Most estimates lie at the lower end.
    if (middle > low * 2n) middle = low * 2n
    if (await succeeds(middle)) high = middle
    else low = middle
  }
  return high
}

/**
 * What the call may take at most: what it asks for, the largest transaction, what its sender can
 * pay for.
 */
async function highest(options: {
  call: CallRequest
  on: StoredBlock
  states: States
  state?: StateOverrides
}): Promise<bigint> {
  const { call, on, states, state } = options
  let high = call.gas !== undefined && call.gas >= 21_000n ? call.gas : TRANSACTION_GAS
  if (high > TRANSACTION_GAS) high = TRANSACTION_GAS
  const price = call.gasPrice ?? call.maxFeePerGas ?? 0n
  if (price === 0n) return high
  const account = await (await states.at(on)).getAccount(call.from)
  const balance = state?.get(call.from)?.balance ?? account?.balance ?? 0n
  if (call.value > balance) throw new RpcError(CODES.server, 'insufficient funds for transfer')
  const allowance = (balance - call.value) / price
  return allowance < high ? allowance : high
}
