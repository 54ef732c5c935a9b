import assert from 'node:assert/strict'
import { it } from 'node:test'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import fc from 'fast-check'
import * as Elf from './Elf.ts'
import * as Program from './Program.ts'
import { buildElf, setU64, type TestSegment } from './testing/buildElf.ts'
import * as encode from './testing/encode.ts'

const CODE = encode.toBytes([encode.immediate('addi', 17, 0, 93), encode.ECALL])
const SIMPLE: TestSegment = { address: 0x10000, data: CODE }

function assertCode(bytes: Uint8Array, code: string): void {
  assert.throws(
    () => Program.fromElf(bytes),
    (error: unknown) => {
      assert.ok(error instanceof AmbrosiaError)
      assert.equal(error.code, code)
      assert.notEqual(error.message, '')
      return true
    },
  )
}

/** A good file with one change. */
function changed(change: (view: DataView, bytes: Uint8Array) => void): Uint8Array {
  const bytes = buildElf([SIMPLE], 0x10000)
  change(new DataView(bytes.buffer), bytes)
  return bytes
}

it('loads a file of one segment', () => {
  const program = Program.fromElf(buildElf([SIMPLE], 0x10000))
  assert.equal(program.entry, 0x10000)
  assert.deepEqual(program.code, [{ address: 0x10000, data: CODE }])
  assert.deepEqual(program.image, program.code)
  const without = Program.fromElf(buildElf([SIMPLE], 0x10000), { excludeCodeFromMemory: true })
  assert.deepEqual(without.image, [])
})

it('refuses a file cut off anywhere', () => {
  const bytes = buildElf([{ address: 0x10000, data: CODE }], 0x10000)
  for (let size = 0; size < bytes.length; size++) {
    assert.throws(() => Program.fromElf(bytes.subarray(0, size)), AmbrosiaError, `${size} bytes`)
  }
})

it('refuses what is not a 64-bit little-endian RISC-V executable', () => {
  assertCode(new Uint8Array(0), 'Elf.Unsupported')
  assertCode(new TextEncoder().encode('#!/bin/sh\n'), 'Elf.Unsupported')
  assertCode(
    changed((view) => view.setUint8(4, 1)),
    'Elf.Unsupported',
  )
  assertCode(
    changed((view) => view.setUint8(5, 2)),
    'Elf.Unsupported',
  )
  assertCode(
    changed((view) => view.setUint16(18, 62, true)),
    'Elf.Unsupported',
  )
  assertCode(
    changed((view) => view.setUint16(16, 3, true)),
    'Elf.Unsupported',
  )
  assertCode(
    changed((view) => view.setUint16(16, 1, true)),
    'Elf.Unsupported',
  )
  assertCode(
    changed((view) => view.setUint32(48, 8, true)),
    'Elf.Unsupported',
  )
  assertCode(
    changed((view) => view.setUint16(54, 32, true)),
    'Elf.Unsupported',
  )
  assertCode(
    changed((view) => view.setUint16(56, 0, true)),
    'Elf.Unsupported',
  )
  assertCode(buildElf([SIMPLE, { ...SIMPLE, type: 3 }], 0x10000), 'Elf.Unsupported')
  assertCode(buildElf([{ ...SIMPLE, type: 2 }], 0x10000), 'Elf.Unsupported')
})

it('refuses tables and segments that point outside the file, at any distance', () => {
  for (const far of [2 ** 20, 2 ** 31, 2 ** 32, 2 ** 52]) {
    assertCode(
      changed((view) => setU64(view, 32, far)),
      'Elf.Truncated',
    )
    assertCode(
      changed((view) => setU64(view, 64 + 8, far)),
      'Elf.Truncated',
    )
  }
  assertCode(
    changed((view) => view.setBigUint64(32, 2n ** 64n - 8n, true)),
    'Elf.Truncated',
  )
  assertCode(
    changed((view) => view.setBigUint64(64 + 8, 2n ** 64n - 8n, true)),
    'Elf.Truncated',
  )
  assertCode(
    changed((view) => view.setUint16(56, 65535, true)),
    'Elf.Truncated',
  )
})

it('refuses segments outside 4096 to 2^31, and takes those at the ends', () => {
  const data = (address: number, memorySize: number): TestSegment => ({
    address,
    data: new Uint8Array(0),
    memorySize,
    flags: 6,
  })
  const load = (segment: TestSegment) => buildElf([SIMPLE, segment], 0x10000)
  assert.ok(Program.fromElf(load(data(4096, 16))))
  assert.ok(Program.fromElf(load(data(2 ** 31 - 16, 16))))
  assertCode(load(data(4095, 16)), 'Elf.OutOfRange')
  assertCode(load(data(0, 16)), 'Elf.OutOfRange')
  assertCode(load(data(2 ** 31 - 16, 17)), 'Elf.OutOfRange')
  assertCode(load(data(2 ** 31, 1)), 'Elf.OutOfRange')
  assertCode(load(data(2 ** 34 - 8, 8)), 'Elf.OutOfRange')
  assertCode(load(data(2 ** 34, 8)), 'Elf.OutOfRange')
  assertCode(
    changed((view) => view.setBigUint64(64 + 16, 2n ** 64n - 4n, true)),
    'Elf.OutOfRange',
  )
  assertCode(
    changed((view) => view.setBigUint64(64 + 40, 2n ** 64n - 1n, true)),
    'Elf.OutOfRange',
  )
  assertCode(
    changed((view) => setU64(view, 64 + 40, 4)),
    'Elf.OutOfRange',
  )
})

it('refuses overlapping segments and takes touching ones', () => {
  const second = (address: number) => buildElf([SIMPLE, { ...SIMPLE, address }], 0x10000)
  assert.ok(Program.fromElf(second(0x10008)))
  assertCode(second(0x10007), 'Elf.Overlap')
  assertCode(second(0x10000), 'Elf.Overlap')
  assertCode(second(0xfff9), 'Elf.Overlap')
  assertCode(
    buildElf(
      [
        { ...SIMPLE, memorySize: 2 ** 30 },
        { ...SIMPLE, address: 2 ** 29 },
      ],
      0x10000,
    ),
    'Elf.Overlap',
  )
})

it('refuses an entry that is odd, outside, in data, or in the zeros behind the file', () => {
  for (const entry of [0, 0x10001, 0xfffe, 0x10008, 2 ** 34, 2 ** 52]) {
    assertCode(buildElf([SIMPLE], entry), 'Elf.Entry')
  }
  assertCode(buildElf([{ ...SIMPLE, flags: 6 }], 0x10000), 'Elf.Entry')
  assertCode(buildElf([{ ...SIMPLE, memorySize: 4096 }], 0x10010), 'Elf.Entry')
})

it('refuses code beyond the limits of the program table', () => {
  const far = (address: number) => buildElf([SIMPLE, { ...SIMPLE, address }], 0x10000)
  assert.ok(Program.fromElf(far(0x10000 + 2 ** 25 - 8)))
  assertCode(far(0x10000 + 2 ** 25 - 7), 'Program.CodeRange')
  const top = (address: number) => buildElf([{ ...SIMPLE, address }], address)
  assert.ok(Program.fromElf(top(2 ** 31 - 12)))
  assertCode(top(2 ** 31 - 10), 'Program.CodeRange')
})

it('a huge zero segment costs nothing', () => {
  const zeros = {
    address: 0x100000,
    data: new Uint8Array(0),
    memorySize: 2 ** 31 - 0x100000,
    flags: 6,
  }
  assert.equal(Program.fromElf(buildElf([SIMPLE, zeros], 0x10000)).image.length, 1)
})

it('damaged bytes give a program or an error of ours, never another failure', () => {
  const good = buildElf([SIMPLE, { address: 0x20000, data: new Uint8Array(64), flags: 6 }], 0x10000)
  const header = fc.record({
    at: fc.integer({ min: 0, max: 175 }),
    value: fc.integer({ min: 0, max: 255 }),
  })
  fc.assert(
    fc.property(fc.array(header, { minLength: 1, maxLength: 6 }), (changes) => {
      const bytes = good.slice()
      for (const { at, value } of changes) bytes[at] = value
      for (const read of [Program.fromElf, Elf.readSymbols]) {
        try {
          read(bytes)
        } catch (error) {
          assert.ok(error instanceof AmbrosiaError, String(error))
        }
      }
    }),
    { numRuns: 2000, seed: 7 },
  )
})

it('symbols of a damaged table are refused, a file without any has none', () => {
  assert.equal(Elf.readSymbols(buildElf([SIMPLE], 0x10000)).size, 0)
  const bytes = changed((view) => {
    setU64(view, 40, 2 ** 40)
    view.setUint16(60, 3, true)
  })
  assert.throws(() => Elf.readSymbols(bytes), { code: 'Elf.Truncated' })
})
