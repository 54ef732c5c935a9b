/**
 * A real proof on a chain for a step of every class of operation, one class per run, in turn: npm
 * run sim -- step-proofs --runs 19. That every class has a witness, and no other, is shown without
 * proofs in steps.test.ts and soundness.test.ts.
 */
import { endThreads } from '../lib/curve.ts'
import { assertStepProven } from './assertProven.ts'
import { deployVerifier } from './chain.ts'
import { CLASSES } from './classes.ts'
import { developmentKeys } from './support.ts'

export const name = 'step-proofs'
/** A proof takes seconds of every processor. */
export const smallRuns = 3

/** Prime to the number of classes: neighbouring seeds take classes far apart. */
const STRIDE = 7

export async function run({
  seed,
  log,
}: {
  seed: number
  log: (line: string) => void
}): Promise<void> {
  const [name, witness] = CLASSES[(seed * STRIDE) % CLASSES.length] as (typeof CLASSES)[number]
  log(name)
  try {
    const { step } = await developmentKeys()
    await assertStepProven(step, await deployVerifier(step), witness)
  } finally {
    await endThreads()
  }
}
