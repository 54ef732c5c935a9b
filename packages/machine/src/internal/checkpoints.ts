// States of a run to return to, what leads from one to the other, and the room that they take.

import type { Control } from '../Machine.ts'
import type { State } from '../State.ts'
import { type Change, combine, sizeOf } from './treeUpdate.ts'

/**
 * A step that was asked for: its state, and what leads there from the checkpoint that it was
 * reached from.
 */
export type Checkpoint = {
  readonly control: Control
  readonly state: State
  /** Where the run came from; the first state has none. */
  base: Checkpoint | undefined
  /**
   * What differs from the base: the values of whichever of the two the machine's tree is not nearer
   * to.
   */
  change: Change
  /** Above that of the base. */
  readonly depth: number
  lastUse: number
  children: number
}

/** Those of one run. */
export type Checkpoints = {
  /** Bytes that checkpoints may take. */
  readonly budget: number
  readonly checkpoints: Set<Checkpoint>
  /** The one that the machine's tree is at. */
  position: Checkpoint
  /** Bytes that they take. */
  size: number
}

/**
 * Lets go of checkpoints until the rest fits: first those that nothing leads on from, the longest
 * unused before others; then those between two others that lie nearest to each other, whose two
 * changes become one.
 */
export function shrink(execution: Checkpoints): void {
  while (execution.size > execution.budget) {
    const oldest = oldestLeaf(execution)
    const between = oldest === undefined ? narrowest(execution) : undefined
    if (oldest !== undefined) drop(execution, oldest)
    else if (between !== undefined) bridge(execution, ...between)
    else return
  }
}

function oldestLeaf({ checkpoints, position }: Checkpoints): Checkpoint | undefined {
  let oldest: Checkpoint | undefined
  for (const checkpoint of checkpoints) {
    if (checkpoint.children > 0 || checkpoint === position || checkpoint.base === undefined)
      continue
    if (oldest === undefined || checkpoint.lastUse < oldest.lastUse) oldest = checkpoint
  }
  return oldest
}

function drop(execution: Checkpoints, checkpoint: Checkpoint): void {
  execution.checkpoints.delete(checkpoint)
  execution.size -= sizeOf(checkpoint.change)
  if (checkpoint.base !== undefined) checkpoint.base.children--
}

/**
 * A checkpoint that one other follows from, and that other, with the fewest steps from the one's
 * base to the other.
 */
function narrowest({ checkpoints, position }: Checkpoints): [Checkpoint, Checkpoint] | undefined {
  let best: [Checkpoint, Checkpoint] | undefined
  let least = 0n
  for (const next of checkpoints) {
    const { base } = next
    if (base?.base === undefined || base.children !== 1 || base === position) continue
    const gap = next.control.steps - base.base.control.steps
    if (best !== undefined && gap >= least) continue
    best = [base, next]
    least = gap
  }
  return best
}

/** Takes a checkpoint out from between its base and the one that follows. */
function bridge(execution: Checkpoints, middle: Checkpoint, next: Checkpoint): void {
  const { checkpoints, position } = execution
  execution.size -= sizeOf(middle.change) + sizeOf(next.change)
  // Changes hold the values of the side that the tree is not on: beyond both, the older ones count.
  const isBeyond = leadsTo(next, position)
  next.change = isBeyond ? combine(middle.change, next.change) : combine(next.change, middle.change)
  next.base = middle.base
  checkpoints.delete(middle)
  execution.size += sizeOf(next.change)
}

function leadsTo(checkpoint: Checkpoint, target: Checkpoint): boolean {
  let at: Checkpoint | undefined = target
  while (at !== undefined && at !== checkpoint) at = at.base
  return at === checkpoint
}
