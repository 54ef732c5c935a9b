import { join } from 'node:path'
import { AmbrosiaError, type PlainError, toPlain } from '@ambrosia/primitives/Errors'
import type { Command } from 'commander'
import { homeOf } from '../../environment.ts'
import { EXIT, exitCodeOf, printJson, wantsJson } from '../../output.ts'
import { toOurs } from '../../toOurs.ts'
import { createLiveFile, type OnLive } from './Live.ts'
import { createScreen, type Screen } from './Screen.ts'
import { type CommonResult, createStage, type Stage } from './Stage.ts'

/** A demonstration; see README.md beside this file. */
export type Demo<Result extends object> = {
  /** Its first line. */
  title: string
  /**
   * A folder of its own below the home, so that it plays beside a network that runs in that home.
   * Default: the home itself, whose page then draws what happens.
   */
  folder?: string
  /**
   * The keys of its last line that are its own, with the values they have before anything happened.
   */
  result: Result
  /** Plays it. False: it came to its end, but not all went well. */
  play(stage: Stage<Result>): Promise<boolean>
  /** Stays, so that others can look, until the signal comes. Default: it ends. */
  stays?: boolean
}

/** How a demonstration ended. */
export type Played = {
  exitCode: number
  /** Its last line, without `version`. */
  lastLine: { ok: boolean; seconds: number; error?: PlainError } & Record<string, unknown>
  failure?: unknown
}

/**
 * Runs a demonstration to its end and prints its last line:
 * `{version, ok, seconds, setupSeconds, leaks, refused, steps, …}`, every key there whatever
 * happened, `error` besides where it failed. Exit code 0 only if all went well.
 */
export async function runDemo<Result extends object>(
  command: Command,
  demo: Demo<Result>,
): Promise<void> {
  const json = wantsJson(command)
  const stopping = new AbortController()
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => stopping.abort())
  const { folder } = demo
  const { exitCode, lastLine, failure } = await playDemo(demo, {
    home: folder === undefined ? homeOf() : join(homeOf(), 'demos', folder),
    signal: stopping.signal,
    screen: createScreen(json),
    ...(folder === undefined ? { onLive: createLiveFile(homeOf()) } : {}),
    setupSeconds: Number(process.env['AMBROSIA_SETUP_MS'] ?? 0) / 1000,
  })
  if (failure !== undefined && !json) throw failure
  if (json) printJson(lastLine)
  process.exitCode = exitCode
}

/** Plays a demonstration and ends all it started, whatever happens. Does not throw. */
export async function playDemo<Result extends object>(
  demo: Demo<Result>,
  options: {
    home: string
    signal: AbortSignal
    screen: Screen
    setupSeconds: number
    onLive?: OnLive
  },
): Promise<Played> {
  const { signal, screen, setupSeconds, onLive = () => {} } = options
  const startedAt = performance.now()
  const common: CommonResult = { setupSeconds, leaks: 0, refused: [], steps: [] }
  const { stage, end } = createStage<Result>(options, { ...demo.result, ...common })
  const { result } = stage
  let ok = false
  let failure: unknown
  let playedMs = 0
  const play = async (): Promise<void> => {
    try {
      ok = await orInterrupted(demo.play(stage), signal)
    } finally {
      playedMs = performance.now() - startedAt
    }
    onLive({ kind: 'end', ok, seconds: rounded(playedMs / 1000), result })
    if (demo.stays === true) await aborted(signal)
  }
  try {
    screen.plain(demo.title)
    onLive({ kind: 'title', title: demo.title })
    await play()
  } catch (error) {
    ok = false
    failure = await toOurs(error)
  }
  try {
    await end()
  } catch (error) {
    ok = false
    failure ??= await toOurs(error)
  }
  const seconds = rounded(playedMs / 1000 - (result.setupSeconds - setupSeconds))
  return {
    exitCode: failure === undefined ? (ok ? EXIT.done : EXIT.failed) : exitCodeOf(failure),
    lastLine: {
      ok,
      seconds,
      ...result,
      setupSeconds: rounded(result.setupSeconds),
      ...(failure === undefined ? {} : { error: toPlain(failure) }),
    },
    ...(failure === undefined ? {} : { failure }),
  }
}

function rounded(seconds: number): number {
  return Math.round(seconds * 1000) / 1000
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((done) => {
    if (signal.aborted) done()
    signal.addEventListener('abort', () => done(), { once: true })
  })
}

/** The work's result, or Interrupted as soon as the signal comes. */
async function orInterrupted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const interrupted = aborted(signal).then((): never => {
    throw new InterruptedError()
  })
  interrupted.catch(() => {})
  return await Promise.race([work, interrupted])
}

export class InterruptedError extends AmbrosiaError {
  constructor() {
    super('Interrupted', 'ended before the demonstration was over')
  }
}
