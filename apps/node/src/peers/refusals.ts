/**
 * Until a member that refused is asked again about the same thing: this long, then twice as long.
 */
const FIRST_PAUSE_MS = 30_000
const LONGEST_PAUSE_MS = 600_000
/** Things that were refused, remembered at one time. */
const COUNT = 1024

/** What members refused for good; they may come to see it otherwise, but not at each poll. */
export type Refusals = {
  mayAsk(key: string): boolean
  note(key: string): void
}

export function createRefusals(nowMs: () => number = () => performance.now()): Refusals {
  const known = new Map<string, { untilMs: number; pauseMs: number }>()
  return {
    mayAsk: (key) => (known.get(key)?.untilMs ?? 0) <= nowMs(),
    note(key) {
      const before = known.get(key)
      const pauseMs = Math.min(2 * (before?.pauseMs ?? FIRST_PAUSE_MS / 2), LONGEST_PAUSE_MS)
      // Put last, so that the first is the one that was refused the longest ago.
      known.delete(key)
      known.set(key, { untilMs: nowMs() + pauseMs, pauseMs })
      if (known.size > COUNT) known.delete(known.keys().next().value as string)
    },
  }
}
