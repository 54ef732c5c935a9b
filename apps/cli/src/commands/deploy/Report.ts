import type { Progress } from '@ambrosia/chain/deploy/execute'
import { COMMON_FACTORY } from '@ambrosia/chain/deploy/Factory'
import type { Inspected } from '@ambrosia/chain/deploy/inspect'
import type { Addresses } from '@ambrosia/chain/deploy/Plan'
import type { Step } from '@ambrosia/chain/deploy/Step'
import type { Verdict } from '@ambrosia/chain/deploy/verifyBytecode'
import { toDecimal } from '@ambrosia/primitives/Units'
import type { Address } from 'viem'
import { RefusedError } from '../../output.ts'

/** One part of what the command says: members of its JSON object, and lines for people. */
export type Part = { result: object; lines: string[] }

/** A step that was carried out or found done. */
export type Done = { step: Step; state: Progress['state']; gas: bigint | undefined }

/** Who deploys what where. */
export function ofPlan(
  facts: { chainId: number; deployer: Address; factory: Address; contracts: Addresses },
  ether: bigint,
): Part {
  const { chainId, deployer, factory, contracts } = facts
  const whose = factory === COMMON_FACTORY ? 'the common factory' : 'the factory'
  return {
    result: facts,
    lines: [
      `chain ${chainId}, deployed by ${deployer} (${toDecimal(ether)} ether) with ${whose} ${factory}`,
      ...Object.entries(contracts).map(([name, at]) => `  ${name.padEnd(20)} ${at}`),
    ],
  }
}

/** What stands, and what would be sent. */
export function ofInspection(inspected: readonly Inspected[], gasPrice: bigint): Part {
  const missing = inspected.filter(({ isDone }) => !isDone)
  const gas = missing.reduce((sum, one) => sum + (one.gas ?? 0n), 0n)
  const unknown = missing.filter((one) => one.gas === undefined).length
  const rest = unknown === 0 ? '' : `; ${unknown} of them can't be told before others are sent`
  return {
    result: {
      steps: inspected.map((one) => stepResult(one.step, one.isDone ? 'done' : 'missing', one.gas)),
      missing: missing.length,
      gas: gas.toString(),
    },
    lines: [
      ...inspected.map(({ step, isDone, gas: cost }, index) => {
        const state = isDone ? 'done   ' : 'to send'
        return `${place(index)}  ${state}  ${step.name}${cost === undefined ? '' : `  ${cost} gas`}`
      }),
      missing.length === 0
        ? 'all of it stands; there is nothing to send'
        : `${missing.length} to send: ${gas} gas, ${toDecimal(gas * gasPrice)} ether at this moment's price${rest}`,
    ],
  }
}

/** What was sent, and what was there. */
export function ofExecution(done: readonly Done[]): Part {
  const sent = done.filter(({ state }) => state === 'sent')
  const gas = sent.reduce((sum, one) => sum + (one.gas ?? 0n), 0n)
  return {
    result: {
      steps: done.map((one) => stepResult(one.step, one.state, one.gas)),
      sent: sent.length,
      gas: gas.toString(),
    },
    lines: [
      `${sent.length} transactions sent (${gas} gas), ${done.length - sent.length} steps were done before`,
    ],
  }
}

/** The code on the chain against the sources. */
export function ofVerdicts(verdicts: readonly Verdict[]): Part {
  const lines = verdicts.map(({ name, state, bytes, immutableBytes, differsAt }) => {
    const at = differsAt === undefined ? '' : `, first at byte ${differsAt}`
    const rest = immutableBytes === 0 ? '' : `, ${immutableBytes} of them immutables`
    return `  ${name.padEnd(20)} ${state}${at} (${bytes} bytes${rest})`
  })
  return { result: { bytecode: verdicts }, lines: ['code on the chain:', ...lines] }
}

/** @throws Deployment.CodeDiffers */
export function assertSame(verdicts: readonly Verdict[]): void {
  const wrong = verdicts.filter(({ state }) => state !== 'same').map(({ name }) => name)
  if (wrong.length === 0) return
  throw new RefusedError(
    'Deployment.CodeDiffers',
    `the chain does not have the code of these sources: ${wrong.join(', ')}`,
    'Deploy what is absent with --execute; other code is of other sources or another compiler.',
  )
}

function stepResult({ domain, name }: Step, state: string, gas: bigint | undefined): object {
  return { domain, name, state, ...(gas === undefined ? {} : { gas: gas.toString() }) }
}

function place(index: number): string {
  return String(index + 1).padStart(3)
}
