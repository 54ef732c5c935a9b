import { appendFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import type { Program } from './Program.ts'
import { type ProcessEvent, type RestartPolicy, type Supervised, supervise } from './supervise.ts'

export const DEFAULT_RESTART: RestartPolicy = {
  firstPauseMs: 500,
  longestPauseMs: 15_000,
  attempts: 5,
  stableMs: 60_000,
}

/**
 * Keeps processes of one network: starts them, notices when one ends, starts it again, ends them
 * all.
 */
export type Supervisor = {
  /**
   * Starts a program and waits until it is ready.
   * @throws Devnet.ProcessFailed, Devnet.NameTaken, Interrupted
   */
  add(program: Program, options?: { inspectPort?: number }): Promise<Supervised>
  /** @throws Devnet.NoProcess */
  get(name: string): Supervised
  /**
   * Ends every process, the first one last: the others need it.
   * @param beforeFirst what is to be done when only the first one runs
   */
  stop(beforeFirst?: () => Promise<void>): Promise<void>
}

/**
 * A supervisor over processes on this machine.
 * @param onEvent is told what happens to them; `logs/supervisor.log` has it too
 */
export function createSupervisor(options: {
  logFolder: string
  onEvent?: (event: ProcessEvent) => void
  /** False: what ended stays down, as tests want it. Default true. */
  restarts?: boolean
  policy?: Partial<RestartPolicy>
  healthEveryMs?: number
  signal?: AbortSignal | undefined
}): Supervisor {
  const { logFolder } = options
  mkdirSync(logFolder, { recursive: true })
  const onEvent = (event: ProcessEvent): void => {
    const line = JSON.stringify({ time: new Date().toISOString(), ...event })
    try {
      appendFileSync(join(logFolder, 'supervisor.log'), `${line}\n`)
    } catch {
      // Somebody deleted the folder under a running network; its processes matter more than their
      // log.
    }
    options.onEvent?.(event)
  }
  const processes = new Map<string, Supervised>()
  return {
    add: async (program, { inspectPort } = {}) => {
      if (processes.has(program.name)) throw new NameTakenError(program.name)
      const supervised = supervise({
        program: options.restarts === false ? { ...program, restart: 'never' } : program,
        logFile: join(logFolder, `${program.name}.log`),
        policy: { ...DEFAULT_RESTART, ...options.policy },
        healthEveryMs: options.healthEveryMs ?? 5_000,
        inspectPort,
        signal: options.signal,
        onEvent,
      })
      processes.set(program.name, supervised)
      await supervised.start()
      return supervised
    },
    get: (name) => {
      const found = processes.get(name)
      if (!found) throw new NoProcessError(name, [...processes.keys()])
      return found
    },
    stop: async (beforeFirst) => {
      const [first, ...rest] = processes.values()
      // The first is what the others speak to while they end: the chain.
      await Promise.all(rest.map((one) => one.stop()))
      if (first?.pid !== undefined) await beforeFirst?.()
      await first?.stop()
    },
  }
}

export class NameTakenError extends AmbrosiaError {
  constructor(name: string) {
    super('Devnet.NameTaken', `two processes of one network are called ${name}`)
  }
}

export class NoProcessError extends AmbrosiaError {
  constructor(name: string, names: readonly string[]) {
    super('Devnet.NoProcess', `this network has no process called ${name}`, {
      hint: `It has ${names.join(', ')}.`,
    })
  }
}
