/** Tells those who wait that something has happened. */
export type Signal = {
  give(): void
  /** Waits for the next time, or until the time is over or the other signal comes. */
  wait(ms: number, signal?: AbortSignal): Promise<void>
}

export function createSignal(): Signal {
  const waiting = new Set<() => void>()
  return {
    give() {
      for (const wake of [...waiting]) wake()
    },
    wait: (ms, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted) return resolve()
        const end = () => {
          clearTimeout(timer)
          waiting.delete(end)
          signal?.removeEventListener('abort', end)
          resolve()
        }
        const timer = setTimeout(end, ms)
        waiting.add(end)
        signal?.addEventListener('abort', end, { once: true })
      }),
  }
}
