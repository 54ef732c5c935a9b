import { readFile } from 'node:fs/promises'
import type * as MachineModule from '@ambrosia/machine/Machine'
import { toHex } from '@ambrosia/primitives/Bytes'
import { hasCode } from '@ambrosia/primitives/Errors'
import type { Command } from 'commander'
import { printJson, UsageError } from '../output.ts'

/** Exit codes beside the program's own, as shells and `timeout` use them. */
const EXIT_LIMIT = 124
const EXIT_FAULT = 128

/** Steps that one trace shows at most. */
const TRACE_LIMIT = 100_000n

/** Bytes that one --dump shows at most. */
const DUMP_LIMIT = 2 ** 24

type LoadOptions = { input?: string; textInMemory: boolean }
type RunOptions = LoadOptions & { maxSteps?: bigint; dump: string[] }

/** `ambrosia machine`: run, hash, trace and witness programs of the provable machine. */
export function register(program: Command): void {
  const machine = program
    .command('machine')
    .description('Run programs on the machine whose every step can be proven (RV64IMA).')
  machine
    .command('run')
    .description(
      "Run an ELF file; its output goes to standard output, its exit code is the command's.",
    )
    .argument('<elf>', 'a static riscv64 executable')
    .option('--input <file>', "bytes for the program's input region")
    .option('--max-steps <n>', 'stop after this many steps in all', parseCount)
    .option('--dump <address:length>', 'show memory at the end; repeats', collect, [])
    .option('--no-text-in-memory', 'leave the bytes of executable segments out of memory')
    .addHelpText('after', RUN_HELP)
    .action((path: string, options: RunOptions) =>
      run(path, options, program.opts()['json'] === true),
    )
  machine
    .command('hash')
    .description('Show what names a program and an input, and the hash of the first state.')
    .argument('<elf>', 'a static riscv64 executable')
    .option('--input <file>', "bytes for the program's input region")
    .option('--no-text-in-memory', 'leave the bytes of executable segments out of memory')
    .addHelpText('after', '\nExample:\n  ambrosia machine hash hello.elf')
    .action((path: string, options: LoadOptions) =>
      hash(path, options, program.opts()['json'] === true),
    )
  machine
    .command('trace')
    .description('Show each step of a range: its pc, its instruction, the register it wrote.')
    .argument('<elf>', 'a static riscv64 executable')
    .requiredOption('--from <n>', 'first step', parseCount)
    .requiredOption('--to <m>', 'the step to stop before', parseCount)
    .option('--input <file>', "bytes for the program's input region")
    .option('--no-text-in-memory', 'leave the bytes of executable segments out of memory')
    .addHelpText('after', '\nExample:\n  ambrosia machine trace hello.elf --from 0 --to 20')
    .action((path: string, options: LoadOptions & { from: bigint; to: bigint }) =>
      trace(path, options, program.opts()['json'] === true),
    )
  machine
    .command('witness')
    .description('Print everything that one step reads, and the states before and after, as JSON.')
    .argument('<elf>', 'a static riscv64 executable')
    .requiredOption('--step <n>', 'the step from state n to state n + 1', parseCount)
    .option('--input <file>', "bytes for the program's input region")
    .option('--no-text-in-memory', 'leave the bytes of executable segments out of memory')
    .addHelpText('after', '\nExample:\n  ambrosia machine witness hello.elf --step 7 > step.json')
    .action((path: string, options: LoadOptions & { step: bigint }) => witness(path, options))
}

const RUN_HELP = `
Exit codes: the low 8 bits of a0 of the program; 124 at --max-steps; 128 for a fault.
With --json the last line of standard error is {version, status, exitCode, steps, stateHash, dump}.
An address is decimal, 0x-hexadecimal or a symbol of the ELF file; a length decimal, 0x or a symbol's value.

Examples:
  ambrosia machine run hello.elf
  ambrosia machine run sum.elf --input numbers.bin --json --dump result:8
  ambrosia machine run loop.elf --max-steps 1000000`

async function run(path: string, options: RunOptions, json: boolean): Promise<void> {
  const { bytes, machine, Machine } = await load(path, options)
  const ranges = await parseDumps(options.dump, bytes)
  const status = Machine.run(machine, options.maxSteps)
  const dumps = ranges.map(({ address, size }) => toHex(Machine.read(machine, address, size)))
  const exitCode =
    status === 'halted'
      ? Number(Machine.exitValue(machine) & 0xffn)
      : status === 'faulted'
        ? EXIT_FAULT
        : EXIT_LIMIT
  await writeOutput(machine, Machine)
  if (json) {
    const result = {
      version: 1,
      status: status === 'running' ? 'limit' : status,
      exitCode,
      steps: Number(Machine.steps(machine)),
      stateHash: toHash(await Machine.stateHash(machine)),
      dump: dumps,
    }
    process.stderr.write(`${JSON.stringify(result)}\n`)
  } else {
    options.dump.forEach((range, index) => {
      process.stderr.write(`${range} ${dumps[index]}\n`)
    })
    if (status !== 'halted') {
      const what = status === 'faulted' ? 'faulted' : 'reached the limit'
      const place = `pc 0x${Machine.pc(machine).toString(16)}`
      process.stderr.write(`${what} at ${place} after ${Machine.steps(machine)} steps\n`)
    }
  }
  process.exitCode = exitCode
}

async function hash(path: string, options: LoadOptions, json: boolean): Promise<void> {
  const { machine, Machine } = await load(path, options)
  const Commitment = await import('@ambrosia/machine/Commitment')
  const program = await Commitment.fromProgram(machine.program)
  const result = {
    programId: toHash(program.programId),
    programRoot: toHash(program.programRoot),
    imageRoot: toHash(program.imageRoot),
    inputRoot: toHash(await Commitment.inputRoot(machine.options.input ?? new Uint8Array(0))),
    stateHash: toHash(await Machine.stateHash(machine)),
    entry: program.entry,
  }
  if (json) printJson(result)
  else for (const [name, value] of Object.entries(result)) print(`${name.padEnd(12)} ${value}`)
}

type TraceLine = {
  step: number
  pc: number
  instruction: string
  register?: number
  value?: string
  status?: string
}

async function trace(
  path: string,
  options: LoadOptions & { from: bigint; to: bigint },
  json: boolean,
): Promise<void> {
  const { from, to } = options
  if (to < from || to - from > TRACE_LIMIT) {
    throw new UsageError(`--to must lie 0 to ${TRACE_LIMIT} steps behind --from`)
  }
  const { machine, Machine } = await load(path, options)
  const { instructionAt } = await import('@ambrosia/machine/Program')
  const { toText } = await import('@ambrosia/machine/Instruction')
  const lines: TraceLine[] = []
  Machine.stepTo(machine, from)
  let registers = Machine.registers(machine)
  for (let step = from; step < to && Machine.status(machine) === 'running'; step++) {
    const pc = Machine.pc(machine)
    Machine.run(machine, step + 1n)
    const after = Machine.registers(machine)
    const register = after.findIndex((value, index) => value !== registers[index])
    const status = Machine.status(machine)
    const line: TraceLine = {
      step: Number(step),
      pc,
      instruction: toText(instructionAt(machine.program, pc)),
      ...(register < 0 ? {} : { register, value: `0x${(after[register] ?? 0n).toString(16)}` }),
      ...(status === 'running' ? {} : { status }),
    }
    registers = after
    if (json) lines.push(line)
    else print(toTraceText(line))
  }
  if (json) printJson({ steps: lines })
}

function toTraceText({ step, pc, instruction, register, value, status }: TraceLine): string {
  const change = register === undefined ? '' : `x${register} = ${value}`
  const place = `${String(step).padStart(10)}  ${pc.toString(16).padStart(8, '0')}`
  return `${place}  ${instruction.padEnd(32)}  ${status ?? change}`.trimEnd()
}

async function witness(path: string, options: LoadOptions & { step: bigint }): Promise<void> {
  const { machine, Machine } = await load(path, options)
  const [Step, State, WitnessJson] = await Promise.all([
    import('@ambrosia/machine/Step'),
    import('@ambrosia/machine/State'),
    import('@ambrosia/machine/WitnessJson'),
  ])
  const { step } = options
  const found = await Machine.witness(machine, step)
  const after = Step.apply(found)
  printJson({
    step: Number(step),
    witness: WitnessJson.fromWitness(found),
    after: WitnessJson.fromState(after),
    stateHash: toHash(State.hash(found.state)),
    nextStateHash: toHash(State.hash(after)),
  })
}

async function load(
  path: string,
  options: LoadOptions,
): Promise<{
  bytes: Uint8Array
  machine: MachineModule.Machine
  Machine: typeof MachineModule
}> {
  const [Program, Machine] = await Promise.all([
    import('@ambrosia/machine/Program'),
    import('@ambrosia/machine/Machine'),
  ])
  const bytes = await readBytes(path)
  const { hashPool } = await import('../machineHashPool.ts')
  const program = Program.fromElf(bytes, { excludeCodeFromMemory: !options.textInMemory })
  const input = options.input === undefined ? new Uint8Array(0) : await readBytes(options.input)
  return { bytes, machine: Machine.create(program, { input, hashPool: hashPool() }), Machine }
}

async function readBytes(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path)
  } catch (cause) {
    throw new UsageError(`cannot read ${path}`, (cause as Error).message)
  }
}

async function parseDumps(
  ranges: readonly string[],
  bytes: Uint8Array,
): Promise<{ address: number; size: number }[]> {
  if (ranges.length === 0) return []
  const [{ readSymbols }, { ADDRESS_LIMIT }] = await Promise.all([
    import('@ambrosia/machine/Elf'),
    import('@ambrosia/machine/Layout'),
  ])
  const symbols = readSymbols(bytes)
  return ranges.map((range) => {
    const [address, size, ...rest] = range.split(':')
    if (address === undefined || size === undefined || rest.length > 0) {
      throw new UsageError(`--dump wants ADDRESS:LENGTH, got ${range}`)
    }
    const place = { address: parsePlace(address, symbols), size: parsePlace(size, symbols) }
    if (place.size > DUMP_LIMIT || place.address + place.size > ADDRESS_LIMIT) {
      throw new UsageError(`--dump ${range} is longer than 16 MiB or ends past 2^34`)
    }
    return place
  })
}

function parsePlace(text: string, symbols: ReadonlyMap<string, number>): number {
  if (/^(0[xX][0-9a-fA-F]+|[0-9]+)$/.test(text)) return Number(text)
  const value = symbols.get(text)
  if (value === undefined) throw new UsageError(`the ELF file has no symbol ${text}`)
  return value
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}

/** A field element as 32 bytes. */
function toHash(value: bigint): string {
  return `0x${value.toString(16).padStart(64, '0')}`
}

function parseCount(text: string): bigint {
  if (!/^[0-9]+$/.test(text)) throw new UsageError(`expected a whole number of steps, got ${text}`)
  return BigInt(text)
}

function collect(value: string, before: string[]): string[] {
  return [...before, value]
}

/** What the program put out. An impossible length is the program's fault, so it is told and changes nothing else. */
async function writeOutput(
  machine: MachineModule.Machine,
  Machine: typeof MachineModule,
): Promise<void> {
  try {
    await write(Machine.output(machine))
  } catch (error) {
    if (!hasCode(error, 'Machine.OutputLength')) throw error
    process.stderr.write(`${error.message}\n`)
  }
}

/** Waits until the bytes are handed over: a pipe may take them slowly, and the exit code must not cut them off. */
function write(bytes: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(bytes, (error) => (error ? reject(error) : resolve()))
  })
}
