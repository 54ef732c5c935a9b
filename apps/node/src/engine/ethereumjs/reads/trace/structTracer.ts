import { type Hex, toHex } from '@ambrosia/primitives/Bytes'
import type { EVMResult, InterpreterStep } from '@ethereumjs/evm'
import { CODES, RpcError } from '../../../../rpc/RpcError.ts'
import { describeFailure } from '../calls.ts'
import type { Tracer } from './observe.ts'

/** Steps that one answer holds at most. */
const STEP_COUNT = 1_000_000

type StructLog = {
  pc: number
  op: string
  gas: number
  gasCost: number
  depth: number
  error?: string
  refund?: number
  stack?: Hex[]
  memory?: Hex[]
  storage?: Record<Hex, Hex>
}

export type StructConfig = {
  disableStack?: boolean
  disableStorage?: boolean
  enableMemory?: boolean
  limit?: number
}

/**
 * go-ethereum's default tracer: every instruction.
 * @throws RpcError -32005 where there are too many
 */
export function createStructTracer(config: StructConfig): Tracer {
  const steps: StructLog[] = []
  /** Depths of the frames that run. */
  const depths: number[] = []
  const storages = new Map<Hex, Record<Hex, Hex>>()
  return {
    step(step: InterpreterStep) {
      if (config.limit !== undefined && config.limit > 0 && steps.length >= config.limit) return
      if (steps.length >= STEP_COUNT) {
        throw new RpcError(CODES.limit, `more than ${STEP_COUNT} steps; set "limit"`)
      }
      const { opcode, pc, gasLeft, gasRefund, depth, stack } = step
      const storage = config.disableStorage === true ? undefined : storageAfter(step, storages)
      steps.push({
        pc,
        op: opcode.name,
        gas: Number(gasLeft),
        gasCost: Number(opcode.dynamicFee ?? opcode.fee),
        depth: depth + 1,
        ...(gasRefund > 0n && { refund: Number(gasRefund) }),
        ...(config.disableStack !== true && {
          stack: stack.map((word): Hex => `0x${word.toString(16)}`),
        }),
        ...(config.enableMemory === true && { memory: wordsOf(step) }),
        ...(storage !== undefined && { storage }),
      })
    },
    enter() {
      depths.push(depths.length + 1)
    },
    leave({ execResult }: EVMResult) {
      const depth = depths.pop()
      const { exceptionError } = execResult
      if (exceptionError === undefined || exceptionError.error === 'revert') return
      // What failed is the last instruction of the frame, if it came to one.
      const last = steps.findLast((step) => step.depth === depth)
      if (last !== undefined && last.op !== 'INVALID')
        last.error = describeFailure(exceptionError.error)
    },
    result(run) {
      const { exceptionError, returnValue } = run.execResult
      return {
        gas: Number(run.totalGasSpent),
        failed: exceptionError !== undefined,
        returnValue: toHex(returnValue),
        structLogs: steps,
      }
    },
  }
}

/** The slots of this contract that were touched so far, as SLOAD and SSTORE show them. */
function storageAfter(step: InterpreterStep, storages: Map<Hex, Record<Hex, Hex>>) {
  const { name } = step.opcode
  if (name !== 'SSTORE') return undefined
  const [value, key] = step.stack.slice(-2)
  if (key === undefined || value === undefined) return undefined
  const address = toHex(step.address.bytes)
  const known = { ...storages.get(address), [word(key)]: word(value) }
  storages.set(address, known)
  return known
}

function wordsOf(step: InterpreterStep): Hex[] {
  const words: Hex[] = []
  const size = Number(step.memoryWordCount)
  for (let i = 0; i < size; i++) words.push(toHex(step.memory.subarray(32 * i, 32 * i + 32)))
  return words
}

function word(value: bigint): Hex {
  return `0x${value.toString(16).padStart(64, '0')}`
}
