// A state with its memory, to return to.

import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import { changeLine, readLines, touchedLines, ZERO_LINE } from './internal/engineMemory.ts'
import { LINE_SIZE } from './Layout.ts'
import { type Control, control, type Machine, setControl } from './Machine.ts'
import { nameOf } from './Program.ts'

/** A state with its memory. Lines that are not listed are zero. */
export type Snapshot = Control & {
  /** The program's name (Program.nameOf). */
  program: string
  /** Line numbers, ascending, and the 128 bytes of each. */
  lines: Uint32Array
  data: Uint8Array
}

/** Keeps the state that the machine is in. */
export function take(machine: Machine): Snapshot {
  const { engine, program } = machine
  const lines = touchedLines(engine)
  const data = new Uint8Array(lines.length * LINE_SIZE)
  readLines(engine, lines, data)
  return { ...control(machine), program: nameOf(program), lines, data }
}

/**
 * Returns to a snapshot; only lines that differ are hashed again.
 * @throws Snapshot.Program for one of another program
 */
export function restore(machine: Machine, snapshot: Snapshot): void {
  const { engine, program } = machine
  if (snapshot.program !== nameOf(program)) throw new ProgramError()
  const { lines, data } = snapshot
  let next = 0
  for (const line of touchedLines(engine)) {
    while (next < lines.length && (lines[next] as number) < line) next++
    if (lines[next] !== line) changeLine(engine, line, ZERO_LINE)
  }
  lines.forEach((line, i) => {
    changeLine(engine, line, data.subarray(i * LINE_SIZE, (i + 1) * LINE_SIZE))
  })
  setControl(machine, snapshot)
}

export class ProgramError extends AmbrosiaError {
  constructor() {
    super('Snapshot.Program', 'the snapshot is of another program')
  }
}
