// What a halted state says: docs/spec/machine.md, sections 9 and 10, written to be read beside it.
// The circuit `final` is checked against this.

import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import { CHUNK_SIZE, OUTPUT_ADDRESS, STATUS } from './Layout.ts'
import { breakOf, type Path } from './Path.ts'
import type * as State from './State.ts'

/** A halted state and the path to its answer. */
export type Witness = {
  state: State.State
  /** To the chunk at the start of the output region: ten lists, the first of them chunks. */
  outputPath: Path
}

/** The exit value and the 32 bytes of answer. */
export type Result = { exitValue: bigint; answer: Uint8Array }

const LEVELS = 10

/**
 * @throws Final.Witness where the state has not halted, or the path does not lead to its memory
 * root
 */
export function apply({ state, outputPath }: Witness): Result {
  if (state.status !== STATUS.halted) throw new WitnessError('is of a state that has not halted')
  const index = BigInt(OUTPUT_ADDRESS / CHUNK_SIZE)
  const [low = 0n, high = 0n] = outputPath[0] ?? []
  if (breakOf(outputPath, LEVELS, index, low, state.memoryRoot) !== undefined) {
    throw new WitnessError('does not lead from the answer to the memory root')
  }
  const answer = new Uint8Array(32)
  const view = new DataView(answer.buffer)
  for (const [place, chunk] of [low, high].entries()) {
    view.setBigUint64(16 * place, BigInt.asUintN(64, chunk), true)
    view.setBigUint64(16 * place + 8, chunk >> 64n, true)
  }
  return { exitValue: state.registers[10] as bigint, answer }
}

export class WitnessError extends AmbrosiaError {
  constructor(what: string) {
    super('Final.Witness', `the witness of a final state ${what}`)
  }
}
