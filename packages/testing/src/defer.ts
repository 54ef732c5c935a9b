import { after } from 'node:test'

/** What a test, or a suite, does at its end: a TestContext, or `endOfSuite()`. */
export type Ending = { after(work: () => void | Promise<void>): void }

const stacks = new WeakMap<Ending, (() => void | Promise<void>)[]>()

/**
 * Does work at the end of a test or suite, the last that was deferred first: what stands on
 * something else ends before it. All of it is done, and the first failure told.
 */
export function defer(t: Ending, work: () => void | Promise<void>): void {
  const known = stacks.get(t)
  if (known) {
    known.unshift(work)
    return
  }
  const stack = [work]
  stacks.set(t, stack)
  t.after(async () => {
    stacks.delete(t)
    const failures: unknown[] = []
    for (const one of stack) {
      try {
        await one()
      } catch (error) {
        failures.push(error)
      }
    }
    if (failures.length > 0) throw failures[0]
  })
}

/** The end of the suite, or of the file, whose body calls this: for what its `before` starts. */
export function endOfSuite(): Ending {
  const ends: (() => void | Promise<void>)[] = []
  after(async () => {
    for (const end of ends) await end()
  })
  return { after: (end) => void ends.push(end) }
}

/** Runs work outside of a test, such as a benchmark, and then does what it deferred. */
export async function withEnding<T>(work: (t: Ending) => Promise<T>): Promise<T> {
  const ends: (() => void | Promise<void>)[] = []
  try {
    return await work({ after: (end) => void ends.push(end) })
  } finally {
    for (const end of ends) await end()
  }
}
