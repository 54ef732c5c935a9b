import assert from 'node:assert/strict'
import * as State from '@ambrosia/machine/State'
import * as Step from '@ambrosia/machine/Step'
import type { CircuitKeys } from '../lib/keys.ts'
import { type Proof, prove } from '../lib/prove.ts'
import { FIELD_ORDER } from '../lib/r1cs.ts'
import type { Verifier } from './chain.ts'
import { inputOf, programIdOf } from './support.ts'

/** A step's proof says what the reference says; a chain accepts it and none of its forgeries. */
export async function assertStepProven(
  keys: CircuitKeys,
  verifier: Verifier,
  witness: Step.Witness,
): Promise<void> {
  const proof = await prove(keys, inputOf(witness))
  const expected = [
    programIdOf(witness.programRoot),
    State.hash(witness.state),
    State.hash(Step.apply(witness)),
  ]
  assert.deepEqual(proof.publicSignals.map(BigInt), expected)
  assert.equal(await verifier.accepts(proof), true)
  await assertEachForgeryRefused(verifier, proof)
}

/**
 * Each public signal changed by one, then by the field's order, which makes the same number to a
 * circuit but not to a chain.
 */
export async function assertEachForgeryRefused(verifier: Verifier, proof: Proof): Promise<void> {
  const signals = proof.publicSignals.map(BigInt)
  for (const [place, signal] of signals.entries()) {
    for (const forged of [(signal + 1n) % FIELD_ORDER, signal + FIELD_ORDER]) {
      if (forged >= 2n ** 256n) continue
      const changed = signals.with(place, forged)
      assert.equal(await verifier.accepts(proof, changed), false, `signal ${place}`)
    }
  }
}
