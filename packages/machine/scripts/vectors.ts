// Writes vectors/machine/*.json: what another implementation, or the circuit, can be checked
// against. `--check` fails where a file is not what this gives. Every value is computed by the
// reference step and compared with the interpreter here.

import { readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import * as Commitment from '../src/Commitment.ts'
import * as Instruction from '../src/Instruction.ts'
import { writeMemory } from '../src/internal/engineMemory.ts'
import * as Machine from '../src/Machine.ts'
import * as Poseidon from '../src/Poseidon.ts'
import { fromElf } from '../src/Program.ts'
import * as Snapshot from '../src/Snapshot.ts'
import * as State from '../src/State.ts'
import * as Step from '../src/Step.ts'
import { buildElf } from '../src/testing/buildElf.ts'
import * as encode from '../src/testing/encode.ts'
import * as WitnessJson from '../src/WitnessJson.ts'

const FILES = ['steps', 'decode', 'poseidon', 'programs'] as const
const root = new URL('../../../', import.meta.url)
const CODE = 0x10000
const DATA = 0x20000
const [RD, RS1, RS2] = [5, 6, 7]
const CONTENT = 0xf1e2d3c4b5a6978879605142332415fen
const TOP = 2n ** 64n

type Case = {
  name: string
  word: number
  a: bigint
  b: bigint
  reservation?: bigint
  status?: number
}

/** The text of one file. */
async function generate(name: (typeof FILES)[number]): Promise<string> {
  const makers = { steps, decode, poseidon, programs }
  const { source, notes, valid, invalid } = await makers[name]()
  const list = (items: readonly object[]) => items.map((item) => JSON.stringify(item)).join(',\n')
  const head = Object.entries({ source, ...notes }).map(
    ([key, value]) => `"${key}": ${JSON.stringify(value)},\n`,
  )
  return `{${head.join('')}"valid": [\n${list(valid)}\n],\n"invalid": [\n${list(invalid)}\n]}\n`
}

function vectorPath(name: string): URL {
  return new URL(`vectors/machine/${name}.json`, root)
}

type Vectors = { source: string; notes: object; valid: object[]; invalid: object[] }

/** Roots of all-zero subtrees; entry h belongs to a node whose leaves lie h levels below. */
function zeroNodes(): bigint[] {
  const zeros = [0n]
  for (let height = 1; height <= 10; height++) {
    zeros.push(Poseidon.hash(new Array<bigint>(8).fill(zeros[height - 1] as bigint)))
  }
  return zeros
}

function operandCases(): Case[] {
  const pairs: [bigint, bigint][] = [
    [7n, 3n],
    [TOP - 7n, 3n],
    [2n ** 63n, TOP - 1n],
    [0xffffffff80000000n, TOP - 1n],
    [0x123456789abcdef0n, 0n],
    [TOP - 1n, TOP - 1n],
  ]
  const registers = Object.keys(encode.REGISTER_FORMS).flatMap((name) =>
    pairs.map(([a, b]) => ({ name, word: encode.register(name, RD, RS1, RS2), a, b })),
  )
  const branches = Object.keys(encode.BRANCH_FORMS).flatMap((name) =>
    pairs.map(([a, b]) => ({ name, word: encode.branch(name, RS1, RS2, -16), a, b })),
  )
  const immediates = Object.keys(encode.IMMEDIATE_FORMS)
    .filter((name) => !/^(l|jalr)/.test(name))
    .flatMap((name) =>
      (
        [
          [5n, -2048],
          [TOP - 2n, 2047],
          [2n ** 31n - 1n, 1],
        ] as const
      ).map(([a, imm]) => ({
        name,
        word: encode.immediate(name, RD, RS1, imm),
        a,
        b: 0n,
      })),
    )
  const shifts = Object.entries(encode.SHIFT_FORMS).flatMap(([name, form]) =>
    [0, 1, 2 ** form[3] - 1].map((amount) => ({
      name,
      word: encode.shift(name, RD, RS1, amount),
      a: 0x89abcdef87654321n,
      b: 0n,
    })),
  )
  return [...registers, ...branches, ...immediates, ...shifts]
}

function memoryCases(): Case[] {
  const loads = Object.keys(encode.IMMEDIATE_FORMS).filter((name) => name.startsWith('l'))
  const at = (offset: number) => BigInt(DATA + offset)
  const edges: [string, bigint][] = [
    ['aligned', at(0)],
    ['upper word', at(8)],
    ['upper half', at(12)],
    ['odd', at(5)],
    ['two', at(14)],
    ['below 4096', 4088n],
    ['first', 4096n],
    ['last', 2n ** 34n - 8n],
    ['past the end', 2n ** 34n],
    ['far', TOP - 8n],
  ]
  const accesses = edges.flatMap(([edge, a]) => [
    ...loads.map((name) => ({
      name: `${name} ${edge}`,
      word: encode.immediate(name, RD, RS1, 0),
      a,
      b: 0n,
    })),
    ...Object.keys(encode.STORE_FORMS).map((name) => ({
      name: `${name} ${edge}`,
      word: encode.store(name, RS2, RS1, 0),
      a,
      b: 0x8899aabbccddeeffn,
    })),
  ])
  const atomics = Object.keys(encode.ATOMIC_FORMS).flatMap((name) =>
    [true, false].flatMap((isW) => {
      const word = encode.atomic(name, isW, RD, RS1, RS2)
      const form = `${name}.${isW ? 'w' : 'd'}`
      const b = 0xf000000080000001n
      return [
        { name: form, word, a: at(0), b },
        { name: `${form} reserved`, word, a: at(8), b, reservation: at(9) },
        { name: `${form} reserved elsewhere`, word, a: at(8), b, reservation: at(1) },
        { name: `${form} misaligned`, word, a: at(2), b, reservation: at(3) },
        { name: `${form} outside`, word, a: 2n ** 34n, b, reservation: 2n ** 34n + 1n },
      ]
    }),
  )
  const offsets = [
    { name: 'ld wraps', word: encode.immediate('ld', RD, RS1, 2040), a: TOP - 2040n, b: 0n },
    { name: 'sd below', word: encode.store('sd', RS2, RS1, -8), a: at(8), b: 1n },
  ]
  return [...accesses, ...atomics, ...offsets]
}

function controlCases(): Case[] {
  const none = { a: 0n, b: 0n }
  const jalr = encode.immediate('jalr', RD, RS1, 1)
  return [
    { name: 'lui', word: encode.upper('lui', RD, 0x80000000 | 0), ...none },
    { name: 'auipc', word: encode.upper('auipc', RD, 0xfffff000 | 0), ...none },
    { name: 'fence', word: encode.FENCE, ...none },
    { name: 'jal', word: encode.jal(RD, 0x100), ...none },
    { name: 'jal out of the program', word: encode.jal(RD, -0x20000), ...none },
    { name: 'jalr clears the lowest bit', word: jalr, a: BigInt(CODE), b: 0n },
    { name: 'jalr to the last slot', word: jalr, a: 2n ** 31n - 2n, b: 0n },
    { name: 'jalr past the program', word: jalr, a: 2n ** 31n - 1n, b: 0n },
    { name: 'jalr wraps', word: jalr, a: TOP - 1n, b: 0n },
    {
      name: 'jalr on its own link',
      word: encode.immediate('jalr', RS1, RS1, 0),
      a: BigInt(CODE + 8),
      b: 0n,
    },
    { name: 'write to x0', word: encode.register('add', 0, RS1, RS2), a: 1n, b: 2n },
    { name: 'load to x0', word: encode.immediate('ld', 0, RS1, 0), a: BigInt(DATA), b: 0n },
    {
      name: 'amo to x0',
      word: encode.atomic('amoadd', false, 0, RS1, RS2),
      a: BigInt(DATA),
      b: 1n,
    },
    { name: 'illegal', word: 0, ...none },
    { name: 'ebreak', word: encode.EBREAK, ...none },
    { name: 'csrrw', word: 0xc0001073, ...none },
    { name: 'halted stays', word: encode.register('add', RD, RS1, RS2), a: 1n, b: 2n, status: 1 },
    { name: 'faulted stays', word: encode.register('add', RD, RS1, RS2), a: 1n, b: 2n, status: 2 },
  ]
}

/** ECALL reads a7, so these set it in place of the second operand. */
const ECALLS: [string, bigint][] = [
  ['ecall 93', 93n],
  ['ecall 94', 94n],
  ['ecall 64', 64n],
  ['ecall 2^32 + 93', 2n ** 32n + 93n],
]

async function steps(): Promise<Vectors> {
  const cases = [...operandCases(), ...memoryCases(), ...controlCases()]
  const words = [...cases.map(({ word }) => word), encode.ECALL]
  const code = encode.toBytes(words)
  const program = fromElf(buildElf([{ address: CODE, data: code }], CODE), {
    excludeCodeFromMemory: true,
  })
  const machine = Machine.create(program, { directSizes: [2 ** 18], engine: 'interpreter' })
  const chunk = new Uint8Array(16)
  new DataView(chunk.buffer).setBigUint64(0, BigInt.asUintN(64, CONTENT), true)
  new DataView(chunk.buffer).setBigUint64(8, CONTENT >> 64n, true)
  for (const address of [4096, DATA, 2 ** 34 - 16]) writeMemory(machine.engine, address, chunk)
  const start = Snapshot.take(machine)
  const zeros = zeroNodes()
  const valid: object[] = []
  const add = async (name: string, index: number, before: Partial<Snapshot.Snapshot>) => {
    Snapshot.restore(machine, { ...start, pc: CODE + 4 * index, ...before })
    const witness = await Machine.witness(machine, 0n)
    const after = Step.apply(witness)
    Machine.run(machine, 1n)
    const hash = await Machine.stateHash(machine)
    if (hash !== State.hash(after)) throw new Error(`${name}: interpreter and reference differ`)
    valid.push({
      name,
      witness: toCompact(witness, zeros),
      stateHash: toText(State.hash(witness.state)),
      after: WitnessJson.fromState(after),
      afterHash: toText(hash),
    })
  }
  for (const [index, { name, a, b, reservation = 0n, status = 0 }] of cases.entries()) {
    const registers = Array.from({ length: 32 }, (_, i) =>
      i === 0 ? 0n : BigInt(i) * 0x0101010101010101n,
    )
    registers[RS1] = a
    registers[RS2] = b
    await add(name, index, { registers, reservation, status })
  }
  for (const [name, a7] of ECALLS) {
    const registers = Array.from({ length: 32 }, (_, i) => (i === 17 ? a7 : i === 10 ? 42n : 0n))
    await add(name, cases.length, { registers })
  }
  const good = await (async () => {
    Snapshot.restore(machine, { ...start, pc: CODE })
    return Machine.witness(machine, 0n)
  })()
  return {
    source: 'docs/spec/machine.md, section 5; packages/machine/scripts/vectors.ts',
    notes: { format: 'docs/spec/machine.md, section 10', zeros: zeros.map(toText) },
    valid,
    invalid: alterations(good).map(([name, witness]) => ({
      name,
      code: 'Step.Witness',
      witness: toCompact(witness, zeros),
    })),
  }
}

/** Witnesses that do not fit their roots. */
function alterations(good: Step.Witness): [string, Step.Witness][] {
  const replace = (path: readonly (readonly bigint[])[], level: number) =>
    path.map((children, l) =>
      children.map((value, i) => (l === level && i === 1 ? value + 1n : value)),
    )
  return [
    ['another operand register', { ...good, instruction: { ...good.instruction, rs1: 8 } }],
    ['another immediate', { ...good, instruction: { ...good.instruction, imm: 1 } }],
    ['another pc', { ...good, state: { ...good.state, pc: good.state.pc + 32 } }],
    ['another program root', { ...good, programRoot: good.programRoot + 1n }],
    [
      'another memory root',
      { ...good, state: { ...good.state, memoryRoot: good.state.memoryRoot + 1n } },
    ],
    ...[0, 5, 9].map((level): [string, Step.Witness] => [
      `program node at level ${level}`,
      { ...good, programPath: replace(good.programPath, level) },
    ]),
    ...[0, 5, 9].map((level): [string, Step.Witness] => [
      `memory node at level ${level}`,
      { ...good, memoryPath: replace(good.memoryPath, level) },
    ]),
  ]
}

/** A witness as JSON in which null stands for the node of an all-zero subtree. */
function toCompact(witness: Step.Witness, zeros: readonly bigint[]): object {
  const compact = (path: readonly (readonly bigint[])[]) =>
    path.map((children, level) =>
      children.map((value) => (value === zeros[level] ? null : toText(value))),
    )
  return {
    ...WitnessJson.fromWitness({ ...witness, programPath: [], memoryPath: [] }),
    programPath: compact(witness.programPath),
    memoryPath: compact(witness.memoryPath),
  }
}

async function decode(): Promise<Vectors> {
  const pc = 0x12344
  const words = [...operandCases(), ...memoryCases(), ...controlCases()].map(({ word }) => word)
  const halves = Array.from({ length: 1024 }, (_, i) => (i * 2654435761) >>> 16).filter(
    (half) => (half & 3) !== 3,
  )
  const entries = [...new Set([...words, encode.ECALL])].map((word) => ({
    pc,
    bytes: toHex(word, 4),
    leaf: toText(Instruction.toLeaf(Instruction.decode(pc, word & 0xffff, word >>> 16))),
  }))
  const compressed = [...new Set(halves)].map((half) => ({
    pc,
    bytes: toHex(half, 2),
    leaf: toText(Instruction.toLeaf(Instruction.decode(pc, half, undefined))),
  }))
  const all = [...entries, ...compressed]
  return {
    source: 'docs/spec/machine.md, section 3; packages/machine/scripts/vectors.ts',
    notes: { format: 'bytes at pc, little-endian as in memory; invalid ones have the leaf 0' },
    valid: all.filter(({ leaf }) => leaf !== '0x0'),
    invalid: all.filter(({ leaf }) => leaf === '0x0'),
  }
}

async function poseidon(): Promise<Vectors> {
  const valid = Array.from({ length: 16 }, (_, i) => i + 1).flatMap((count) =>
    [
      new Array<bigint>(count).fill(0n),
      Array.from({ length: count }, (_, i) => BigInt(i + 1)),
      Array.from({ length: count }, (_, i) => Poseidon.FIELD_ORDER - BigInt(i + 1)),
    ].map((inputs) => ({ inputs: inputs.map(toText), hash: toText(Poseidon.hash(inputs)) })),
  )
  return {
    source: 'docs/spec/machine.md, section 4; equal to circomlibjs 0.1.7',
    notes: {},
    valid,
    invalid: [{ inputs: [toText(Poseidon.FIELD_ORDER)] }, { inputs: [] }],
  }
}

async function programs(): Promise<Vectors> {
  const valid: object[] = []
  for (const name of ['hello', 'sum', 'corpus-Os']) {
    const path = `examples/machine/bin/${name}.elf`
    const bytes = await readFile(new URL(path, root))
    for (const excludeCodeFromMemory of [false, true]) {
      const program = fromElf(bytes, { excludeCodeFromMemory })
      const { programId, programRoot, imageRoot, registersHash, entry } =
        await Commitment.fromProgram(program)
      const input = new TextEncoder().encode(name === 'sum' ? '1\n2\n40\n' : '')
      const salt = new Uint8Array(32).fill(name === 'sum' ? 7 : 0)
      const options = { input, salt, inputSalt: salt }
      const machine = Machine.create(program, options)
      const points = [0n, 1n, 50n, 100n, 10n ** 12n]
      valid.push({
        elf: path,
        excludeCodeFromMemory,
        input: Buffer.from(input).toString('hex'),
        salt: Buffer.from(salt).toString('hex'),
        entry,
        programRoot: toText(programRoot),
        imageRoot: toText(imageRoot),
        registersHash: toText(registersHash),
        programId: toText(programId),
        inputRoot: toText(await Commitment.inputRoot(input, salt)),
        stateHashes: (await Machine.stateHashes(machine, points)).map(toText),
        points: points.map(Number),
        steps: Number(Machine.steps(machine)),
        exitCode: Number(Machine.exitValue(machine)),
      })
    }
  }
  return {
    source: 'docs/spec/machine.md, sections 4, 8 and 9; packages/machine/scripts/vectors.ts',
    notes: { format: 'the salt hides both memory and input' },
    valid,
    invalid: [],
  }
}

function toHex(value: number, size: number): string {
  const bytes = Buffer.alloc(size)
  bytes.writeUIntLE(value >>> 0, 0, size)
  return bytes.toString('hex')
}

function toText(value: bigint): string {
  return `0x${value.toString(16)}`
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const isCheck = process.argv.includes('--check')
  for (const name of FILES) {
    const text = await generate(name)
    if (!isCheck) await writeFile(vectorPath(name), text)
    else if ((await readFile(vectorPath(name), 'utf8')) !== text) {
      throw new Error(
        `vectors/machine/${name}.json is not what its sources give: run scripts/vectors.ts`,
      )
    }
    console.log(`${name}: ${isCheck ? 'reproduced' : 'written'}`)
  }
}
