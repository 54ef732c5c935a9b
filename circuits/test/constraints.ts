// What can be asked of a constraint system and a witness: whether it holds, and which wires it
// leaves free.

import { modulo } from '../lib/field.ts'
import { FIELD_ORDER, type R1cs, type Sum } from '../lib/r1cs.ts'
import { valueAt, type Witness } from '../lib/witness.ts'

/** The values of all wires. */
export function valuesOf(witness: Witness): bigint[] {
  return Array.from({ length: witness.length / 32 }, (_, wire) => valueAt(witness, wire))
}

/** The first constraint that does not hold, or -1. */
export function brokenConstraint(r1cs: R1cs, values: readonly bigint[]): number {
  return r1cs.constraints.findIndex(([a, b, c]) => {
    const product = evaluate(a, values) * evaluate(b, values)
    return modulo(product - evaluate(c, values)) !== 0n
  })
}

function evaluate({ wires, coefficients }: Sum, values: readonly bigint[]): bigint {
  let sum = 0n
  for (const [i, wire] of wires.entries())
    sum += (coefficients[i] as bigint) * (values[wire] as bigint)
  return sum % FIELD_ORDER
}

/**
 * Wires that could move a little, as far as the constraints go: the constraints are linearised at
 * the witness, and a wire counts as fixed once some constraint has it as its only free wire. This
 * finds a missing constraint but not a second solution far from the witness, which is what forged
 * hints are for.
 */
export function freeWires(
  r1cs: R1cs,
  values: readonly bigint[],
  fixed: Iterable<number>,
): number[] {
  const isFixed = new Uint8Array(r1cs.wireCount)
  for (const wire of fixed) isFixed[wire] = 1
  const rows = r1cs.constraints.map((constraint) => linearise(constraint, values))
  const byWire: number[][] = Array.from({ length: r1cs.wireCount }, () => [])
  rows.forEach((row, index) => {
    for (const wire of row) byWire[wire]?.push(index)
  })
  const free = rows.map((row) => row.filter((wire) => isFixed[wire] === 0).length)
  const queue = rows.map((_, index) => index)
  while (queue.length > 0) {
    const index = queue.pop() as number
    if (free[index] !== 1) continue
    const wire = rows[index]?.find((candidate) => isFixed[candidate] === 0) as number
    isFixed[wire] = 1
    for (const other of byWire[wire] as number[]) {
      free[other] = (free[other] as number) - 1
      if (free[other] === 1) queue.push(other)
    }
  }
  return Array.from(isFixed.keys()).filter((wire) => isFixed[wire] === 0)
}

/** The wires with a coefficient that is not zero in the derivative of A B - C. */
function linearise([a, b, c]: R1cs['constraints'][number], values: readonly bigint[]): number[] {
  const row = new Map<number, bigint>()
  const add = ({ wires, coefficients }: Sum, factor: bigint) => {
    wires.forEach((wire, i) => {
      const term = (row.get(wire) ?? 0n) + factor * (coefficients[i] as bigint)
      row.set(wire, term % FIELD_ORDER)
    })
  }
  add(a, evaluate(b, values))
  add(b, evaluate(a, values))
  add(c, FIELD_ORDER - 1n)
  return [...row].filter(([, coefficient]) => modulo(coefficient) !== 0n).map(([wire]) => wire)
}
