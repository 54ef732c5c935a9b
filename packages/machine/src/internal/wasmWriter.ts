// The WebAssembly binary format: WebAssembly Core Specification 2.0, chapter 5.

/** Bytes of a module in the making. */
export type Writer = { bytes: Uint8Array<ArrayBuffer>; size: number }

export function createWriter(room = 1024): Writer {
  return { bytes: new Uint8Array(room), size: 0 }
}

export function toBytes(writer: Writer): Uint8Array<ArrayBuffer> {
  return writer.bytes.subarray(0, writer.size)
}

export function byte(writer: Writer, value: number): void {
  if (writer.size === writer.bytes.length) grow(writer, 1)
  writer.bytes[writer.size++] = value
}

export function bytes(writer: Writer, values: Uint8Array): void {
  if (writer.size + values.length > writer.bytes.length) grow(writer, values.length)
  writer.bytes.set(values, writer.size)
  writer.size += values.length
}

/** An unsigned number below 2^53 in LEB128. */
export function unsigned(writer: Writer, value: number): void {
  let rest = value
  while (rest >= 128) {
    byte(writer, (rest % 128) | 128)
    rest = Math.floor(rest / 128)
  }
  byte(writer, rest)
}

/** A signed number of magnitude below 2^53 in LEB128. */
export function signed(writer: Writer, value: number): void {
  let rest = value
  for (;;) {
    const low = ((rest % 128) + 128) % 128
    rest = (rest - low) / 128
    if ((rest === 0 && low < 64) || (rest === -1 && low >= 64)) {
      byte(writer, low)
      return
    }
    byte(writer, low | 128)
  }
}

export function name(writer: Writer, text: string): void {
  unsigned(writer, text.length)
  bytes(writer, new TextEncoder().encode(text))
}

/** A section: its id, its size, what `write` puts in. */
export function section(writer: Writer, id: number, write: (inner: Writer) => void): void {
  const inner = createWriter()
  write(inner)
  byte(writer, id)
  unsigned(writer, inner.size)
  bytes(writer, toBytes(inner))
}

function grow(writer: Writer, more: number): void {
  const grown = new Uint8Array(Math.max(writer.bytes.length * 2, writer.size + more))
  grown.set(toBytes(writer))
  writer.bytes = grown
}

/** The opcodes that the translator uses. */
export const OP = {
  unreachable: 0x00,
  block: 0x02,
  loop: 0x03,
  if: 0x04,
  else: 0x05,
  end: 0x0b,
  br: 0x0c,
  brIf: 0x0d,
  brTable: 0x0e,
  return: 0x0f,
  callIndirect: 0x11,
  drop: 0x1a,
  select: 0x1b,
  localGet: 0x20,
  localSet: 0x21,
  localTee: 0x22,
  i32Load: 0x28,
  i64Load: 0x29,
  i64Load8S: 0x30,
  i64Load8U: 0x31,
  i64Load16S: 0x32,
  i64Load16U: 0x33,
  i64Load32S: 0x34,
  i64Load32U: 0x35,
  i64Store: 0x37,
  i32Store8: 0x3a,
  i64Store8: 0x3c,
  i64Store16: 0x3d,
  i64Store32: 0x3e,
  i32Const: 0x41,
  i64Const: 0x42,
  i32Eqz: 0x45,
  i32Eq: 0x46,
  i32LtU: 0x49,
  i32GeU: 0x4f,
  i64Eqz: 0x50,
  i64Eq: 0x51,
  i64Ne: 0x52,
  i64LtS: 0x53,
  i64LtU: 0x54,
  i64GeS: 0x59,
  i64GeU: 0x5a,
  i32Sub: 0x6b,
  i32DivS: 0x6d,
  i32DivU: 0x6e,
  i32RemS: 0x6f,
  i32RemU: 0x70,
  i32And: 0x71,
  i32Shl: 0x74,
  i32ShrS: 0x75,
  i32ShrU: 0x76,
  i64Add: 0x7c,
  i64Sub: 0x7d,
  i64Mul: 0x7e,
  i64DivS: 0x7f,
  i64DivU: 0x80,
  i64RemS: 0x81,
  i64RemU: 0x82,
  i64And: 0x83,
  i64Or: 0x84,
  i64Xor: 0x85,
  i64Shl: 0x86,
  i64ShrS: 0x87,
  i64ShrU: 0x88,
  i64Rotr: 0x8a,
  i32WrapI64: 0xa7,
  i64ExtendI32S: 0xac,
  i64ExtendI32U: 0xad,
  i64Extend32S: 0xc4,
} as const

export const TYPE = { i32: 0x7f, i64: 0x7e, funcref: 0x70, function: 0x60, empty: 0x40 } as const
