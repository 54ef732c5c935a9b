import assert from 'node:assert/strict'
import { it } from 'node:test'
import type { Elf } from '../toolchain/elf.ts'
import { assertLayout } from '../toolchain/layout.ts'
import { foreignOpcode } from '../toolchain/opcodes.ts'
import { scanText } from '../toolchain/scan.ts'

const textAddress = 0x11000
const flagAddress = 0x12000
const ECALL = 0x00000073
const CPOP = 0x60251293 // cpop t0, a0
const AUIPC_T1 = 0x00001317 // auipc t1, 1
const LBU_T1 = 0x00034303 // lbu t1, 0(t1)
const SB_T1 = 0x00530023 // sb t0, 0(t1)
const NOP = 0x00000013

/** An ELF file whose text holds the words of each function in turn. */
function elfOf(functions: Record<string, number[]>): Elf {
  const words = Object.values(functions).flat()
  const bytes = new Uint8Array(words.length * 4)
  const view = new DataView(bytes.buffer)
  words.forEach((word, i) => {
    view.setUint32(i * 4, word, true)
  })
  let address = textAddress
  const symbols = Object.entries(functions).map(([name, body]) => {
    const symbol = { name, address, size: body.length * 4 }
    address += symbol.size
    return symbol
  })
  const segment = {
    address: 0x10000,
    fileSize: bytes.length,
    memorySize: 0x10000,
    executable: true,
    bytes,
  }
  return {
    entry: textAddress,
    segments: [segment],
    text: { address: textAddress, bytes },
    functions: symbols,
    symbols: new Map([['runtime.riscv64HasZbb', flagAddress]]),
  }
}

it('RV64IMA is accepted and everything else is named', () => {
  const machine: Record<string, number> = {
    lui: 0x000012b7,
    addi: 0x00128293,
    slli: 0x03f29293,
    srai: 0x43f2d293,
    sraiw: 0x41f2d29b,
    sub: 0x406282b3,
    mulhsu: 0x0262a2b3,
    remuw: 0x0262f2bb,
    'lr.d.aq': 0x1403b2af,
    'sc.w.rl': 0x1a63a2af,
    'amomaxu.d': 0xe063b2af,
    fence: 0x0ff0000f,
    ecall: ECALL,
    ebreak: 0x00100073,
    jalr: 0x000080e7,
    ld: 0x0002b283,
    sd: 0x0062b023,
  }
  for (const [name, word] of Object.entries(machine))
    assert.equal(foreignOpcode(word), undefined, name)
  const foreign: [number, string][] = [
    [0x0001, 'not a 32-bit instruction'], // c.nop
    [0x60201293, 'cpop'],
    [0x60029293, 'bit manipulation'], // clz
    [0x2062a2b3, 'bit manipulation'], // sh1add
    [0x0862c2bb, 'bit manipulation'], // add.uw shares zext.h's group
    [0x0262f02b, 'unknown opcode'],
    [0xc0102573, 'control register'], // rdtime
    [0x30200073, 'privileged instruction'], // mret
    [0x0000100f, 'fence.i or cache operation'],
    [0x0002b287, 'floating-point load or store'], // fld
    [0x02028253, 'floating-point operation'], // fadd.d
    [0x02028243, 'floating-point operation'], // fmadd.d
    [0x0c0572d7, 'vector operation'], // vsetvli
    [0x02050407, 'vector load or store'], // vle8.v
    [0x2862b2af, 'atomic form'], // amocas.d
    [0x1463b2af, 'atomic form'], // lr with a second source
    [0x0002f283, 'load form'],
    [0x0062c023, 'store form'],
    [0x0062a063, 'branch form'],
    [0x000290e7, 'jalr form'],
  ]
  for (const [word, extension] of foreign)
    assert.equal(foreignOpcode(word), extension, word.toString(16))
})

it('a foreign opcode fails the scan, with its address and its function', () => {
  const elf = elfOf({ 'main.main': [NOP, NOP], 'main.clock': [NOP, 0xc0102573] })
  assert.throws(() => scanText(elf), {
    code: 'Guest.Opcode',
    message: /control register \(c0102573\) at 0x1100c in main\.clock/,
  })
})

it('only the exit may call the environment', () => {
  const report = scanText(elfOf({ 'runtime.exit': [ECALL], 'main.main': [NOP, 0, 0] }))
  assert.deepEqual(report, {
    words: 4,
    padding: 2,
    guardedCpop: 0,
    environmentCalls: ['runtime.exit'],
  })
  assert.throws(() => scanText(elfOf({ 'syscall.raw': [ECALL] })), /ecall in syscall\.raw/)
})

it('a population count needs its guard in the same function', () => {
  const guarded = { 'main.count': [AUIPC_T1, LBU_T1, NOP, CPOP] }
  assert.equal(scanText(elfOf(guarded)).guardedCpop, 1)
  assert.throws(() => scanText(elfOf({ 'main.count': [NOP, CPOP] })), /cpop .* in main\.count/)
  const elsewhere = { 'main.load': [AUIPC_T1, LBU_T1], 'main.count': [CPOP] }
  assert.throws(() => scanText(elfOf(elsewhere)), /cpop .* in main\.count/)
})

it('nothing may write the flag of the guard', () => {
  // The function stands at 0x11010, so AUIPC 1 reaches 0x12010 and an offset of -16 the flag.
  const store = (SB_T1 | (0x7f << 25) | (0x10 << 7)) >>> 0
  const written = elfOf({
    'main.count': [AUIPC_T1, LBU_T1, NOP, CPOP],
    'main.set': [AUIPC_T1, store],
  })
  assert.throws(() => scanText(written), /another use of runtime\.riscv64HasZbb .* in main\.set/)
})

it('an image outside its region, and a stripped file that differs, are refused', () => {
  const elf = elfOf({ 'main.main': [NOP, NOP] })
  assert.doesNotThrow(() => assertLayout(elf, elf))
  const [segment] = elf.segments
  assert.ok(segment)
  const large = { ...elf, segments: [{ ...segment, memorySize: 0x3e00000 }] }
  assert.throws(() => assertLayout(large, large), { code: 'Guest.Layout' })
  const low = { ...elf, segments: [{ ...segment, address: 0 }] }
  assert.throws(() => assertLayout(low, low), { code: 'Guest.Layout' })
  const patched = elfOf({ 'main.main': [NOP, NOP] })
  const text = { ...segment, address: textAddress }
  const other = { ...text, bytes: Uint8Array.from(segment.bytes, (b, i) => (i === 4 ? b ^ 1 : b)) }
  assert.throws(
    () => assertLayout({ ...elf, segments: [text] }, { ...patched, segments: [other] }),
    /load different bytes/,
  )
})
