import type { Command } from 'commander'
import { show } from '../../output.ts'
import { addLoadOptions, type LoadOptions, load, toHash } from './load.ts'

/** `ambrosia machine hash`. */
export function define(verb: Command): void {
  addLoadOptions(verb)
    .addHelpText('after', '\nExample:\n  ambrosia machine hash hello.elf')
    .action(async (path: string, options: LoadOptions, command: Command) => {
      const result = await hashesOf(path, options)
      const lines = Object.entries(result).map(([name, value]) => `${name.padEnd(12)} ${value}`)
      show(command, result, lines)
    })
}

async function hashesOf(path: string, options: LoadOptions) {
  const { machine, Machine } = await load(path, options)
  const Commitment = await import('@ambrosia/machine/Commitment')
  const program = await Commitment.fromProgram(machine.program, machine.options)
  return {
    programId: toHash(program.programId),
    programRoot: toHash(program.programRoot),
    imageRoot: toHash(program.imageRoot),
    inputRoot: toHash(await Commitment.inputRoot(machine.options.input ?? new Uint8Array(0))),
    stateHash: toHash(await Machine.stateHash(machine)),
    entry: program.entry,
  }
}
