import { byte, OP, signed, unsigned, type Writer } from './wasmWriter.ts'

/** Numbers of the function's locals; the registers follow. */
export const LOCAL = { block: 0, fuel: 1, next: 2, temp: 3 } as const
export const TEMPS = 8
export const FIRST_REGISTER = LOCAL.temp + TEMPS

/** What the code of one region needs to know. */
export type Context = {
  out: Writer
  /** Local of each register in use, by register. */
  locals: ReadonlyMap<number, number>
  directSize: number
  /** Ends the region at `next`; `steps` are the steps of this block that were not taken. */
  leave(next: number, steps: number, depth: number): void
}

export function getRegister({ out, locals }: Context, register: number): void {
  if (register === 0) i64(out, 0)
  else local(out, OP.localGet, locals.get(register) as number)
}

export function setRegister({ out, locals }: Context, register: number): void {
  if (register === 0) byte(out, OP.drop)
  else local(out, OP.localSet, locals.get(register) as number)
}

export function local(out: Writer, operation: number, index: number): void {
  byte(out, operation)
  unsigned(out, index)
}

export function i64(out: Writer, value: number): void {
  byte(out, OP.i64Const)
  signed(out, value)
}

/** A load or store with its alignment (log2) and offset. */
export function access(out: Writer, operation: number, align: number, offset: number): void {
  byte(out, operation)
  unsigned(out, align)
  unsigned(out, offset)
}

export function i32(out: Writer, value: number): void {
  byte(out, OP.i32Const)
  signed(out, value)
}
