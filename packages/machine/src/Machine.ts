// A machine that runs one program on one input: docs/machine.md, sections 2, 5 and 9.

import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import {
  createEngine,
  type Engine,
  hostOffset,
  readMemory,
  writeMemory,
} from './internal/engine.ts'
import {
  ADDRESS_LIMIT,
  INPUT_ADDRESS,
  INPUT_SALT_ADDRESS,
  INPUT_SIZE_LIMIT,
  OUTPUT_ADDRESS,
  OUTPUT_SIZE_LIMIT,
  SALT_SIZE,
  STACK_POINTER,
} from './Layout.ts'
import type { Program } from './Program.ts'

export type Status = 'running' | 'halted' | 'faulted'

export type Options = {
  /** The program's input; empty when left out. */
  input?: Uint8Array
  /** 32 bytes in line 0, which hide every state of the run. Zero when left out: the states of a public run. */
  salt?: Uint8Array
  /** 32 bytes in the last line of the input region, which hide the input root. Zero when left out. */
  inputSalt?: Uint8Array
  /** Machine memory mapped one to one, bytes, largest tried first. For tests of the paged part. */
  directSizes?: readonly number[]
}

export type Machine = {
  readonly program: Program
  readonly options: Options
  readonly engine: Engine
}

const STATUSES = ['running', 'halted', 'faulted'] as const
/** Steps between two returns to the host: short at first, so that the engine's optimised code is taken up early. */
const FIRST_SLICE = 1n << 16n
const LAST_SLICE = 1n << 26n

/** A machine in its first state. @throws Machine.Input, Machine.HostMemory */
export function create(program: Program, options: Options = {}): Machine {
  const { input = new Uint8Array(0), salt, inputSalt } = options
  if (input.length > INPUT_SIZE_LIMIT) {
    throw new InputError(`is longer than ${INPUT_SIZE_LIMIT} bytes`)
  }
  for (const value of [salt, inputSalt]) {
    if (value !== undefined && value.length !== SALT_SIZE)
      throw new InputError('has a salt that is not 32 bytes')
  }
  const engine = createEngine(program, options.directSizes)
  const machine = { program, options, engine }
  writeFirstState(machine)
  return machine
}

function writeFirstState({ program, options, engine }: Machine): void {
  const { input = new Uint8Array(0), salt, inputSalt } = options
  for (const { address, data } of program.image) writeMemory(engine, address, data)
  if (input.length > 0) {
    writeMemory(engine, INPUT_ADDRESS, fromLength(input.length))
    writeMemory(engine, INPUT_ADDRESS + 8, input)
  }
  if (salt !== undefined) writeMemory(engine, 0, salt)
  if (inputSalt !== undefined) writeMemory(engine, INPUT_SALT_ADDRESS, inputSalt)
  setRegister(engine, 2, BigInt(STACK_POINTER))
  engine.exports.setPc(program.entry)
}

/** Steps taken so far; a halting or faulting step counts, staying in that state does not. */
export function steps(machine: Machine): bigint {
  return machine.engine.exports.getSteps()
}

export function status(machine: Machine): Status {
  return STATUSES[machine.engine.exports.getStatus()] as Status
}

/** a0, which a halted program leaves as its answer to the host. */
export function exitValue(machine: Machine): bigint {
  return register(machine, 10)
}

export function pc(machine: Machine): number {
  return machine.engine.exports.getPc() >>> 0
}

/** The value of a register, unsigned. */
export function register(machine: Machine, index: number): bigint {
  return registerView(machine.engine)[index] as bigint
}

/** Runs on until the machine stops or has taken `maxSteps` steps in all. */
export function run(machine: Machine, maxSteps: bigint = 2n ** 63n): Status {
  const { exports } = machine.engine
  let slice = FIRST_SLICE
  while (exports.getStatus() === 0 && exports.getSteps() < maxSteps) {
    const end = exports.getSteps() + slice
    exports.run(end < maxSteps ? end : maxSteps)
    if (slice < LAST_SLICE) slice *= 2n
  }
  return status(machine)
}

/** Bytes of memory. @throws Machine.Address */
export function read(machine: Machine, address: number, size: number): Uint8Array {
  if (!Number.isSafeInteger(address) || address < 0 || size < 0 || address + size > ADDRESS_LIMIT) {
    throw new AddressError()
  }
  return readMemory(machine.engine, address, size)
}

/** The 32 bytes of answer at the start of the output region. */
export function answer(machine: Machine): Uint8Array {
  return readMemory(machine.engine, OUTPUT_ADDRESS, 32)
}

/** The bytes that the program put out. @throws Machine.OutputLength where it wrote an impossible length */
export function output(machine: Machine): Uint8Array {
  const header = readMemory(machine.engine, OUTPUT_ADDRESS + 32, 8)
  const size = new DataView(header.buffer).getBigUint64(0, true)
  if (size > BigInt(OUTPUT_SIZE_LIMIT)) throw new OutputLengthError(size)
  return readMemory(machine.engine, OUTPUT_ADDRESS + 40, Number(size))
}

function registerView(engine: Engine): BigUint64Array {
  return new BigUint64Array(engine.memory.buffer, 1024, 32)
}

function setRegister(engine: Engine, index: number, value: bigint): void {
  registerView(engine)[index] = value
}

function fromLength(length: number): Uint8Array {
  const bytes = new Uint8Array(8)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(length), true)
  return bytes
}

export class InputError extends AmbrosiaError {
  constructor(what: string) {
    super('Machine.Input', `the input ${what}`)
  }
}

export class AddressError extends AmbrosiaError {
  constructor() {
    super('Machine.Address', 'the range does not lie within the 2^34 bytes of memory')
  }
}

export class OutputLengthError extends AmbrosiaError {
  constructor(size: bigint) {
    super('Machine.OutputLength', `the program says that it put out ${size} bytes`, {
      hint: 'Write the length of the output as 8 little-endian bytes at 0x100000020, the bytes behind it.',
    })
  }
}
