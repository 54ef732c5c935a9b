// The state of the machine and its hash: docs/spec/machine.md, sections 2 and 4.

import * as Poseidon from './Poseidon.ts'

/** A state, its memory by root. */
export type State = {
  /** Below 2^31, even. */
  pc: number
  /** x0 to x31, unsigned; x0 is zero. */
  registers: readonly bigint[]
  memoryRoot: bigint
  /** 0, or the reserved address plus one. */
  reservation: bigint
  /** 0 running, 1 halted, 2 faulted. */
  status: number
}

/** The version of the machine's rules, a part of every program id. */
export const VERSION = 1

/** Poseidon(pc, registers hash, memory root, reservation, status). */
export function hash(state: State): bigint {
  return Poseidon.hash([
    BigInt(state.pc),
    hashRegisters(state.registers),
    state.memoryRoot,
    state.reservation,
    BigInt(state.status),
  ])
}

/** Poseidon of the eleven register words. */
export function hashRegisters(registers: readonly bigint[]): bigint {
  return Poseidon.hash(packRegisters(registers))
}

/**
 * 33 slots in 11 words: word i holds slot 3i + slot (3i + 1) 2^64 + slot (3i + 2) 2^128; slot 32 is
 * always zero.
 */
export function packRegisters(registers: readonly bigint[]): bigint[] {
  return Array.from({ length: 11 }, (_, word) => {
    const slot = (index: number) => registers[3 * word + index] ?? 0n
    return slot(0) + (slot(1) << 64n) + (slot(2) << 128n)
  })
}
