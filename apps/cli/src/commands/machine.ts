import { readFile } from 'node:fs/promises'
import type * as MachineModule from '@ambrosia/machine/Machine'
import { toHex } from '@ambrosia/primitives/Bytes'
import type { Command } from 'commander'
import { UsageError } from '../output.ts'

/** Exit codes beside the program's own, as shells and `timeout` use them. */
const EXIT_LIMIT = 124
const EXIT_FAULT = 128

type RunOptions = {
  input?: string
  maxSteps?: bigint
  dump: string[]
  textInMemory: boolean
  interpreter?: boolean
}

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
  await writeOutput(Machine.output(machine))
  if (json) {
    const result = {
      version: 1,
      status: status === 'running' ? 'limit' : status,
      exitCode,
      steps: Number(Machine.steps(machine)),
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

async function load(
  path: string,
  options: Pick<RunOptions, 'input' | 'textInMemory'>,
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
  const program = Program.fromElf(bytes, { excludeCodeFromMemory: !options.textInMemory })
  const input = options.input === undefined ? new Uint8Array(0) : await readBytes(options.input)
  return { bytes, machine: Machine.create(program, { input }), Machine }
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
  const { readSymbols } = await import('@ambrosia/machine/Elf')
  const symbols = readSymbols(bytes)
  return ranges.map((range) => {
    const [address, size, ...rest] = range.split(':')
    if (address === undefined || size === undefined || rest.length > 0) {
      throw new UsageError(`--dump wants ADDRESS:LENGTH, got ${range}`)
    }
    return { address: parsePlace(address, symbols), size: parsePlace(size, symbols) }
  })
}

function parsePlace(text: string, symbols: ReadonlyMap<string, number>): number {
  if (/^(0[xX][0-9a-fA-F]+|[0-9]+)$/.test(text)) return Number(text)
  const value = symbols.get(text)
  if (value === undefined) throw new UsageError(`the ELF file has no symbol ${text}`)
  return value
}

function parseCount(text: string): bigint {
  if (!/^[0-9]+$/.test(text)) throw new UsageError(`--max-steps wants a whole number, got ${text}`)
  return BigInt(text)
}

function collect(value: string, before: string[]): string[] {
  return [...before, value]
}

/** Waits until the bytes are handed over: a pipe may take them slowly, and the exit code must not cut them off. */
function writeOutput(bytes: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(bytes, (error) => (error ? reject(error) : resolve()))
  })
}
