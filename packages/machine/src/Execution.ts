// A run whose states can be asked for at any step, in any order, without starting over:
// docs/spec/machine.md, section 11.

import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import type * as Final from './Final.ts'
import type * as Genesis from './Genesis.ts'
import { type Checkpoint, type Checkpoints, shrink } from './internal/checkpoints.ts'
import { setLine, takeDirtyLines, touchedLines, ZERO_LINE } from './internal/engineMemory.ts'
import { keptLine, type LineTree } from './internal/lineTree.ts'
import { stateDigest } from './internal/stateDigest.ts'
import { type Change, exchange, sizeOf } from './internal/treeUpdate.ts'
import { LINE_SIZE } from './Layout.ts'
import * as Machine from './Machine.ts'
import type { Program } from './Program.ts'
import * as Snapshot from './Snapshot.ts'
import * as State from './State.ts'
import type { Witness } from './Step.ts'

/**
 * A program's run on an input. Functions of this module change it; none may run while another is
 * awaited.
 */
export type Execution = Checkpoints & {
  readonly machine: Machine.Machine
  /** States by number of steps, for those that were asked for before. */
  readonly states: Map<bigint, State.State>
  clock: number
  /** Steps of the whole run, once it is known to end. */
  end: bigint | undefined
  /** Where the last digests began, so that those of a part of that stretch do not start over. */
  digestsFrom: Snapshot.Snapshot | undefined
}

export type Options = Machine.Options & {
  /**
   * Bytes that checkpoints may take; 1 GiB when left out. With less, more of the run is done again.
   */
  checkpointBytes?: number
}

const DEFAULT_BUDGET = 2 ** 30

/** A run before its first step. @throws Machine.*, what the signal says */
export async function create(
  program: Program,
  options: Options = {},
  work: Machine.Work = {},
): Promise<Execution> {
  const { checkpointBytes = DEFAULT_BUDGET, ...rest } = options
  const machine = Machine.create(program, rest)
  const change = await Machine.hashMemory(machine, work)
  const first: Checkpoint = {
    control: Machine.control(machine),
    state: await Machine.state(machine),
    base: undefined,
    // Nothing leads back from the first state, so what was hashed for it is not kept.
    change: { ...change, ...NO_CHANGE },
    depth: 0,
    lastUse: 0,
    children: 0,
  }
  return {
    machine,
    budget: checkpointBytes,
    checkpoints: new Set([first]),
    states: new Map([[0n, first.state]]),
    position: first,
    size: 0,
    clock: 0,
    end: undefined,
    digestsFrom: undefined,
  }
}

const NO_CHANGE: Change = {
  lines: new Uint32Array(0),
  linePlaces: new Uint32Array(0),
  lineData: new Uint8Array(0),
  elements: new Uint32Array(0),
  elementData: new Uint8Array(0),
}

/** How a run ends. */
export type End = {
  /** Steps, the last one included. */
  steps: bigint
  status: Machine.Status
  /**
   * Lines of 128 bytes that were ever stored, image and input included: what hashing it can cost at
   * most.
   */
  touchedLines: number
}

/** How a run ends. @throws Execution.Limit where it takes more than `limit` steps */
export async function end(
  execution: Execution,
  limit: bigint,
  work: Machine.Work = {},
): Promise<End> {
  const { machine } = execution
  try {
    const status = await Machine.advance(machine, limit, work)
    if (status === 'running') throw new LimitError(limit)
    const steps = Machine.steps(machine)
    execution.end = steps
    return { steps, status, touchedLines: touchedLines(machine.engine).length }
  } finally {
    discard(execution)
  }
}

/**
 * The states after these numbers of steps, in any order; a run that has stopped stays in its last
 * state. What lies near a state that was asked for before is reached from there.
 * @throws Execution.Step for a negative number, what the signal says
 */
export async function statesAt(
  execution: Execution,
  points: readonly bigint[],
  work: Machine.Work = {},
): Promise<State.State[]> {
  const wanted = [...new Set(points.map((point) => clamp(execution, point)))]
  for (const point of wanted.sort((a, b) => (a < b ? -1 : 1))) {
    if (execution.states.has(point)) continue
    const { state, control } = await reach(execution, point, work)
    // A run that stops on the way is in its last state from there on, and that is where it is
    // looked for.
    execution.states.set(control.steps, state)
  }
  return points.map((point) => execution.states.get(clamp(execution, point)) as State.State)
}

/** The hashes of the states after these numbers of steps, as {@link statesAt}. */
export async function hashesAt(
  execution: Execution,
  points: readonly bigint[],
  work: Machine.Work = {},
): Promise<bigint[]> {
  return (await statesAt(execution, points, work)).map(State.hash)
}

/**
 * Digests of the states after these numbers of steps, ascending: SHA-256 over the whole state, as
 * {@link stateDigest}. They tell two runs apart as hashes of states do, at a hundredth of the cost,
 * and prove nothing: no tree is brought up to date for them. The stretch is run from a checkpoint,
 * or from where the last such stretch began.
 * @throws as {@link statesAt}
 */
export async function digestsAt(
  execution: Execution,
  points: readonly bigint[],
  work: Machine.Work = {},
): Promise<Uint8Array[]> {
  const { machine } = execution
  const [first = 0n, ...rest] = points.map((point) => clamp(execution, point))
  const digests: Uint8Array[] = []
  try {
    await goToStretch(execution, first, work)
    digests.push(stateDigest(machine))
    for (const point of rest) {
      if (point < Machine.steps(machine)) throw new StepError(point)
      await Machine.advance(machine, point, work)
      digests.push(stateDigest(machine))
    }
    return digests.slice(0, points.length)
  } finally {
    discard(execution)
  }
}

/** Brings the machine, and not its tree, to a step, and keeps its memory where that is not much. */
async function goToStretch(execution: Execution, from: bigint, work: Machine.Work): Promise<void> {
  const { machine, digestsFrom, budget } = execution
  const nearest = nearestTo(execution, from)
  goTo(execution, nearest)
  const isKeptNearer = (digestsFrom?.steps ?? -1n) > nearest.control.steps
  if (digestsFrom !== undefined && isKeptNearer && digestsFrom.steps <= from) {
    Snapshot.restore(machine, digestsFrom)
  }
  await Machine.advance(machine, from, work)
  const size = touchedLines(machine.engine).length * LINE_SIZE
  const isWorthIt = Machine.steps(machine) > nearest.control.steps && size * 4 < budget
  execution.digestsFrom = isWorthIt ? Snapshot.take(machine) : undefined
}

/** Everything that the step from state n to n + 1 reads. @throws as {@link statesAt} */
export async function witnessAt(
  execution: Execution,
  n: bigint,
  work: Machine.Work = {},
): Promise<Witness> {
  await reach(execution, clamp(execution, n), work)
  return Machine.witness(execution.machine, Machine.steps(execution.machine), work)
}

/** What shows that the first state is that of the program on the input. */
export function genesisWitness(
  execution: Execution,
  work: Machine.Work = {},
): Promise<Genesis.Witness> {
  return Machine.genesisWitness(execution.machine, work)
}

/**
 * What shows the exit value and the answer of the state after n steps.
 * @throws as {@link statesAt}
 */
export async function finalWitnessAt(
  execution: Execution,
  n: bigint,
  work: Machine.Work = {},
): Promise<Final.Witness> {
  await reach(execution, clamp(execution, n), work)
  return Machine.finalWitness(execution.machine, work)
}

function clamp({ end }: Execution, point: bigint): bigint {
  if (point < 0n) throw new StepError(point)
  return end !== undefined && point > end ? end : point
}

/** Brings the machine to a step and makes a checkpoint of it. */
async function reach(execution: Execution, point: bigint, work: Machine.Work): Promise<Checkpoint> {
  const { machine } = execution
  const nearest = nearestTo(execution, point)
  goTo(execution, nearest)
  nearest.lastUse = ++execution.clock
  if (nearest.control.steps === point || nearest.control.status !== 0) return nearest
  try {
    await Machine.advance(machine, point, work)
    const change = await Machine.hashMemory(machine, work)
    return await addCheckpoint(execution, change)
  } catch (error) {
    discard(execution)
    throw error
  }
}

async function addCheckpoint(execution: Execution, change: Change): Promise<Checkpoint> {
  const { machine, position, checkpoints } = execution
  const control = Machine.control(machine)
  const checkpoint: Checkpoint = {
    control,
    state: await Machine.state(machine),
    base: position,
    change,
    depth: position.depth + 1,
    lastUse: ++execution.clock,
    children: 0,
  }
  position.children++
  checkpoints.add(checkpoint)
  execution.size += sizeOf(change)
  execution.position = checkpoint
  if (control.status !== 0) execution.end = control.steps
  shrink(execution)
  return checkpoint
}

/** The last checkpoint that is not behind a step. */
function nearestTo({ checkpoints }: Execution, point: bigint): Checkpoint {
  let best: Checkpoint | undefined
  for (const checkpoint of checkpoints) {
    if (checkpoint.control.steps > point) continue
    if (best === undefined || checkpoint.control.steps > best.control.steps) best = checkpoint
  }
  return best as Checkpoint
}

/** Brings machine and tree from the checkpoint that they are at to another. */
function goTo(execution: Execution, target: Checkpoint): void {
  const { machine } = execution
  const tree = machine.memoryTree as LineTree
  let from = execution.position
  let to = target
  const forth: Checkpoint[] = []
  const passed: Checkpoint[] = []
  while (from !== to) {
    if (from.depth >= to.depth) {
      exchange(tree, from.change)
      passed.push(from)
      from = from.base as Checkpoint
    } else {
      forth.push(to)
      to = to.base as Checkpoint
    }
  }
  for (const checkpoint of forth.reverse()) {
    exchange(tree, checkpoint.change)
    passed.push(checkpoint)
  }
  for (const { change } of passed) copyLines(machine, change.lines)
  Machine.setControl(machine, target.control)
  execution.position = target
}

/** Gives the machine's memory the bytes that the tree keeps. */
function copyLines({ engine, memoryTree }: Machine.Machine, lines: Iterable<number>): void {
  for (const line of lines) {
    setLine(engine, line, keptLine(memoryTree as LineTree, line) ?? ZERO_LINE, false)
  }
}

/** Takes back the steps since the last checkpoint. */
function discard({ machine, position }: Execution): void {
  copyLines(machine, takeDirtyLines(machine.engine))
  Machine.setControl(machine, position.control)
}

export class StepError extends AmbrosiaError {
  constructor(step: bigint) {
    super('Execution.Step', `there is no state after ${step} steps`)
  }
}

export class LimitError extends AmbrosiaError {
  constructor(limit: bigint) {
    super('Execution.Limit', `the run has not ended after ${limit} steps`, {
      hint: 'Allow more steps, or claim the run up to its limit.',
    })
  }
}
