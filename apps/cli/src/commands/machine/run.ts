import type * as MachineModule from '@ambrosia/machine/Machine'
import { toHex } from '@ambrosia/primitives/Bytes'
import { hasCode } from '@ambrosia/primitives/Errors'
import type { Command } from 'commander'
import { repeated } from '../../options.ts'
import { UsageError, wantsJson } from '../../output.ts'
import { addLoadOptions, type LoadOptions, load, stepCount, toHash } from './load.ts'

/** Exit codes beside the program's own, as shells and `timeout` use them. */
const EXIT_LIMIT = 124
const EXIT_FAULT = 128

/** Bytes that one --dump shows at most. */
const DUMP_LIMIT = 2 ** 24

type Options = LoadOptions & { maxSteps?: bigint; dump: string[] }

const RUN_HELP = `
Exit codes: the low 8 bits of a0 of the program; 124 at --max-steps; 128 for a fault.
With --json the last line of standard error is {version, status, exitCode, steps, stateHash, dump}.
An address is decimal, 0x-hexadecimal or a symbol of the ELF file; a length decimal, 0x or a symbol's value.

Examples:
  ambrosia machine run hello.elf
  ambrosia machine run sum.elf --input numbers.bin --json --dump result:8
  ambrosia machine run loop.elf --max-steps 1000000`

/** `ambrosia machine run`. */
export function define(verb: Command): void {
  addLoadOptions(verb)
    .option('--max-steps <n>', 'stop after this many steps in all', stepCount)
    .option('--dump <address:length>', 'show memory at the end; repeats', repeated, [])
    .addHelpText('after', RUN_HELP)
    .action((path: string, options: Options, command: Command) =>
      run(path, options, wantsJson(command)),
    )
}

async function run(path: string, options: Options, json: boolean): Promise<void> {
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

/**
 * What the program put out. An impossible length is the program's fault, so it is told and changes
 * nothing else.
 */
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

/**
 * Waits until the bytes are handed over: a pipe may take them slowly, and the exit code must not
 * cut them off.
 */
function write(bytes: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(bytes, (error) => (error ? reject(error) : resolve()))
  })
}
