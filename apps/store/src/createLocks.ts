/** Runs work under a name, one after another for the same name. */
export type Locks = <T>(name: string, work: () => Promise<T>) => Promise<T>

export function createLocks(): Locks {
  const tails = new Map<string, Promise<unknown>>()
  return async (name, work) => {
    const before = tails.get(name) ?? Promise.resolve()
    const result = before.then(work, work)
    const tail = result.catch(() => undefined)
    tails.set(name, tail)
    try {
      return await result
    } finally {
      if (tails.get(name) === tail) tails.delete(name)
    }
  }
}
