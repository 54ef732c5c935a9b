// The first state of a run, from a witness: docs/spec/machine.md, sections 8 to 10, written to be
// read beside it. The circuit `genesis` is checked against this.

import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import { initialRegisters, type ProgramCommitment } from './Commitment.ts'
import { SALT_SIZE } from './Layout.ts'
import { breakOf, type Path, rootWith } from './Path.ts'
import * as Poseidon from './Poseidon.ts'
import * as State from './State.ts'

/** What shows that a state is the first one of a program on an input, hidden by a salt. */
export type Witness = {
  program: ProgramCommitment
  /** 32 bytes. */
  salt: Uint8Array
  inputRoot: bigint
  /**
   * From line 0, which is zero in the image, to the image root: eight lists, the first of them
   * nodes of lines.
   */
  imagePath: Path
}

const LEVELS = 8

/** The first state. @throws Genesis.Witness where the witness does not fit its own roots */
export function apply({ program, salt, inputRoot, imagePath }: Witness): State.State {
  const { programRoot, imageRoot, registersHash, entry, programId } = program
  const parts = [programRoot, imageRoot, registersHash, BigInt(entry), BigInt(State.VERSION)]
  if (Poseidon.hash(parts) !== programId) throw new WitnessError('has another program id')
  if (registersHash !== State.hashRegisters(initialRegisters())) {
    throw new WitnessError('has other registers than a first state')
  }
  if (entry % 2 !== 0 || entry < 0 || entry >= 2 ** 31) throw new WitnessError('has no such entry')
  if (salt.length !== SALT_SIZE) throw new WitnessError('has a salt that is not 32 bytes')
  const plain = Poseidon.hash(Array<bigint>(8).fill(0n))
  if (breakOf(imagePath, LEVELS, 0n, plain, imageRoot) !== undefined) {
    throw new WitnessError('does not lead from an empty line 0 to the image root')
  }
  const salted = Poseidon.hash([chunkAt(salt, 0), chunkAt(salt, 16), 0n, 0n, 0n, 0n, 0n, 0n])
  const children = Array<bigint>(8).fill(zeroNode(9))
  children[0] = rootWith(imagePath, 0n, salted)
  children[1] = inputRoot
  return {
    pc: entry,
    registers: initialRegisters(),
    memoryRoot: Poseidon.hash(children),
    reservation: 0n,
    status: 0,
  }
}

/** The node `levels` above leaves that are all zero. */
function zeroNode(levels: number): bigint {
  let node = 0n
  for (let level = 0; level < levels; level++) node = Poseidon.hash(Array<bigint>(8).fill(node))
  return node
}

function chunkAt(bytes: Uint8Array, at: number): bigint {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  return view.getBigUint64(at, true) | (view.getBigUint64(at + 8, true) << 64n)
}

export class WitnessError extends AmbrosiaError {
  constructor(what: string) {
    super('Genesis.Witness', `the witness of a first state ${what}`)
  }
}
