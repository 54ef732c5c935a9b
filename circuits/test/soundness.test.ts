// A circuit proves nothing else: its outputs are determined by what is bound, forged hints and
// forged inputs are refused, and each of these checks fails on a circuit that is wrong on purpose.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { it } from 'node:test'
import * as Instruction from '@ambrosia/machine/Instruction'
import * as encode from '@ambrosia/machine/testing/encode'
import { compile } from '../lib/compile.ts'
import { inverse } from '../lib/field.ts'
import { stepSignals } from '../lib/inputs.ts'
import { FIELD_ORDER, type R1cs, readR1cs } from '../lib/r1cs.ts'
import { type Calculator, createCalculator, type Signals } from '../lib/witness.ts'
import { brokenConstraint, freeWires, valuesOf } from './constraints.ts'
import { both, type Edit, forgeable, without } from './forge.ts'
import { CODE, calculatorOf, inputOf, witnessOf } from './support.ts'

const [RD, RS1, RS2] = [5, 6, 7]
const TOP = 2n ** 64n

function signalsOf(word: number, a: bigint, b: bigint, chunk = 0n): Signals {
  const registers = Array.from({ length: 32 }, (_, i) => (i === RS1 ? a : i === RS2 ? b : 0n))
  const instruction = Instruction.decode(CODE, word & 0xffff, word >>> 16)
  return stepSignals(inputOf(witnessOf(instruction, { registers, chunk })))
}

/** One step of each kind that uses another part of the circuit. */
const STEPS: [string, Signals][] = [
  ['add', signalsOf(encode.register('add', RD, RS1, RS2), 5n, TOP - 9n)],
  ['sraw', signalsOf(encode.register('sraw', RD, RS1, RS2), 0x89abcdefn, 7n)],
  ['mulhsu', signalsOf(encode.register('mulhsu', RD, RS1, RS2), TOP - 5n, 11n)],
  ['div', signalsOf(encode.register('div', RD, RS1, RS2), TOP - 100n, 7n)],
  ['remu by zero', signalsOf(encode.register('remu', RD, RS1, RS2), 100n, 0n)],
  ['bltu', signalsOf(encode.branch('bltu', RS1, RS2, 64), 3n, 4n)],
  [
    'lh',
    signalsOf(encode.immediate('lh', RD, RS1, 6), 0x20000n, 0n, 2n ** 127n + 0x8001n * 2n ** 48n),
  ],
  ['sb', signalsOf(encode.store('sb', RS2, RS1, 11), 0x20000n, 0x1ffn, 2n ** 128n - 1n)],
  ['amomaxu.w', signalsOf(encode.atomic('amomaxu', true, RD, RS1, RS2), 0x20004n, 9n, 2n ** 63n)],
  ['misaligned', signalsOf(encode.store('sd', RS2, RS1, 1), 0x20000n, 1n, 77n)],
  ['ecall', signalsOf(encode.ECALL, 0n, 0n)],
]

function isAccepted(calculate: Calculator, signals: Signals): bigint[] | undefined {
  try {
    return valuesOf(calculate(signals))
  } catch (error) {
    if ((error as { code?: string }).code !== 'Circuits.NoProof') throw error
    return undefined
  }
}

it('no wire of a step is free but the inverses of zero', async () => {
  const { r1cs, sym, wasm } = await compile({ template: 'Step', optimisation: 'O1' })
  const system = readR1cs(r1cs)
  const calculate = createCalculator(wasm)
  const names = namesOf(sym)
  for (const [name, signals] of STEPS) {
    const values = valuesOf(calculate(signals))
    assert.equal(brokenConstraint(system, values), -1, name)
    for (const wire of freeWires(system, values, boundWires(system))) {
      const label = names.get(wire) as string
      // IsZero multiplies its input by a hint; where the input is 0 the hint is not used.
      assert.match(label, /\.inv$/, `${name} leaves ${label} free`)
    }
  }
})

it('the check for free wires sees a constraint that became an assignment', async () => {
  const changes: [template: string, file: string, line: string, signals: Signals][] = [
    [
      'AddCompare',
      'addCompare.circom',
      'isLess <== 1 - bits[64];',
      { a: 1, b: 2, aSign: 0, bSign: 0, isDifference: 1 },
    ],
    ['Mux8', 'mux8.circom', 'out <== halves[0]', { in: [1, 2, 3, 4, 5, 6, 7, 8], bits: [1, 0, 1] }],
  ]
  for (const [template, file, line, signals] of changes) {
    const edit: Edit = (name, text) =>
      name === file ? text.replace(line, line.replace('<==', '<--')) : text
    for (const wrong of [undefined, edit]) {
      const source = {
        template,
        optimisation: 'O1' as const,
        ...(wrong === undefined ? {} : { edit: wrong }),
      }
      const { r1cs, wasm } = await compile(source)
      const system = readR1cs(r1cs)
      const values = valuesOf(createCalculator(wasm)(signals))
      const isDetermined = freeWires(system, values, boundWires(system)).length === 0
      assert.equal(isDetermined, wrong === undefined, template)
    }
  }
})

it('a step has no other state after it, whichever private signal is forged', async () => {
  const { wasm } = await compile({ template: 'Step', optimisation: 'O1' })
  const calculate = createCalculator(wasm)
  for (const [name, honest] of STEPS.filter((_, i) => i % 3 === 0)) {
    const values = valuesOf(calculate(honest))
    const [, programId, first] = values
    for (const [signal, value] of Object.entries(honest)) {
      const size = [value].flat(3).length
      for (const place of new Set([0, size >> 1, size - 1])) {
        const forged = isAccepted(calculate, { ...honest, [signal]: changed(value, place) })
        if (forged === undefined) continue
        const isOther = forged[1] !== programId || forged[2] !== first
        assert.ok(isOther, `${name}: ${signal} ${place} can be forged`)
      }
    }
  }
})

type Forgery = {
  name: string
  template: string
  parameters?: number[]
  hints: [file: string, template: string, count: number]
  signals: Signals
  forge: bigint[]
  /** Constraints without which the forgery passes. */
  weak: [file: string, ...lines: string[]]
}

const DIVIDE: [string, string, number] = ['divide.circom', 'Divide', 3]
const MARGIN = '    signal marginBits[64] <== Num2Bits(64)(margin);\n'
const BY_ZERO = '    byZero * (q - ((1 << 64) - 1) - (1 << 64) * qIsNegative) === 0;\n'

const FORGERIES: Forgery[] = [
  {
    name: 'a quotient too small by one, the remainder too large by the divisor',
    template: 'Divide',
    hints: DIVIDE,
    signals: { x: 100n, y: 7n, xIsNegative: 0, yIsNegative: 0 },
    forge: [-1n, 0n, 7n],
    weak: ['divide.circom', MARGIN],
  },
  {
    name: 'a quotient too large by one, the remainder negative',
    template: 'Divide',
    hints: DIVIDE,
    signals: { x: 100n, y: 7n, xIsNegative: 0, yIsNegative: 0 },
    forge: [1n, 0n, -7n],
    weak: ['divide.circom', '    remainder <== Num2Bits(64)(r);\n'],
  },
  {
    name: 'another quotient by zero',
    template: 'Divide',
    hints: DIVIDE,
    signals: { x: 100n, y: 0n, xIsNegative: 0, yIsNegative: 0 },
    forge: [-5n, 0n, 0n],
    weak: ['divide.circom', BY_ZERO],
  },
  {
    name: 'a quotient by zero moved below zero',
    template: 'Divide',
    hints: DIVIDE,
    signals: { x: 100n, y: 0n, xIsNegative: 0, yIsNegative: 0 },
    forge: [0n, 1n, 0n],
    weak: ['divide.circom', BY_ZERO],
  },
  {
    name: 'a sign that is a fraction',
    template: 'Divide',
    hints: DIVIDE,
    signals: { x: 100n, y: 7n, xIsNegative: 0, yIsNegative: 0 },
    forge: [1n, inverse(TOP), 0n],
    weak: ['divide.circom', '    qIsNegative * (qIsNegative - 1) === 0;\n'],
  },
  {
    name: 'two operations at once',
    template: 'OneHot',
    parameters: [5],
    hints: ['oneHot.circom', 'OneHot', 5],
    signals: { value: 3 },
    forge: [0n, 1n, 1n, -1n, 0n],
    weak: ['oneHot.circom', '    sum === 1;\n'],
  },
  {
    name: 'half of one operation and half of another',
    template: 'OneHot',
    parameters: [5],
    hints: ['oneHot.circom', 'OneHot', 5],
    signals: { value: 2 },
    forge: [0n, inverse(2n), -1n, inverse(2n), 0n],
    weak: ['oneHot.circom', '        is[i] * (is[i] - 1) === 0;\n'],
  },
  {
    name: 'another operation',
    template: 'OneHot',
    parameters: [5],
    hints: ['oneHot.circom', 'OneHot', 5],
    signals: { value: 2 },
    forge: [0n, 1n, -1n, 0n, 0n],
    weak: ['oneHot.circom', '    weighted === value;\n'],
  },
]

it('forged hints are refused, and pass where the constraint that stops them is missing', async () => {
  for (const { name, template, parameters, hints, signals, forge, weak } of FORGERIES) {
    const edit = forgeable(...hints)
    const sound = await calculatorOf(template, parameters, edit)
    const none = forge.map(() => 0n)
    const values = forge.map((value) => (value < 0n ? value + FIELD_ORDER : value))
    assert.ok(isAccepted(sound, { ...signals, forge: none }), `${name}: the honest hints`)
    assert.equal(isAccepted(sound, { ...signals, forge: values }), undefined, name)
    const wrong = await calculatorOf(template, parameters, both(edit, without(...weak)))
    assert.ok(isAccepted(wrong, { ...signals, forge: values }), `${name}: the check has no teeth`)
  }
})

type Alternative = {
  name: string
  template: string
  parameters?: number[]
  honest: Signals
  forged: Signals
  weak: [file: string, ...lines: string[]]
}

const WORDS = Array.from({ length: 11 }, (_, i) => (i === 1 ? 5n + 7n * TOP : 0n))
const CHILDREN = [[1n, 2n, 3n, 4n, 5n, 6n, 7n, 8n]]

const ALTERNATIVES: Alternative[] = [
  {
    name: 'a carry between the halves of a chunk',
    template: 'LoadWord',
    honest: { word: 5n, otherWord: 6n, offset: [0, 0, 0, 0] },
    forged: { word: 4n, otherWord: 6n + inverse(TOP), offset: [0, 0, 0, 0] },
    weak: ['loadWord.circom', '    signal otherBits[64] <== Num2Bits(64)(otherWord);\n'],
  },
  {
    name: 'a leaf that is not at its place',
    template: 'ReadPath',
    parameters: [1],
    honest: { leaf: 3n, bits: [0, 1, 0], children: CHILDREN },
    forged: { leaf: 4n, bits: [0, 1, 0], children: CHILDREN },
    weak: ['readPath.circom', '        chosen[level] === nodes[level];\n'],
  },
  {
    name: 'an old leaf that is not at its place',
    template: 'UpdatePath',
    parameters: [1],
    honest: { leaf: 3n, leafNew: 9n, bits: [0, 1, 0], children: CHILDREN },
    forged: { leaf: 4n, leafNew: 9n, bits: [0, 1, 0], children: CHILDREN },
    weak: ['updatePath.circom', '        chosen[level] === nodes[level];\n'],
  },
  {
    name: 'a register beyond the 33 slots',
    template: 'ReadRegister',
    honest: { index: 3, words: WORDS },
    forged: { index: 33, words: WORDS },
    weak: ['oneHot.circom', '    weighted === value;\n', '    sum === 1;\n'],
  },
]

it('forged inputs are refused, and pass where the constraint that stops them is missing', async () => {
  for (const { name, template, parameters, honest, forged, weak } of ALTERNATIVES) {
    const sound = await calculatorOf(template, parameters)
    assert.ok(isAccepted(sound, honest), `${name}: the honest inputs`)
    assert.equal(isAccepted(sound, forged), undefined, name)
    const wrong = await calculatorOf(template, parameters, without(...weak))
    assert.ok(isAccepted(wrong, forged), `${name}: the check has no teeth`)
  }
})

it('an entry has one way to be unpacked', async () => {
  const word = encode.immediate('addi', RD, RS1, 100)
  const rest = fetchSignals(signalsOf(word, 0n, 0n))
  // The same leaf, with rd + 1 and the immediate less 2^8 / 2^64.
  const imm =
    ((rest['imm'] as bigint) - 2n ** 8n * inverse(TOP) + 2n ** 8n * FIELD_ORDER) % FIELD_ORDER
  const forged = { ...rest, rd: BigInt(rest['rd'] as string) + 1n, imm }
  const sound = await calculatorOf('Fetch')
  assert.ok(isAccepted(sound, rest))
  assert.equal(isAccepted(sound, forged), undefined)
  const weak = without('fetch.circom', '    signal immBits[64] <== Num2Bits(64)(imm);\n')
  assert.ok(isAccepted(await calculatorOf('Fetch', [], weak), forged), 'the check has no teeth')
})

function fetchSignals(signals: Signals): Signals {
  const names = [
    'slot',
    'programRoot',
    'imageRoot',
    'registersHash',
    'entry',
    'operation',
    'rd',
    'rs1',
    'rs2',
  ]
  names.push('isLong', 'useImm', 'isW')
  const rest = Object.fromEntries(names.map((name) => [name, signals[name]]))
  return { ...rest, imm: BigInt(signals['imm'] as string), children: signals['programPath'] }
}

it('of all flags that few numbers make, the constraints of OneHot hold for one set', async () => {
  const { r1cs } = await compile({ template: 'OneHot', parameters: [4], optimisation: 'O1' })
  const system = readR1cs(r1cs)
  const candidates = [0n, 1n, 2n, FIELD_ORDER - 1n, inverse(2n)]
  for (let value = -1n; value <= 4n; value++) {
    let count = 0
    for (let n = 0; n < candidates.length ** 4; n++) {
      const flags = [0, 1, 2, 3].map((i) => candidates[Math.floor(n / 5 ** i) % 5] as bigint)
      // The constant, the four flags (outputs), the value.
      const values = [1n, ...flags, (value + FIELD_ORDER) % FIELD_ORDER]
      if (brokenConstraint(system, values) < 0) count++
    }
    assert.equal(count, value >= 0n && value < 4n ? 1 : 0, `value ${value}`)
  }
})

/** The constant, and the private inputs: every one of them is under a hash, or given. */
function* boundWires(system: R1cs): Generator<number> {
  yield 0
  for (let i = 0; i < system.privateInputCount; i++) yield 1 + system.publicCount + i
}

function namesOf(sym: string): Map<number, string> {
  const names = new Map<number, string>()
  for (const line of readFileSync(sym, 'utf8').split('\n')) {
    const [, wire, , name] = line.split(',')
    if (wire !== undefined && wire !== '-1' && name !== undefined) names.set(Number(wire), name)
  }
  return names
}

/** The same nested list with one number raised by one. */
function changed(value: unknown, place: number): unknown {
  let at = 0
  const visit = (part: unknown): unknown => {
    if (Array.isArray(part)) return part.map(visit)
    return at++ === place ? (BigInt(part as string) + 1n) % FIELD_ORDER : part
  }
  return visit(value)
}
