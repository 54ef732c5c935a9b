import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import type { Account } from 'viem'
import { getTransactionCount } from 'viem/actions'
import { reach } from '../errors.ts'
import { pause } from '../follow.ts'
import type { Reader } from '../read/Deployed.ts'
import { sendRaw } from '../send.ts'
import { hasCode, type Step } from './Step.ts'

/** What became of a step. */
export type Progress = {
  step: Step
  index: number
  total: number
  /** `found`: it was done before. */
  state: 'found' | 'sent'
  gas?: bigint
}

export type ExecuteOptions = {
  client: Reader
  account: Account
  steps: readonly Step[]
  onProgress?: ((progress: Progress) => void) | undefined
  /** Told while transactions of the account, of an earlier run perhaps, are not in a block yet. */
  onPending?: ((count: number) => void) | undefined
  signal?: AbortSignal | undefined
}

const PENDING_POLL_MS = 1000
const FOUND = { state: 'found' } as const

/**
 * Sends the steps that are not done yet, one after the other. Ended anywhere, it goes on where it
 * was when it is called again: what an earlier run sent is waited for and then found on the chain.
 * @throws Deployment.StepFailed with what the chain said, Chain.Unreachable, Interrupted
 */
export async function execute(options: ExecuteOptions): Promise<void> {
  const { client, account, steps, signal } = options
  await waitForPending(options)
  for (const [index, step] of steps.entries()) {
    if (signal?.aborted) throw new AmbrosiaError('Interrupted', 'ended before it was done')
    const place = { step, index, total: steps.length }
    if (await step.isDone(client)) {
      options.onProgress?.({ ...place, ...FOUND })
      continue
    }
    const gas = await perform(client, account, step)
    options.onProgress?.({ ...place, ...(gas === undefined ? FOUND : { state: 'sent', gas }) })
  }
}

/** The gas that it took, or undefined where somebody else was faster. */
async function perform(client: Reader, account: Account, step: Step): Promise<bigint | undefined> {
  try {
    const receipt = await sendRaw(client, account, step.call)
    if (step.creates !== undefined && !(await hasCode(client, step.creates))) {
      throw new AmbrosiaError('Deployment.NotCreated', `nothing stands at ${step.creates}`)
    }
    return receipt.gasUsed
  } catch (error) {
    if (error instanceof AmbrosiaError && error.code === 'Chain.Unreachable') throw error
    if (await step.isDone(client)) return undefined
    throw new StepFailedError(step, error)
  }
}

/**
 * Transactions that a crashed run left in the pool land first; a second one for the same step would
 * fail.
 */
async function waitForPending(options: ExecuteOptions): Promise<void> {
  const { client, account } = options
  const signal = options.signal ?? new AbortController().signal
  const count = (blockTag: 'latest' | 'pending') =>
    reach(() => getTransactionCount(client, { address: account.address, blockTag }))
  while (!signal.aborted) {
    const waiting = (await count('pending')) - (await count('latest'))
    if (waiting <= 0) return
    options.onPending?.(waiting)
    await pause(Math.min(client.pollingInterval, PENDING_POLL_MS), signal)
  }
}

export class StepFailedError extends AmbrosiaError {
  constructor(step: Step, cause: unknown) {
    const why = cause instanceof AmbrosiaError ? cause.message : 'unknown failure'
    super('Deployment.StepFailed', `${step.domain}: ${step.name}: ${why}`, {
      hint:
        (cause instanceof AmbrosiaError ? cause.hint : undefined) ??
        'Mend the reason and run the command again; it goes on from here.',
      cause,
    })
  }
}
