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

/**
 * Loads a program once and returns a function that runs it on an input. The interpreter is the
 * quicker engine for the short runs of most tests, where translating would take longer than
 * running.
 */
export function onMachine(
  elf: string,
  engine: 'interpreter' | 'translator' = 'interpreter',
): (input: string | Uint8Array) => Run {
  const program = Program.fromElf(readFileSync(elf))
  return (input) => {
    const bytes = typeof input === 'string' ? new TextEncoder().encode(input) : input
    const machine = Machine.create(program, { input: bytes, engine })
    const status = Machine.run(machine, stepLimit)
    return {
      status,
      exitCode: Number(Machine.exitValue(machine)),
      steps: Machine.steps(machine),
      output: new TextDecoder().decode(Machine.output(machine)),
      answer: toHex(Machine.answer(machine)),
    }
  }
}

/** Far above what any test takes: a program that runs away ends with `running`. */
const stepLimit = 1n << 36n
