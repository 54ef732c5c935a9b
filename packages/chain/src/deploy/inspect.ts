import type { Address } from 'viem'
import { estimateGas } from 'viem/actions'
import type { Reader } from '../read/Deployed.ts'
import { hasCode, type Step } from './Step.ts'

/** A step as the chain has it now. */
export type Inspected = {
  step: Step
  isDone: boolean
  /** What sending it now would take; absent where it is done, or needs a step before it. */
  gas?: bigint
}

/**
 * Reads which steps are done, and what the others would cost as far as that can be told.
 * @throws Chain.Unreachable
 */
export async function inspect(
  client: Reader,
  deployer: Address,
  steps: readonly Step[],
): Promise<Inspected[]> {
  const inspected: Inspected[] = []
  for (const step of steps) {
    const isDone = await step.isDone(client)
    const gas = isDone ? undefined : await estimate(client, deployer, step)
    inspected.push({ step, isDone, ...(gas === undefined ? {} : { gas }) })
  }
  return inspected
}

async function estimate(
  client: Reader,
  account: Address,
  { call: { to, data } }: Step,
): Promise<bigint | undefined> {
  // A call of an address without code costs next to nothing and says nothing.
  if (to !== undefined && !(await hasCode(client, to))) return undefined
  try {
    return await estimateGas(client, { account, to, data })
  } catch {
    // It builds on a step that is not done, or the account has no ether yet.
    return undefined
  }
}
