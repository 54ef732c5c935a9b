import { type ChildProcess, type ChildProcessByStdio, spawn } from 'node:child_process'
import { closeSync, createWriteStream, mkdirSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import type { Program } from './Program.ts'

/** How a process ended: its exit code, or the signal that ended it. */
export type End = { exitCode: number | null; signal: NodeJS.Signals | null }

/** A running child process that said it is ready. */
export type Running = {
  readonly name: string
  readonly url: string
  readonly pid: number
  /** Address of its debugger, where one was asked for. */
  readonly debuggerUrl: string | undefined
  /** Ends it (SIGTERM, after 10 s SIGKILL) and waits till it is gone. */
  stop(): Promise<void>
  /** Ends it at once, as a crash would. */
  kill(): Promise<void>
  /**
   * Makes it end at once when it next reaches that point of its code; settles once it knows. `node`
   * programs in development only.
   */
  killAt(point: string): Promise<void>
  /** Points of its code that it has passed so far; `node` programs in development only. */
  killPoints(): Promise<string[]>
  /** Settles when the process ends. */
  readonly ended: Promise<End>
}

export type StartOptions = {
  /** All output is added to this file. */
  logFile: string
  /** Port of the loopback interface on which a debugger may attach; `node` programs only. */
  inspectPort?: number | undefined
  /** Ends the program while it is not ready yet. */
  signal?: AbortSignal | undefined
}

const STOP_TIMEOUT_MS = 10_000
const GUARD = fileURLToPath(new URL('guardMain.ts', import.meta.url))

/**
 * Starts a program and waits until it is ready. It never outlives us, whatever ends us.
 * @throws Devnet.ProcessFailed with the path of the log when it ends before it is ready,
 * Interrupted
 */
export async function start(program: Program, options: StartOptions): Promise<Running> {
  const { signal } = options
  assertNotInterrupted(signal)
  const child = spawnProgram(program, options)
  const ended = endOf(child)
  const firstLine = readOutput(child, ended, program.name, options.logFile)
  let debuggerUrl: string | undefined
  if (options.inspectPort !== undefined)
    void firstLine((line) => /^Debugger listening on (ws:\S+)/.exec(line)?.[1]).then(
      (url) => {
        debuggerUrl = url
      },
      () => {},
    )
  const interrupt = (): void => killGroup(child)
  signal?.addEventListener('abort', interrupt, { once: true })
  const url = await firstLine(program.readyUrl)
    .catch((error) => {
      throw signal?.aborted ? new InterruptedError() : error
    })
    .finally(() => signal?.removeEventListener('abort', interrupt))
  const isRunning = (): boolean => child.exitCode === null && child.signalCode === null
  return {
    name: program.name,
    url,
    pid: child.pid as number,
    debuggerUrl,
    ended,
    stop: async () => {
      if (isRunning()) child.kill('SIGTERM')
      const timer = setTimeout(() => killGroup(child), STOP_TIMEOUT_MS)
      await ended
      clearTimeout(timer)
    },
    kill: async () => {
      if (isRunning()) killGroup(child)
      await ended
    },
    killAt: async (point) => {
      const told = firstLine((line) => line === JSON.stringify({ killAt: point }) || undefined)
      child.stdin.write(`kill-at ${point}\n`)
      await told
    },
    killPoints: async () => {
      const told = firstLine((line) => (line.startsWith('{"killPoints":') ? line : undefined))
      child.stdin.write('kill-points\n')
      return (JSON.parse(await told) as { killPoints: string[] }).killPoints
    },
  }
}

type Child = ChildProcessByStdio<Writable, Readable, Readable | null>

function endOf(child: Child): Promise<End> {
  return new Promise((done) => {
    child.once('error', () => done({ exitCode: null, signal: null }))
    child.once('exit', (exitCode, signal) => done({ exitCode, signal }))
  })
}

/**
 * Waits for the first line in which `find` sees something.
 * @throws Devnet.ProcessFailed when the process ends before
 */
type FirstLine = <T>(find: (line: string) => T | undefined) => Promise<T>

/** Adds what a process says to its log, and lets others wait for a line of it. */
function readOutput(child: Child, ended: Promise<End>, name: string, logFile: string): FirstLine {
  const log = createWriteStream(logFile, { flags: 'a' })
  const listeners = new Set<(line: string) => void>()
  const streams = [child.stdout, child.stderr].map((input) => {
    if (input === null) return undefined
    const lines = createInterface({ input })
    lines.on('line', (line) => {
      log.write(`${line}\n`)
      for (const listener of listeners) listener(line)
    })
    return new Promise<void>((done) => lines.once('close', () => done()))
  })
  // The last lines of a process can come after its end.
  void Promise.all(streams).then(() => log.end())
  return async (find) => {
    let listener: (line: string) => void = () => {}
    try {
      return await new Promise((found, failed) => {
        listener = (line) => {
          const value = find(line)
          if (value !== undefined) found(value)
        }
        listeners.add(listener)
        void ended.then((end) => failed(new ProcessFailedError(name, end, logFile)))
      })
    } finally {
      listeners.delete(listener)
    }
  }
}

function spawnProgram({ run, args = [], env }: Program, options: StartOptions): Child {
  const { inspectPort, logFile } = options
  const inspect = inspectPort === undefined ? [] : [`--inspect=127.0.0.1:${inspectPort}`]
  const line = 'node' in run ? [...inspect, run.node, ...args] : [GUARD, run.binary, ...args]
  mkdirSync(dirname(logFile), { recursive: true })
  // Our services say what others wait for on standard output. What they log goes to the file
  // itself: through us, each would stand still whenever we are busy for a while.
  const log = 'node' in run && inspectPort === undefined ? openSync(logFile, 'a') : undefined
  const child = spawn(process.execPath, line, {
    // The other end of its standard input is ours: when we end, however we end, it sees the end and
    // ends too.
    env: { ...process.env, ...env, AMBROSIA_OWNER_PIPE: '1' },
    stdio: ['pipe', 'pipe', log ?? 'pipe'],
    // A Ctrl-C in the terminal reaches the whole group; we end our children in an order, so they
    // get a group of their own.
    detached: process.platform !== 'win32',
  }) as Child
  if (log !== undefined) closeSync(log)
  // It may end before it has read what was written to it.
  child.stdin.on('error', () => {})
  track(child)
  return child
}

/** Ends a child and what it started, at once. */
function killGroup(child: ChildProcess): void {
  if (process.platform === 'win32' || child.pid === undefined) {
    child.kill('SIGKILL')
    return
  }
  try {
    process.kill(-child.pid, 'SIGKILL')
  } catch {
    // The group has ended already.
  }
}

const children = new Set<ChildProcess>()

/** Children must not outlive us, whatever ends us. */
function track(child: ChildProcess): void {
  if (children.size === 0) process.once('exit', killAll)
  children.add(child)
  child.once('exit', () => {
    // What it started itself, such as the program under a guard, must not outlive it either.
    killGroup(child)
    children.delete(child)
    if (children.size === 0) process.removeListener('exit', killAll)
  })
}

function killAll(): void {
  for (const child of children) killGroup(child)
}

/** @throws Interrupted */
export function assertNotInterrupted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new InterruptedError()
}

/** "exit code 1" or "SIGKILL". */
export function describeEnd({ exitCode, signal }: End): string {
  if (signal !== null) return signal
  return exitCode === null ? 'it could not be started' : `exit code ${exitCode}`
}

export class InterruptedError extends AmbrosiaError {
  constructor() {
    super('Interrupted', 'ended before it was done')
  }
}

export class ProcessFailedError extends AmbrosiaError {
  constructor(name: string, end: End, logFile: string) {
    super('Devnet.ProcessFailed', `${name} ended before it was ready (${describeEnd(end)})`, {
      hint: `Read ${logFile}.`,
    })
  }
}
