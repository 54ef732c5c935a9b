import type { TakenPort } from './Ports.ts'
import { describeEnd } from './Process.ts'
import type { ProcessEvent } from './supervise.ts'

/** What happened to a process, as a line for people; undefined for what only a log needs. */
export function describeEvent(event: ProcessEvent): string | undefined {
  const { name } = event
  switch (event.kind) {
    case 'ready':
      if (event.debuggerUrl !== undefined)
        return `${name} can be debugged at ${event.debuggerUrl} (chrome://inspect, or attach your editor)`
      return event.attempt === 0 ? undefined : `${name} is up again at ${event.url}`
    case 'ended':
      if (event.isAsked) return undefined
      return `${name} ended unexpectedly (${describeEnd(event.end)}); its log is ${event.logFile}`
    case 'restarting':
      return `${name} starts again in ${event.pauseMs / 1000} s (attempt ${event.attempt} of ${event.attempts})`
    case 'gaveUp':
      return `${name} did not stay up after ${event.attempts} restarts and stays down; read ${event.logFile}`
    case 'unresponsive':
      return `${name} does not answer at ${event.url}`
    case 'responsive':
      return `${name} answers again at ${event.url}`
  }
}

/** Which ports differ from those that were wanted, and why. */
export function describePorts(ports: readonly TakenPort[]): string[] {
  return ports
    .filter(({ wanted, port }) => wanted !== 0 && wanted !== port)
    .map(({ name, wanted, port }) => `port ${wanted} is in use, so ${name} listens on ${port}`)
}
