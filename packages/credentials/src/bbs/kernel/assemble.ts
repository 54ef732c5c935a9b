/**
 * WebAssembly (core specification, section 5) in the few instructions that the kernel needs. Code
 * is bytes of the binary form; an expression leaves one value, a statement none.
 */
export type Code = readonly number[]

const [I32, I64] = [0x7f, 0x7e]

export const local = (index: number): Code => [0x20, ...unsigned(index)]
export const set = (index: number, value: Code): Code => [...value, 0x21, ...unsigned(index)]
export const i32 = (value: number): Code => [0x41, ...signed(BigInt(value))]
export const i64 = (value: bigint): Code => [0x42, ...signed(value)]
/** Four bytes at an address and an offset: an address, or a number of 64 bits without sign. */
export const loadI32 = (at: Code, offset: number): Code => [...at, 0x28, 2, ...unsigned(offset)]
export const loadI64 = (at: Code, offset: number): Code => [...at, 0x35, 2, ...unsigned(offset)]
/** Stores the low four bytes. */
export const storeI64 = (at: Code, offset: number, value: Code): Code => [
  ...[...at, ...value],
  ...[0x3e, 2, ...unsigned(offset)],
]
export const copy = (to: Code, from: Code, sizeBytes: number): Code => [
  ...[...to, ...from, ...i32(sizeBytes)],
  ...[0xfc, 10, 0, 0],
]

export const addI32 = (...terms: Code[]): Code => joined(0x6a, terms)
export const add = (...terms: Code[]): Code => joined(0x7c, terms)
export const subtract = (...terms: Code[]): Code => joined(0x7d, terms)
export const times = (a: Code, b: Code): Code => [...a, ...b, 0x7e]
export const and = (a: Code, b: Code): Code => [...a, ...b, 0x83]
export const shiftSigned = (a: Code, bits: bigint): Code => [...a, ...i64(bits), 0x87]
export const shift = (a: Code, bits: bigint): Code => [...a, ...i64(bits), 0x88]

export const call = (index: number, ...values: Code[]): Code => [
  ...values.flat(),
  ...[0x10, ...unsigned(index)],
]
/** Repeats while a count of 32 bits is not zero, lowering it by one before each time. */
export const countDown = (count: number, body: Code): Code => [
  ...[0x02, 0x40, 0x03, 0x40],
  ...[...local(count), 0x45, 0x0d, 1],
  ...set(count, addI32(local(count), i32(-1))),
  ...body,
  ...[0x0c, 0, 0x0b, 0x0b],
]

/** Takes addresses and counts of 32 bits and returns nothing. */
export type WasmFunction = {
  name: string
  parameterCount: number
  /** Locals of 64 bits behind the parameters. */
  localCount: number
  body: Code
}

/** A module of functions over one memory, both exported. Functions call each other by position. */
export function assembleModule(functions: readonly WasmFunction[]): Uint8Array<ArrayBuffer> {
  const types = functions.map(({ parameterCount }) => [
    0x60,
    ...vector(Array.from({ length: parameterCount }, () => [I32])),
    0,
  ])
  const exported = functions.map(({ name }, index) => [...nameOf(name), 0, ...unsigned(index)])
  const bodies = functions.map(({ localCount, body }) => {
    const code = [1, ...unsigned(localCount), I64, ...body, 0x0b]
    return [...unsigned(code.length), ...code]
  })
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, vector(types)),
    ...section(3, vector(functions.map((_, index) => unsigned(index)))),
    ...section(5, vector([[0, 1]])),
    ...section(7, vector([...exported, [...nameOf('memory'), 2, 0]])),
    ...section(10, vector(bodies)),
  ])
}

function joined(instruction: number, terms: readonly Code[]): Code {
  return terms.flatMap((term, index) => (index === 0 ? term : [...term, instruction]))
}

function section(id: number, content: Code): Code {
  return [id, ...unsigned(content.length), ...content]
}

function vector(items: readonly Code[]): Code {
  return [...unsigned(items.length), ...items.flat()]
}

function nameOf(text: string): Code {
  return [...unsigned(text.length), ...[...text].map((one) => one.charCodeAt(0))]
}

/** LEB128. */
function unsigned(value: number): Code {
  const bytes: number[] = []
  let rest = value
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest & 0x7f) | 0x80)
  return [...bytes, rest]
}

function signed(value: bigint): Code {
  const bytes: number[] = []
  for (let rest = value; ; ) {
    const low = Number(rest & 0x7fn)
    rest >>= 7n
    const isLast = (rest === 0n && low < 0x40) || (rest === -1n && low >= 0x40)
    bytes.push(isLast ? low : low | 0x80)
    if (isLast) return bytes
  }
}
