/**
 * When to try again what failed: after a second, then twice as long each time, at most five
 * minutes. In memory: a restart tries at once.
 */
export type Waits = {
  isDue(name: string): boolean
  failed(name: string): void
  done(name: string): void
}

const FIRST_WAIT_MS = 1_000
const LONGEST_WAIT_MS = 300_000

export function createWaits(now: () => number): Waits {
  const waits = new Map<string, { waitMs: number; dueMs: number }>()
  return {
    isDue: (name) => (waits.get(name)?.dueMs ?? 0) <= now(),
    failed: (name) => {
      const last = waits.get(name)
      const waitMs = last ? Math.min(last.waitMs * 2, LONGEST_WAIT_MS) : FIRST_WAIT_MS
      waits.set(name, { waitMs, dueMs: now() + waitMs })
    },
    done: (name) => {
      waits.delete(name)
    },
  }
}
