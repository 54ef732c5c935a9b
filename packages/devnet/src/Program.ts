/**
 * A process as data: what is to be known to start it, to see that it is well, and to start it
 * again. Adding a process to a network is writing one of these.
 */
export type Program = {
  /** Unique in a network: names its log, and is what `up --inspect` and tests call it. */
  name: string
  /**
   * `node`: a script of ours, which ends when its standard input ends and knows kill points.
   * `binary`: any other program; a guard process between us and it sees to its end.
   */
  run: { node: string } | { binary: string }
  args?: readonly string[]
  /** Added to our own environment. */
  env?: Readonly<Record<string, string>>
  /** Finds its address in a line of its standard output; from then on it is ready. */
  readyUrl: (line: string) => string | undefined
  /**
   * Path below its address that answers 2xx while it is well; without one it is well as long as it
   * lives.
   */
  healthPath?: string
  /**
   * Is it started again when it ends unasked? `never` for what would come back without its memory.
   */
  restart: 'always' | 'never'
}

/**
 * The address in the line that services of ours print once they listen: `{"ready":true,"url":…}`.
 */
export function serviceUrl(line: string): string | undefined {
  return /^\{"ready":true,"url":"([^"]+)"/.exec(line)?.[1]
}
