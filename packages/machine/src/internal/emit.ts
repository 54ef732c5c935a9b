import { byte, OP, signed, TYPE, unsigned, type Writer } from './wasmWriter.ts'

/** Numbers of the function's locals; the registers follow. */
export const LOCAL = { block: 0, fuel: 1, next: 2, temp: 3 } as const
export const TEMPS = 8
export const FIRST_REGISTER = LOCAL.temp + TEMPS

/**
 * What a branch can leave or go to: the region's end, a loop's start, the place where an item of a
 * sequence begins.
 */
export type Label =
  | { kind: 'exit' | 'again' | 'if' }
  | { kind: 'loop'; lo: number; hi: number }
  | { kind: 'item'; lo: number; hi: number; isLoop: boolean }

/** What the code of one region needs to know. */
export type Context = {
  out: Writer
  /** Local of each register in use, by register. */
  locals: ReadonlyMap<number, number>
  directSize: number
  /** What is open around the code being written, the innermost last. */
  labels: Label[]
}

/** Ends the region at `next`; `steps` are the steps of this block that were not taken. */
export function leave(context: Context, next: number, steps: number): void {
  const { out } = context
  if (steps > 0) {
    local(out, OP.localGet, LOCAL.fuel)
    i64(out, steps)
    byte(out, OP.i64Add)
    local(out, OP.localSet, LOCAL.fuel)
  }
  i32(out, next | 0)
  local(out, OP.localSet, LOCAL.next)
  branchTo(context, 0)
}

/** A branch to the label at a place of the list. */
export function branchTo({ out, labels }: Context, place: number): void {
  byte(out, OP.br)
  unsigned(out, labels.length - 1 - place)
}

export function openLabel(context: Context, operation: number, label: Label): void {
  byte(context.out, operation)
  byte(context.out, TYPE.empty)
  context.labels.push(label)
}

export function closeLabel(context: Context): void {
  byte(context.out, OP.end)
  context.labels.pop()
}

/** If the condition on the stack holds, leaves for the interpreter to take the step at `pc`. */
export function leaveIf(context: Context, pc: number, steps: number): void {
  openLabel(context, OP.if, { kind: 'if' })
  leave(context, pc | 1, steps)
  closeLabel(context)
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
