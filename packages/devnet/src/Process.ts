import { type ChildProcess, spawn } from 'node:child_process'
import { createWriteStream, mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { createInterface } from 'node:readline'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'

/** A running child process that told it is ready. */
export type Running = {
  readonly name: string
  readonly url: string
  readonly pid: number
  /** Ends it (SIGTERM, after 10 s SIGKILL) and waits till it is gone. */
  stop(): Promise<void>
  /** Ends it at once, as a crash would. */
  kill(): Promise<void>
  /** Settles when the process ends. */
  readonly ended: Promise<number | null>
}

const STOP_TIMEOUT_MS = 10_000

/**
 * Starts a program and waits until `readyUrl` finds its address in a line of its standard output. All output goes to the log file.
 * @throws Devnet.ProcessFailed with the path of the log when it ends before it is ready, Interrupted
 */
export async function start(options: {
  name: string
  command: string
  args: readonly string[]
  env?: Readonly<Record<string, string>>
  logFile: string
  readyUrl: (line: string) => string | undefined
  /** Ends the program while it is not ready yet. */
  signal?: AbortSignal | undefined
}): Promise<Running> {
  const { signal } = options
  assertNotInterrupted(signal)
  mkdirSync(dirname(options.logFile), { recursive: true })
  const log = createWriteStream(options.logFile, { flags: 'a' })
  const child = spawn(options.command, options.args, {
    // The other end of its standard input is ours: when we end, however we end, it sees the end and ends too.
    env: { ...process.env, ...options.env, AMBROSIA_OWNER_PIPE: '1' },
    stdio: ['pipe', 'pipe', 'pipe'],
    // A Ctrl-C in the terminal reaches the whole group; we end our children in an order, so they get a group of their own.
    detached: process.platform !== 'win32',
  })
  track(child)
  child.stderr.pipe(log, { end: false })
  const ended = new Promise<number | null>((done) => {
    child.once('error', () => done(null))
    child.once('exit', (code) => done(code))
  })
  const interrupt = (): void => killGroup(child)
  signal?.addEventListener('abort', interrupt, { once: true })
  const url = await new Promise<string>((ready, failed) => {
    const lines = createInterface({ input: child.stdout })
    lines.on('line', (line) => {
      log.write(`${line}\n`)
      const found = options.readyUrl(line)
      if (found !== undefined) ready(found)
    })
    void ended.then((code) =>
      failed(
        signal?.aborted
          ? new InterruptedError()
          : new ProcessFailedError(options.name, code, options.logFile),
      ),
    )
  }).finally(() => signal?.removeEventListener('abort', interrupt))
  const end = async (signal: 'SIGTERM' | 'SIGKILL'): Promise<void> => {
    const isRunning = child.exitCode === null && child.signalCode === null
    if (isRunning && signal === 'SIGTERM') child.kill(signal)
    if (isRunning && signal === 'SIGKILL') killGroup(child)
    const timer = setTimeout(() => killGroup(child), STOP_TIMEOUT_MS)
    await ended
    clearTimeout(timer)
    log.end()
  }
  return {
    name: options.name,
    url,
    pid: child.pid as number,
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
    ended,
  }
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
  if (children.size === 0) {
    process.once('exit', () => {
      for (const one of children) killGroup(one)
    })
  }
  children.add(child)
  child.once('exit', () => children.delete(child))
}

/** @throws Interrupted */
export function assertNotInterrupted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new InterruptedError()
}

export class InterruptedError extends AmbrosiaError {
  constructor() {
    super('Interrupted', 'ended before it was done')
  }
}

export class ProcessFailedError extends AmbrosiaError {
  constructor(name: string, exitCode: number | null, logFile: string) {
    super('Devnet.ProcessFailed', `${name} ended before it was ready (exit code ${exitCode})`, {
      hint: `Read ${logFile}.`,
    })
  }
}
