// The linear memory of assembly/interpreter.ts.

export const REGISTERS_AT = 1024
/**
 * Cells of eight bytes that the interpreter and translated code share: the steps left to take, the
 * reservation.
 */
export const CELLS = { fuel: 2048, reservation: 2056 } as const
/** One u32 for each page of 4 KiB of machine memory. */
export const PAGES_AT = 1 << 20
/** One byte for each line of host memory: 1 stored since the last hash, 2 stored before. */
export const DIRTY_AT = 17 << 20
/** One u32 for each page of the pool: the page that it holds. */
export const OWNERS_AT = 49 << 20
/** Room for lists of line numbers. */
export const LIST_AT = 53 << 20
/** Machine memory; host addresses are offsets from here. */
export const MEMORY_AT = 64 << 20
export const PAGE_SIZE = 4096
