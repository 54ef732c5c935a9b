// Many multiples of the generators of G1 and G2, on all processors.

import { type ChildProcess, fork } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'

export type Group = 'g1' | 'g2'

/**
 * Bytes of an affine point: two coordinates in Montgomery form, little-endian, as proving keys hold
 * them.
 */
export const POINT_SIZES: Readonly<Record<Group, number>> = { g1: 64, g2: 128 }

/** Scalars of 32 bytes, little-endian, one behind the other. */
export type Task = { group: Group; scalars: Uint8Array }

/** For fewer scalars than this, a process with a table of its own does not pay. */
const SMALLEST_SHARE = 1024

/** The multiples of the generators by these scalars; the point at infinity is all zeros. */
export async function multiplyGenerators(tasks: readonly Task[]): Promise<Uint8Array[]> {
  const total = tasks.reduce((sum, { scalars }) => sum + scalars.length / 32, 0)
  const count = Math.min(availableParallelism(), Math.ceil(total / SMALLEST_SHARE))
  // Processes, because the curve's library can't be loaded in a worker thread.
  const program = join(import.meta.dirname, 'fixedBaseProcess.ts')
  const helpers = Array.from({ length: count }, () => fork(program, { serialization: 'advanced' }))
  try {
    return await Promise.all(tasks.map((task) => multiplyOn(helpers, task)))
  } finally {
    for (const helper of helpers) helper.disconnect()
  }
}

async function multiplyOn(helpers: readonly ChildProcess[], task: Task): Promise<Uint8Array> {
  const count = task.scalars.length / 32
  const share = Math.max(SMALLEST_SHARE, Math.ceil(count / helpers.length))
  const shares = helpers.map((helper, i) => {
    const scalars = task.scalars.slice(32 * share * i, 32 * share * (i + 1))
    return scalars.length === 0 ? new Uint8Array(0) : runOn(helper, { group: task.group, scalars })
  })
  const points = new Uint8Array(count * POINT_SIZES[task.group])
  let done = 0
  for (const part of await Promise.all(shares)) {
    points.set(part, done)
    done += part.length
  }
  return points
}

let nextId = 0

function runOn(helper: ChildProcess, task: Task): Promise<Uint8Array> {
  const id = nextId++
  return new Promise((resolve, reject) => {
    const listen = (answer: { id: number; points: Uint8Array }) => {
      if (answer.id !== id) return
      helper.off('message', listen)
      resolve(answer.points)
    }
    helper.on('message', listen)
    helper.once('exit', (code) => reject(new Error(`a helper process ended with code ${code}`)))
    helper.send({ id, ...task })
  })
}
