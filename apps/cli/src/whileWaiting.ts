import { progress } from './output.ts'

const FIRST_MS = 3000
const NEXT_MS = 5000

/**
 * Does work, and says on standard error that it is under way where it takes longer than a person
 * waits without wondering: after 3 s, and every 5 s from then on.
 * @param what what is being done, such as "the issuer signs"
 */
export async function whileWaiting<T>(
  what: string | (() => string),
  work: () => Promise<T>,
  tell: (line: string) => void = progress,
): Promise<T> {
  const startedAt = performance.now()
  let timer: NodeJS.Timeout
  const say = (): void => {
    const seconds = Math.round((performance.now() - startedAt) / 1000)
    tell(`${typeof what === 'string' ? what : what()} … ${seconds} s`)
    timer = setTimeout(say, NEXT_MS).unref()
  }
  timer = setTimeout(say, FIRST_MS).unref()
  try {
    return await work()
  } finally {
    clearTimeout(timer)
  }
}
