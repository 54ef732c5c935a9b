import type * as MachineModule from '@ambrosia/machine/Machine'
import { type Command, InvalidArgumentError } from 'commander'
import { readNamed } from '../../namedFiles.ts'

/** What every verb says of a program and its input. */
export type LoadOptions = { input?: string; textInMemory: boolean }

/** Options of every verb that loads a program. */
export function addLoadOptions(command: Command): Command {
  return command
    .argument('<elf>', 'a static riscv64 executable')
    .option('--input <file>', "bytes for the program's input region")
    .option('--no-text-in-memory', 'leave the bytes of executable segments out of memory')
}

/** A number of steps. */
export function stepCount(text: string): bigint {
  if (!/^[0-9]+$/.test(text)) throw new InvalidArgumentError('It must be a whole number of steps.')
  return BigInt(text)
}

/** The machine of an ELF file, before its first step. */
export async function load(
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
  const bytes = readNamed(path)
  const { hashPool } = await import('@ambrosia/dispute/process/hashPool')
  const { treeCache } = await import('@ambrosia/dispute/process/treeCache')
  const program = Program.fromElf(bytes, { excludeCodeFromMemory: !options.textInMemory })
  const input = options.input === undefined ? new Uint8Array(0) : readNamed(options.input)
  const machineOptions = { input, hashPool: hashPool(), cache: treeCache() }
  return { bytes, machine: Machine.create(program, machineOptions), Machine }
}

/** A field element as 32 bytes. */
export function toHash(value: bigint): string {
  return `0x${value.toString(16).padStart(64, '0')}`
}
