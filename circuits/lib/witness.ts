// Witnesses: the values of all wires of a circuit, computed by the WebAssembly program that circom
// writes (its interface since version 2).

import { readFileSync } from 'node:fs'
import { CircuitError } from './errors.ts'
import { FIELD_ORDER, readElement, writeElement } from './r1cs.ts'

/**
 * Values for the inputs of a circuit by name: decimal text, nested as the template declares them.
 */
export type Signals = Record<string, unknown>

/**
 * The values of all wires in order, 32 bytes each, little-endian: the constant 1, the public
 * signals, the rest.
 */
export type Witness = Uint8Array

type Exports = {
  init(check: number): void
  getInputSize(): number
  getInputSignalSize(high: number, low: number): number
  setInputSignal(high: number, low: number, index: number): void
  getWitnessSize(): number
  getWitness(index: number): void
  readSharedRWMemory(index: number): number
  writeSharedRWMemory(index: number, value: number): void
  getMessageChar(): number
}

/**
 * Computes witnesses of one circuit.
 * @throws Circuits.Input for a wrong set of signals, Circuits.NoProof where a constraint does not
 * hold
 */
export type Calculator = (signals: Signals) => Witness

const WORDS = 8

/** Loads a circuit's program once; after that a witness takes about ten milliseconds. */
export function createCalculator(path: string): Calculator {
  const module = new WebAssembly.Module(readFileSync(path))
  let exports: Exports | undefined
  return (signals) => {
    exports ??= instantiate(module)
    try {
      return calculate(exports, signals)
    } catch (error) {
      // A program that stopped half-way can't be used again.
      exports = undefined
      throw error
    }
  }
}

function calculate(exports: Exports, signals: Signals): Witness {
  exports.init(0)
  let given = 0
  for (const [name, value] of Object.entries(signals)) {
    const [high, low] = hashOf(name)
    const values = [value].flat(Number.POSITIVE_INFINITY) as string[]
    const size = exports.getInputSignalSize(high, low)
    if (size !== values.length) throw new InputError(`${name} has ${values.length} values`)
    values.forEach((text, index) => {
      const number = BigInt(text)
      if (number < 0n || number >= FIELD_ORDER) throw new InputError(`${name} is outside the field`)
      for (let i = 0; i < WORDS; i++) {
        exports.writeSharedRWMemory(i, Number((number >> BigInt(32 * i)) & 0xffffffffn))
      }
      exports.setInputSignal(high, low, index)
      given++
    })
  }
  if (given !== exports.getInputSize()) throw new InputError('signals are missing')
  const count = exports.getWitnessSize()
  const words = new Uint32Array(WORDS * count)
  for (let wire = 0; wire < count; wire++) {
    exports.getWitness(wire)
    for (let i = 0; i < WORDS; i++) words[WORDS * wire + i] = exports.readSharedRWMemory(i)
  }
  return new Uint8Array(words.buffer)
}

function instantiate(module: WebAssembly.Module): Exports {
  let message = ''
  const readMessage = () => {
    let text = ''
    for (let code = exports.getMessageChar(); code !== 0; code = exports.getMessageChar()) {
      text += String.fromCharCode(code)
    }
    return text
  }
  const runtime = {
    exceptionHandler: (code: number) => {
      const where = message.trim().split('\n')
      message = ''
      throw code === 4 ? new NoProofError(where) : new InputError(`error ${code} of the program`)
    },
    // Names of templates and line numbers, no values.
    printErrorMessage: () => {
      message += `${readMessage()}\n`
    },
    writeBufferMessage: () => readMessage(),
    showSharedRWMemory: () => {},
  }
  const instance = new WebAssembly.Instance(module, { runtime })
  const exports = instance.exports as unknown as Exports
  return exports
}

/** FNV-1a with 64 bits, by which the program identifies its inputs. */
function hashOf(name: string): [high: number, low: number] {
  let hash = 0xcbf29ce484222325n
  for (const code of Buffer.from(name)) {
    hash = BigInt.asUintN(64, (hash ^ BigInt(code)) * 0x100000001b3n)
  }
  return [Number(hash >> 32n), Number(hash & 0xffffffffn)]
}

/** The value of a wire. */
export function valueAt(witness: Witness, wire: number): bigint {
  return readElement(new DataView(witness.buffer, witness.byteOffset), 32 * wire)
}

/** The witness as snarkjs reads it (iden3's binary format, version 2). */
export function toFile(witness: Witness): Uint8Array {
  const header = new Uint8Array(12 + 12 + 40 + 12)
  const view = new DataView(header.buffer)
  header.set(Buffer.from('wtns', 'latin1'))
  view.setUint32(4, 2, true)
  view.setUint32(8, 2, true)
  // Section 1: bytes of an element, the field's order, wires. Section 2: their values.
  view.setUint32(12, 1, true)
  view.setBigUint64(16, 40n, true)
  view.setUint32(24, 32, true)
  writeElement(view, 28, FIELD_ORDER)
  view.setUint32(60, witness.length / 32, true)
  view.setUint32(64, 2, true)
  view.setBigUint64(68, BigInt(witness.length), true)
  return Buffer.concat([header, witness])
}

class InputError extends CircuitError {
  constructor(what: string) {
    const hint = 'Send the JSON that docs/spec/machine.md, section 10 describes.'
    super('Circuits.Input', `the inputs do not fit the circuit: ${what}`, hint)
  }
}

/** No witness exists for these inputs: the statement that they were to prove is false. */
export class NoProofError extends CircuitError {
  /** Templates and line numbers, the innermost first. */
  readonly where: readonly string[]

  constructor(where: readonly string[]) {
    const hint =
      'The statement is false, or the paths and roots of the witness do not belong together.'
    super('Circuits.NoProof', `no witness: ${where[0] ?? 'a constraint does not hold'}`, hint)
    this.where = where
  }
}
