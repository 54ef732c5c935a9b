import { readFileSync } from 'node:fs'
import { Machine, Program } from '@ambrosia/machine'
import { toHex } from '@ambrosia/primitives/Bytes'

/** How a program ended. `exitCode` is that of a halted program. */
export type Run = {
  status: Machine.Status
  exitCode: number
  steps: bigint
  output: string
  answer: string
}

/** Loads a program once and returns a function that runs it on an input, by default to its end. */
export function onMachine(elf: string): (input: string | Uint8Array, maxSteps?: bigint) => Run {
  const program = Program.fromElf(readFileSync(elf))
  return (input, maxSteps = 1n << 36n) => {
    const bytes = typeof input === 'string' ? new TextEncoder().encode(input) : input
    const machine = Machine.create(program, { input: bytes })
    const status = Machine.run(machine, maxSteps)
    return {
      status,
      exitCode: Number(Machine.exitValue(machine)),
      steps: Machine.steps(machine),
      output: new TextDecoder().decode(Machine.output(machine)),
      answer: toHex(Machine.answer(machine)),
    }
  }
}
