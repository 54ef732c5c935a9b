/** What a test wants in a program header. */
export type TestSegment = {
  address: number
  data: Uint8Array
  memorySize?: number
  flags?: number
  type?: number
}

const READ_EXECUTE = 5
const PAGE = 4096

/** An ELF file of these segments, with no sections. Tests damage its bytes afterwards. */
export function buildElf(segments: readonly TestSegment[], entry: number): Uint8Array {
  let size = 64 + 56 * segments.length
  // Linux maps files by pages, so it wants offset and address to agree in their low bits.
  const offsets = segments.map(({ address, data }) => {
    const offset = size + ((((address - size) % PAGE) + PAGE) % PAGE)
    size = offset + data.length
    return offset
  })
  const bytes = new Uint8Array(size)
  const view = new DataView(bytes.buffer)
  bytes.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1])
  view.setUint16(16, 2, true)
  view.setUint16(18, 243, true)
  view.setUint32(20, 1, true)
  setU64(view, 24, entry)
  setU64(view, 32, 64)
  view.setUint16(52, 64, true)
  view.setUint16(54, 56, true)
  view.setUint16(56, segments.length, true)
  segments.forEach(({ address, data, memorySize, flags, type }, index) => {
    const at = 64 + 56 * index
    view.setUint32(at, type ?? 1, true)
    view.setUint32(at + 4, flags ?? READ_EXECUTE, true)
    setU64(view, at + 8, offsets[index] as number)
    setU64(view, at + 16, address)
    setU64(view, at + 24, address)
    setU64(view, at + 32, data.length)
    setU64(view, at + 40, memorySize ?? data.length)
    bytes.set(data, offsets[index])
  })
  return bytes
}

export function setU64(view: DataView, at: number, value: number): void {
  view.setBigUint64(at, BigInt(value), true)
}
