// Random programs against QEMU's user mode, an implementation of RISC-V by others. Skipped where it
// is not installed (Debian: qemu-user). QEMU runs Linux programs, so each program ends once with
// system calls and once with a plain halt.

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { it } from 'node:test'
import * as Machine from './Machine.ts'
import { fromElf } from './Program.ts'
import { buildElf } from './testing/buildElf.ts'
import * as encode from './testing/encode.ts'
import { CORNERS, createRandom, type Random } from './testing/random.ts'
import { compressed, plainWords } from './testing/randomProgram.ts'

const CODE = 0x10000
const DATA = 0x200000
const DATA_SIZE = 0x20000
/** x30 points at the registers' first values, x31 at the next dump. */
const [BASE, DUMP] = [30, 31]
const DUMPS_AT = 4096
const DUMP_SIZE = 32 * 8
const FIRST_VALUES_AT = 256

function constant(rd: number, value: number): number[] {
  const low = (value << 20) >> 20
  return [encode.upper('lui', rd, value - low), encode.immediate('addi', rd, rd, low)]
}

/** The values that registers start with: bases on aligned lines of the data, operands otherwise. */
function firstValues(random: Random): bigint[] {
  return Array.from({ length: 30 }, (_, index) => {
    if (index >= 10 && index < 16) return BigInt(DATA + 2048 + 64 * (index - 10) + 56)
    return random.below(3) === 0 ? random.u64() : random.pick(CORNERS)
  })
}

function body(random: Random, dumps: number): Uint8Array[] {
  const parts = [encode.toBytes([...constant(BASE, DATA), ...constant(DUMP, DATA + DUMPS_AT)])]
  for (let i = 1; i < 30; i++) {
    parts.push(encode.toBytes([encode.immediate('ld', i, BASE, FIRST_VALUES_AT + 8 * i)]))
  }
  for (let dump = 0; dump < dumps; dump++) {
    for (let i = 0; i < 40; i++) {
      parts.push(random.below(4) === 0 ? compressed(random) : encode.toBytes(plainWords(random)))
    }
    // Jumps go four words ahead at most.
    parts.push(encode.toBytes(new Array<number>(4).fill(encode.FENCE)))
    const stores = Array.from({ length: 28 }, (_, i) => encode.store('sd', i + 1, DUMP, 8 * i))
    parts.push(encode.toBytes([...stores, encode.immediate('addi', DUMP, DUMP, DUMP_SIZE)]))
  }
  return parts
}

function build(parts: readonly Uint8Array[], values: readonly bigint[], end: readonly number[]) {
  const code = Buffer.concat([...parts, encode.toBytes(end)])
  const data = new Uint8Array(DATA_SIZE)
  const view = new DataView(data.buffer)
  values.forEach((value, i) => {
    view.setBigUint64(FIRST_VALUES_AT + 8 * i, value, true)
  })
  const segments = [
    { address: CODE, data: code, flags: 5 },
    { address: DATA, data, flags: 6 },
  ]
  return buildElf(segments, CODE)
}

function runUnderQemu(elf: Uint8Array): Uint8Array {
  const folder = mkdtempSync(join(tmpdir(), 'machine-qemu-'))
  try {
    const path = join(folder, 'program')
    writeFileSync(path, elf)
    chmodSync(path, 0o755)
    const { stdout, status, signal } = spawnSync('qemu-riscv64', [path], { maxBuffer: 2 ** 24 })
    assert.equal(signal, null)
    assert.equal(status, 0)
    return stdout
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const isMissing = spawnSync('qemu-riscv64', ['--version']).error !== undefined
const programs = Number(process.env['MACHINE_QEMU'] ?? 6)

it('random programs end with the registers and the memory that QEMU gives them', {
  skip: isMissing && 'qemu-riscv64 is not installed',
}, () => {
  for (let seed = 1; seed <= programs; seed++) {
    const random = createRandom(seed)
    const values = firstValues(random)
    const parts = body(random, 400)
    const write = [
      ...constant(11, DATA),
      ...constant(12, DATA_SIZE),
      encode.immediate('addi', 10, 0, 1),
    ]
    const systemCall = (number: number) => [encode.immediate('addi', 17, 0, number), encode.ECALL]
    const exit = [encode.immediate('addi', 10, 0, 0), ...systemCall(93)]
    const expected = runUnderQemu(build(parts, values, [...write, ...systemCall(64), ...exit]))
    const program = fromElf(build(parts, values, exit))
    for (const engine of ['interpreter', 'translator'] as const) {
      const machine = Machine.create(program, { engine })
      assert.equal(Machine.run(machine, 10_000_000n), 'halted', `seed ${seed}`)
      const actual = Machine.read(machine, DATA, DATA_SIZE)
      const at = actual.findIndex((value, index) => value !== expected[index])
      assert.equal(at, -1, `seed ${seed}, ${engine}: differs from QEMU at data offset ${at}`)
      assert.equal(expected.length, DATA_SIZE)
    }
  }
})
