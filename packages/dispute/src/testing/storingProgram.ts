// A small program that reads its input, stores much and answers.

import { fromElf, type Program } from '@ambrosia/machine/Program'
import { buildElf } from '@ambrosia/machine/testing/buildElf'
import * as encode from '@ambrosia/machine/testing/encode'

/** Steps of {@link storingProgram} for that many rounds. */
export function stepsOf(rounds: number): bigint {
  return BigInt(7 + 5 * rounds + 4)
}

/**
 * Adds the first word of input up, round after round, storing each sum; the answer's first word is
 * the last sum.
 */
export function storingProgram(rounds: number): Program {
  return fromElf(storingElf(rounds))
}

/** Its file. */
export function storingElf(rounds: number): Uint8Array {
  const words = [
    encode.immediate('addi', 5, 0, 1),
    encode.shift('slli', 6, 5, 31), // input
    encode.shift('slli', 7, 5, 32), // output
    encode.immediate('ld', 8, 6, 8),
    encode.shift('slli', 9, 5, 20), // where sums are stored
    encode.immediate('addi', 10, 0, rounds),
    encode.immediate('addi', 11, 0, 0),
    // Each round.
    encode.register('add', 11, 11, 8),
    encode.store('sd', 11, 9, 0),
    encode.immediate('addi', 9, 9, 24),
    encode.immediate('addi', 10, 10, -1),
    encode.branch('bne', 10, 0, -16),
    // The end.
    encode.store('sd', 11, 7, 0),
    encode.immediate('addi', 10, 0, 0),
    encode.immediate('addi', 17, 0, 93),
    encode.ECALL,
  ]
  return buildElf([{ address: 0x10000, data: encode.toBytes(words) }], 0x10000)
}
