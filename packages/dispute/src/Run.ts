// A program's run as a player of a dispute needs it.

import * as Commitment from '@ambrosia/machine/Commitment'
import * as Execution from '@ambrosia/machine/Execution'
import * as Final from '@ambrosia/machine/Final'
import type * as Machine from '@ambrosia/machine/Machine'
import type { Program } from '@ambrosia/machine/Program'
import type * as State from '@ambrosia/machine/State'
import * as WitnessJson from '@ambrosia/machine/WitnessJson'
import { toHex } from '@ambrosia/primitives/Bytes'
import type { Hex } from 'viem'
import type { InputPackage } from './InputPackage.ts'

/** What the prover is sent for a step. */
export type StepInput = { program: WitnessJson.ProgramJson; witness: WitnessJson.WitnessJson }

/** How a run ends within a number of steps. */
export type Ending = {
  status: Machine.Status
  /** Steps until it stopped. */
  steps: bigint
  exitCode: bigint
  /** The first 32 bytes of the output region, 0x-hexadecimal. */
  answer: `0x${string}`
  /** Lines of 128 bytes that were stored. */
  lines: bigint
}

/**
 * The states of a run and what proves them. Calls wait for each other, so several games may share
 * one.
 */
export type Run = {
  programId: bigint
  inputRoot: bigint
  inputLength: bigint
  /**
   * Hashes of the states after these numbers of steps; a run that stopped stays in its last state.
   */
  hashesAt(points: readonly bigint[]): Promise<bigint[]>
  /**
   * Digests of the states after these numbers of steps, ascending, 0x-hexadecimal: they tell where
   * two runs part, and prove nothing.
   */
  digestsAt(points: readonly bigint[]): Promise<Hex[]>
  /** How the run ends. @throws Execution.Limit where it does not within that many steps */
  ending(limit: bigint): Promise<Ending>
  genesisInput(): Promise<WitnessJson.GenesisJson>
  stepInput(step: bigint): Promise<StepInput>
  /** Of the state after that many steps. */
  finalInput(steps: bigint): Promise<WitnessJson.FinalJson>
}

export type RunOptions = Pick<Execution.Options, 'hashPool' | 'cache' | 'checkpointBytes'> & {
  work?: Machine.Work
}

/** Loads a program with a package; nothing runs yet. @throws Machine.* */
export async function openRun(
  program: Program,
  { input, inputSalt, salt }: InputPackage,
  options: RunOptions = {},
): Promise<Run> {
  const { work = {}, ...rest } = options
  const execution = await Execution.create(program, { ...rest, input, inputSalt, salt }, work)
  const commitment = await Commitment.fromProgram(program, rest)
  const inTurn = createQueue()
  return {
    programId: commitment.programId,
    inputRoot: await Commitment.inputRoot(input, inputSalt, rest),
    inputLength: BigInt(input.length),
    hashesAt: (points) => inTurn(() => Execution.hashesAt(execution, points, work)),
    digestsAt: (points) =>
      inTurn(async () => (await Execution.digestsAt(execution, points, work)).map(toHex)),
    ending: (limit) => inTurn(() => endingOf(execution, limit, work)),
    genesisInput: () =>
      inTurn(async () => WitnessJson.fromGenesis(await Execution.genesisWitness(execution, work))),
    stepInput: (step) =>
      inTurn(async () => ({
        program: WitnessJson.fromProgram(commitment),
        witness: WitnessJson.fromWitness(await Execution.witnessAt(execution, step, work)),
      })),
    finalInput: (steps) =>
      inTurn(async () =>
        WitnessJson.fromFinal(await Execution.finalWitnessAt(execution, steps, work)),
      ),
  }
}

async function endingOf(
  execution: Execution.Execution,
  limit: bigint,
  work: Machine.Work,
): Promise<Ending> {
  const { steps, status, touchedLines } = await Execution.end(execution, limit, work)
  const lines = BigInt(touchedLines)
  const [state] = (await Execution.statesAt(execution, [steps], work)) as [State.State]
  const exitCode = state.registers[10] as bigint
  if (status !== 'halted') return { status, steps, exitCode, answer: ZERO, lines }
  const { answer } = Final.apply(await Execution.finalWitnessAt(execution, steps, work))
  return { status, steps, exitCode, answer: toHex(answer), lines }
}

const ZERO = `0x${'0'.repeat(64)}` as const

/** Runs one work after the other; one that fails does not stop the next. */
function createQueue(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve()
  return (work) => {
    const result = last.then(work, work)
    last = result.catch(() => {})
    return result
  }
}
