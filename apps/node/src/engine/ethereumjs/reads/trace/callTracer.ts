import { type Hex, toHex } from '@ambrosia/primitives/Bytes'
import type { EVMResult, InterpreterStep, Message } from '@ethereumjs/evm'
import type { TypedTransaction } from '@ethereumjs/tx'
import { quantity } from '../../../../rpc/params.ts'
import { describeFailure, reasonOf } from '../calls.ts'
import type { Tracer } from './observe.ts'

/** A call and the calls that it made, as go-ethereum's callTracer writes them. */
export type Frame = {
  from: Hex
  gas: Hex
  gasUsed: Hex
  to?: Hex
  input: Hex
  output?: Hex
  error?: string
  revertReason?: string
  calls?: Frame[]
  logs?: { address: Hex; topics: Hex[]; data: Hex; index: Hex; position: Hex }[]
  value?: Hex
  type: string
}

const LOG = /^LOG([0-4])$/

/**
 * go-ethereum's callTracer, with its options `onlyTopCall` and `withLog`; `firstLog` logs stand
 * before it in the block.
 */
export function createCallTracer(
  transaction: TypedTransaction,
  config: { onlyTopCall?: boolean; withLog?: boolean },
  firstLog: number,
): Tracer {
  let nextLog = firstLog
  const open: Frame[] = []
  let top: Frame | undefined
  /** The instruction that makes the next message, by the depth it is at. */
  const opcodes: string[] = []
  const destroyed = new WeakMap<Frame, Frame>()

  const typeOf = (message: Message): string => {
    if (message.depth === 0) return message.to === undefined ? 'CREATE' : 'CALL'
    return opcodes[message.depth - 1] ?? 'CALL'
  }
  return {
    step(step: InterpreterStep) {
      opcodes[step.depth] = step.opcode.name
      const frame = open.at(-1)
      if (frame === undefined || config.onlyTopCall === true) return
      if (step.opcode.name === 'SELFDESTRUCT') {
        const to = addressOf(step.stack.at(-1) ?? 0n)
        const value = quantity(step.account.balance)
        const from = toHex(step.address.bytes)
        const common = { from, gas: '0x0', gasUsed: '0x0', to, input: '0x' } as const
        // It counts once the frame has ended well, with it as the last instruction.
        destroyed.set(frame, { ...common, value, type: 'SELFDESTRUCT' })
      }
      const count = config.withLog === true ? LOG.exec(step.opcode.name)?.[1] : undefined
      if (count !== undefined) {
        const log = logOf(step, Number(count), frame, nextLog++)
        frame.logs = [...(frame.logs ?? []), log]
      }
    },
    enter(message: Message) {
      const type = typeOf(message)
      const frame: Frame = {
        // A delegated call is made by the contract whose context it runs in.
        from: toHex((message.delegatecall && message.to ? message.to : message.caller).bytes),
        gas: quantity(message.gasLimit),
        gasUsed: '0x0',
        ...(message.to !== undefined && {
          to: toHex((message.delegatecall ? message.codeAddress : message.to).bytes),
        }),
        input: toHex(message.data),
        ...(type !== 'STATICCALL' && { value: quantity(message.value) }),
        type,
      }
      if (message.to === undefined && message.code instanceof Uint8Array && frame.input === '0x') {
        frame.input = toHex(message.code)
      }
      open.push(frame)
    },
    leave(result: EVMResult) {
      const frame = open.pop()
      if (frame === undefined) return
      const last = destroyed.get(frame)
      const hasEndedWell = result.execResult.exceptionError === undefined
      if (last !== undefined && hasEndedWell) frame.calls = [...(frame.calls ?? []), last]
      finish(frame, result)
      const parent = open.at(-1)
      if (parent === undefined) top = frame
      else if (config.onlyTopCall !== true) parent.calls = [...(parent.calls ?? []), frame]
    },
    result(run) {
      if (top === undefined) throw new Error('nothing ran')
      const frame = top
      // The outermost frame is the transaction: its own gas, what it paid for, its own input.
      frame.gas = quantity(transaction.gasLimit)
      frame.gasUsed = quantity(run.totalGasSpent)
      frame.input = toHex(transaction.data)
      return ordered(frame)
    },
  }
}

function finish(frame: Frame, { execResult, createdAddress }: EVMResult): void {
  const { executionGasUsed, exceptionError, returnValue } = execResult
  frame.gasUsed = quantity(executionGasUsed)
  if (createdAddress !== undefined) frame.to = toHex(createdAddress.bytes)
  if (returnValue.length > 0) frame.output = toHex(returnValue)
  if (exceptionError === undefined) return
  // Nothing was created.
  if (frame.type.startsWith('CREATE')) delete frame.to
  if (exceptionError.error !== 'revert') {
    frame.error = describeFailure(exceptionError.error)
    delete frame.output
  } else {
    frame.error = 'execution reverted'
    const reason = reasonOf(returnValue)
    if (reason !== undefined) frame.revertReason = reason
  }
  // What was logged is undone.
  delete frame.logs
}

function logOf(step: InterpreterStep, count: number, frame: Frame, index: number) {
  const stack = [...step.stack].reverse()
  const [offset, size] = [Number(stack[0] ?? 0n), Number(stack[1] ?? 0n)]
  const data = new Uint8Array(size)
  data.set(step.memory.subarray(offset, offset + size))
  return {
    address: toHex(step.address.bytes),
    topics: stack.slice(2, 2 + count).map(wordOf),
    data: toHex(data),
    index: quantity(index),
    position: quantity(frame.calls?.length ?? 0),
  }
}

/** The order of fields in which people read a frame. */
function ordered(frame: Frame): Frame {
  const { from, gas, gasUsed, to, input, output, error, revertReason, calls, logs, value, type } =
    frame
  return {
    from,
    gas,
    gasUsed,
    ...(to !== undefined && { to }),
    input,
    ...(output !== undefined && { output }),
    ...(error !== undefined && { error }),
    ...(revertReason !== undefined && { revertReason }),
    ...(calls !== undefined && { calls: calls.map(ordered) }),
    ...(logs !== undefined && { logs }),
    ...(value !== undefined && { value }),
    type,
  }
}

function addressOf(word: bigint): Hex {
  return `0x${(word & ((1n << 160n) - 1n)).toString(16).padStart(40, '0')}`
}

function wordOf(word: bigint): Hex {
  return `0x${word.toString(16).padStart(64, '0')}`
}
