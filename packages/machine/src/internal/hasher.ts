import { poseidonConstants } from './constants.generated.ts'
import { hasherWasm } from './hasher.generated.ts'
import { FIELD_ORDER, partialRounds, sparseConstants } from './poseidonConstants.ts'

/** Bytes of an element: nine limbs of 29 bits, Montgomery form with R = 2^261. */
export const ELEMENT_SIZE = 36
const WIDTH = 9
const WASM_PAGE = 65536
/**
 * Constants, buffers and tree nodes are placed from here; below lies the scratch space of
 * assembly/hasher.ts.
 */
const FIRST_FREE = 8192

type Exports = {
  multiply(out: number, x: number, y: number): void
  hashElements(
    inputs: number,
    out: number,
    n: number,
    width: number,
    partial: number,
    constants: number,
  ): void
  hashLines(
    lines: number,
    out: number,
    n: number,
    partial: number,
    constants: number,
    r2: number,
  ): void
}

/** A Poseidon instance with a memory of its own, in which tree nodes can live. */
export type Hasher = {
  readonly exports: Exports
  readonly memory: WebAssembly.Memory
  readonly constants: Map<number, number>
  free: number
  squaredRadix: number
  one: number
}

let compiled: WebAssembly.Module | undefined
let shared: Hasher | undefined

export function createHasher(): Hasher {
  compiled ??= new WebAssembly.Module(Buffer.from(hasherWasm, 'base64'))
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 65536 })
  const instance = new WebAssembly.Instance(compiled, { env: { memory } })
  const exports = instance.exports as unknown as Exports
  const hasher = {
    exports,
    memory,
    constants: new Map(),
    free: FIRST_FREE,
    squaredRadix: 0,
    one: 0,
  }
  hasher.squaredRadix = allocate(hasher, ELEMENT_SIZE)
  hasher.one = allocate(hasher, ELEMENT_SIZE)
  writeLimbs(hasher, hasher.squaredRadix, 2n ** 522n % FIELD_ORDER)
  writeLimbs(hasher, hasher.one, 1n)
  return hasher
}

/**
 * Room for `size` bytes, aligned to eight.
 * @throws RangeError where the 4 GiB of linear memory are used up
 */
export function allocate(hasher: Hasher, size: number): number {
  const at = hasher.free
  hasher.free += Math.ceil(size / 8) * 8
  const have = hasher.memory.buffer.byteLength
  if (hasher.free > have) {
    // By a quarter, so that growing stays rare in long runs.
    const pages = Math.ceil((hasher.free - have) / WASM_PAGE)
    const wanted = Math.max(pages, Math.min(4096, Math.ceil(have / WASM_PAGE / 4)))
    hasher.memory.grow(wanted)
  }
  return at
}

/**
 * Where the constants of a width lie: those of the machine's widths come with the package, others
 * are derived at first use.
 */
function constantsOf(hasher: Hasher, width: number): number {
  const known = hasher.constants.get(width)
  if (known !== undefined) return known
  const ready = poseidonConstants[width as keyof typeof poseidonConstants]
  const values = ready === undefined ? sparseConstants(width) : []
  const raw = Buffer.from(ready ?? '', 'base64')
  const at = allocate(hasher, values.length * ELEMENT_SIZE + raw.length)
  new Uint8Array(hasher.memory.buffer).set(raw, at)
  values.forEach((value, i) => {
    const element = at + i * ELEMENT_SIZE
    writeLimbs(hasher, element, value)
    hasher.exports.multiply(element, element, hasher.squaredRadix)
  })
  hasher.constants.set(width, at)
  return at
}

/** Hashes `count` lines of 128 bytes at `lines` into elements at `out`. */
export function hashLines(hasher: Hasher, lines: number, out: number, count: number): void {
  const constants = constantsOf(hasher, WIDTH)
  hasher.exports.hashLines(lines, out, count, partialRounds(WIDTH), constants, hasher.squaredRadix)
}

/** Hashes `count` groups of eight elements at `inputs` into elements at `out`. */
export function hashNodes(hasher: Hasher, inputs: number, out: number, count: number): void {
  hashMany(hasher, WIDTH, inputs, out, count)
}

/** Hashes `count` groups of `width - 1` elements at `inputs` into elements at `out`. */
export function hashMany(
  hasher: Hasher,
  width: number,
  inputs: number,
  out: number,
  count: number,
): void {
  const constants = constantsOf(hasher, width)
  hasher.exports.hashElements(inputs, out, count, width, partialRounds(width), constants)
}

/** An element of a number below the field's order, as bytes. */
export function elementFrom(value: bigint): Uint8Array {
  if (value < 0n || value >= FIELD_ORDER)
    throw new RangeError('expected an element of the scalar field')
  shared ??= createHasher()
  const at = 6144
  writeLimbs(shared, at, value)
  shared.exports.multiply(at, at, shared.squaredRadix)
  return new Uint8Array(shared.memory.buffer, at, ELEMENT_SIZE).slice()
}

/** The number of an element, fully reduced. */
export function toBigInt(element: Uint8Array): bigint {
  shared ??= createHasher()
  const at = 6144
  new Uint8Array(shared.memory.buffer, at, ELEMENT_SIZE).set(element)
  shared.exports.multiply(at, at, shared.one)
  const limbs = new Uint32Array(shared.memory.buffer, at, 9)
  let value = 0n
  for (let j = 8; j >= 0; j--) value = (value << 29n) | BigInt(limbs[j] as number)
  return value % FIELD_ORDER
}

/** The hash of 1 to 16 elements, as an element. */
export function hashElements(elements: readonly Uint8Array[]): Uint8Array {
  shared ??= createHasher()
  const width = elements.length + 1
  const constants = constantsOf(shared, width)
  const at = 6144
  const bytes = new Uint8Array(shared.memory.buffer)
  elements.forEach((element, i) => {
    bytes.set(element, at + i * ELEMENT_SIZE)
  })
  shared.exports.hashElements(at, at, 1, width, partialRounds(width), constants)
  return bytes.slice(at, at + ELEMENT_SIZE)
}

function writeLimbs(hasher: Hasher, at: number, value: bigint): void {
  const limbs = new Uint32Array(hasher.memory.buffer, at, 9)
  for (let j = 0; j < 9; j++) limbs[j] = Number((value >> BigInt(29 * j)) & 0x1fffffffn)
}
