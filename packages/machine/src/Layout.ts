/**
 * The fixed places and limits of the machine (docs/spec/machine.md, sections 2 and 8). Addresses
 * and sizes are bytes.
 */

/** Every address below this one can be read and written, except the first page. */
export const ADDRESS_LIMIT = 2 ** 34
/** Accesses below this address fault; line 0 holds the salt of the state. */
export const FIRST_ADDRESS = 4096
/** The program's memory and every pc lie below this address: child 0 of the memory root. */
export const PROGRAM_LIMIT = 2 ** 31
/** Input region, child 1 of the memory root: u64 little-endian length, then the bytes. */
export const INPUT_ADDRESS = 2 ** 31
/** The last line of the input region; its first 32 bytes hide the input root. */
export const INPUT_SALT_ADDRESS = 2 ** 32 - 128
/** Longest input. */
export const INPUT_SIZE_LIMIT = INPUT_SALT_ADDRESS - INPUT_ADDRESS - 8
/**
 * Output region, child 2 of the memory root: 32 bytes of answer, u64 little-endian length, then the
 * bytes.
 */
export const OUTPUT_ADDRESS = 2 ** 32
/** Longest output. */
export const OUTPUT_SIZE_LIMIT = 2 ** 31 - 40
/**
 * The stack pointer at the start; the bytes above it are zero, so that a C start file finds no
 * argument and no environment.
 */
export const STACK_POINTER = 0x03efff00
/** Between the first and the last executable byte of a program. */
export const CODE_SPAN_LIMIT = 2 ** 25
/**
 * Executable bytes end here at the latest, so that the slots a pc can fall through to are illegal
 * ones.
 */
export const CODE_END_LIMIT = PROGRAM_LIMIT - 4
/** A salt: 256 bits in chunks 0 and 1 of a line. */
export const SALT_SIZE = 32
/** A leaf of the memory tree covers 16 bytes, a line (its parent) eight of them. */
export const CHUNK_SIZE = 16
export const LINE_SIZE = 128
/**
 * Levels of 8-ary nodes above the lines of memory; with the line itself ten hashes lead from a
 * chunk to the root.
 */
export const MEMORY_LEVELS = 9
/**
 * Levels of 8-ary nodes above the slots of the program table; a slot stands for two bytes of pc.
 */
export const PROGRAM_LEVELS = 10

/** The status part of a state. */
export const STATUS = { running: 0, halted: 1, faulted: 2 } as const
