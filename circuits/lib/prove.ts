import { readFileSync } from 'node:fs'
import { groth16, type Proof as SnarkjsProof, type VerificationKey } from 'snarkjs'
import { type CircuitName, PUBLIC_SIGNALS } from './circuits.ts'
import { CircuitError } from './errors.ts'
import {
  type FinalInput,
  finalSignals,
  type GenesisInput,
  genesisSignals,
  type StepInput,
  stepSignals,
} from './inputs.ts'
import type { CircuitKeys } from './keys.ts'
import {
  type Calculator,
  createCalculator,
  type Signals,
  toFile,
  valueAt,
  type Witness,
} from './witness.ts'

/**
 * The three points of a proof as the Solidity verifier takes them: 0x-hexadecimal, G2 coordinates
 * with the imaginary part first.
 */
export type Points = { a: string[]; b: string[][]; c: string[] }

/** A proof, what it is of, and what it cost. */
export type Proof = {
  version: 1
  circuit: CircuitName
  circuitHash: string
  keys: CircuitKeys['kind']
  /** In the order of PUBLIC_SIGNALS, 0x-hexadecimal. */
  publicSignals: string[]
  proof: Points
  milliseconds: { witness: number; proof: number }
}

export type Input = StepInput | GenesisInput | FinalInput

const NUMBER = /^0x[0-9a-f]{1,64}$/

/** The private signals of a circuit from the machine's JSON. @throws Circuits.Input */
function signalsOf(circuit: CircuitName, input: Input): Signals {
  if (circuit === 'step') return stepSignals(input as StepInput)
  if (circuit === 'genesis') return genesisSignals(input as GenesisInput)
  return finalSignals(input as FinalInput)
}

const calculators = new Map<string, Calculator>()

/**
 * The values of a circuit's wires.
 * @throws Circuits.Input, Circuits.NoProof where the constraints do not hold
 */
export function computeWitness({ name, wasm }: CircuitKeys, input: Input): Witness {
  const calculate = calculators.get(wasm) ?? createCalculator(wasm)
  calculators.set(wasm, calculate)
  return calculate(signalsOf(name, input))
}

/** The public signals of a witness, in the order of PUBLIC_SIGNALS. */
export function publicSignals(circuit: CircuitName, witness: Witness): bigint[] {
  return PUBLIC_SIGNALS[circuit].map((_, index) => valueAt(witness, index + 1))
}

const provingKeys = new Map<string, Uint8Array>()

/** @throws Circuits.Input, Circuits.NoProof */
export async function prove(keys: CircuitKeys, input: Input): Promise<Proof> {
  const start = performance.now()
  const witness = computeWitness(keys, input)
  const middle = performance.now()
  const key = provingKeys.get(keys.provingKey) ?? readFileSync(keys.provingKey)
  provingKeys.set(keys.provingKey, key)
  const result = await groth16.prove(key, { type: 'mem', data: toFile(witness) })
  const end = performance.now()
  return {
    version: 1,
    circuit: keys.name,
    circuitHash: keys.circuitHash,
    keys: keys.kind,
    publicSignals: result.publicSignals.map(toHex),
    proof: toPoints(result.proof),
    milliseconds: { witness: Math.round(middle - start), proof: Math.round(end - middle) },
  }
}

/** @throws Circuits.Input for what is not a proof of this circuit */
export async function verify(keys: CircuitKeys, proof: Proof): Promise<boolean> {
  if (proof.circuit !== keys.name || proof.circuitHash !== keys.circuitHash) {
    throw new CircuitError(
      'Circuits.Input',
      'the proof is of another circuit',
      'Verify it with the keys of its circuit.',
    )
  }
  const { publicSignals, proof: points } = proof
  const all = [publicSignals, points.a, ...points.b, points.c].flat()
  if (
    publicSignals.length !== PUBLIC_SIGNALS[keys.name].length ||
    !all.every((text) => NUMBER.test(text))
  ) {
    throw new CircuitError(
      'Circuits.Input',
      'the proof is malformed',
      'Send what `prove` answered.',
    )
  }
  const key = JSON.parse(readFileSync(keys.verificationKey, 'utf8')) as VerificationKey
  return groth16.verify(key, publicSignals.map(toDecimal), fromPoints(points))
}

function toPoints({ pi_a, pi_b, pi_c }: SnarkjsProof): Points {
  const pair = ([x, y]: string[]) => [toHex(x as string), toHex(y as string)]
  return {
    a: pair(pi_a),
    b: pi_b.slice(0, 2).map((coordinate) => pair([...coordinate].reverse())),
    c: pair(pi_c),
  }
}

function fromPoints({ a, b, c }: Points): SnarkjsProof {
  const triple = (point: string[]) => [...point.map(toDecimal), '1']
  return {
    pi_a: triple(a),
    pi_b: [...b.map((coordinate) => [...coordinate].reverse().map(toDecimal)), ['1', '0']],
    pi_c: triple(c),
    protocol: 'groth16',
    curve: 'bn128',
  }
}

function toHex(value: bigint | string): string {
  return `0x${BigInt(value).toString(16)}`
}

function toDecimal(text: string): string {
  return BigInt(text).toString()
}
