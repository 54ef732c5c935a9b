import { type End, InterruptedError, type Running, start } from './Process.ts'
import type { Program } from './Program.ts'

/** When a process that ended unasked is started again. */
export type RestartPolicy = {
  /** Pause before the first restart; it doubles with each one that follows. */
  firstPauseMs: number
  longestPauseMs: number
  /** Restarts in a row after which it is given up. */
  attempts: number
  /** A process that lived this long begins a new row. */
  stableMs: number
}

/** What happens to a supervised process. */
export type ProcessEvent = { name: string } & (
  | {
      kind: 'ready'
      url: string
      pid: number
      tookMs: number
      attempt: number
      debuggerUrl?: string
    }
  | { kind: 'ended'; end: End; isAsked: boolean; logFile: string }
  | { kind: 'restarting'; attempt: number; attempts: number; pauseMs: number }
  | { kind: 'gaveUp'; attempts: number; logFile: string }
  | { kind: 'unresponsive'; url: string }
  | { kind: 'responsive'; url: string }
)

/**
 * A process that is kept. It is started again at the same place with the same settings, so it finds
 * what it kept.
 */
export type Supervised = {
  readonly name: string
  /** Its address; the same after a restart, since its port is among its settings. */
  readonly url: string
  /** Of the process that runs now; undefined while it is down. */
  readonly pid: number | undefined
  readonly logFile: string
  /**
   * Starts it, after it was stopped, killed or given up.
   * @throws Devnet.ProcessFailed, Interrupted
   */
  start(): Promise<void>
  /** Ends it as asked; it stays down. */
  stop(): Promise<void>
  /** Ends it at once, as a crash would; it stays down until `start`. */
  kill(): Promise<void>
  /**
   * Makes it end at once when it next reaches that point of its code; it stays down until `start`.
   */
  killAt(point: string): Promise<{ ended: Promise<End> }>
  /** Points of its code that it has passed since its last start. */
  killPoints(): Promise<string[]>
}

export type SuperviseOptions = {
  program: Program
  logFile: string
  policy: RestartPolicy
  healthEveryMs: number
  inspectPort: number | undefined
  signal: AbortSignal | undefined
  onEvent: (event: ProcessEvent) => void
}

const HEALTH_TIMEOUT_MS = 5_000
/** Answers missing in a row after which it is said; one can be missed by a machine that is busy. */
const MISSES = 3

type State = SuperviseOptions & {
  running?: Running | undefined
  url: string
  /** Aborted when it shall no longer run: ends a start or a pause that is under way. */
  wanted?: AbortController | undefined
  restarts: number
}

/** Keeps one process; see Supervisor. */
export function supervise(options: SuperviseOptions): Supervised {
  const state: State = { ...options, url: '', restarts: 0 }
  const end = async (how: 'stop' | 'kill'): Promise<void> => {
    const ending = state.running
    giveUp(state)
    await ending?.[how]()
  }
  return {
    name: options.program.name,
    logFile: options.logFile,
    get url() {
      return state.url
    },
    get pid() {
      return state.running?.pid
    },
    start: async () => {
      if (state.wanted) return
      const wanted = new AbortController()
      const signals = options.signal ? [options.signal, wanted.signal] : [wanted.signal]
      state.wanted = wanted
      state.restarts = 0
      try {
        await launch(state, AbortSignal.any(signals))
      } catch (error) {
        if (state.wanted === wanted) state.wanted = undefined
        throw error
      }
    },
    stop: () => end('stop'),
    kill: () => end('kill'),
    killAt: async (point) => {
      const target = runningOf(state)
      await target.killAt(point)
      giveUp(state)
      return { ended: target.ended }
    },
    killPoints: () => runningOf(state).killPoints(),
  }
}

function runningOf({ running, program }: State): Running {
  if (running === undefined) throw new Error(`${program.name} does not run`)
  return running
}

/** Starts it and watches over it until it ends. */
async function launch(state: State, signal: AbortSignal): Promise<void> {
  const { program, logFile, inspectPort, policy, onEvent } = state
  const { name } = program
  const startedAt = performance.now()
  const running = await start(program, { logFile, inspectPort, signal })
  state.running = running
  state.url = running.url
  const { url, pid, debuggerUrl } = running
  const tookMs = Math.round(performance.now() - startedAt)
  onEvent({
    kind: 'ready',
    name,
    url,
    pid,
    tookMs,
    attempt: state.restarts,
    ...(debuggerUrl === undefined ? {} : { debuggerUrl }),
  })
  watchHealth(state, running)
  void running.ended.then((end) => {
    state.running = undefined
    onEvent({ kind: 'ended', name, end, isAsked: signal.aborted, logFile })
    if (signal.aborted) return
    if (performance.now() - startedAt > policy.stableMs) state.restarts = 0
    if (program.restart === 'always') void restart(state, signal)
    else state.wanted = undefined
  })
}

/** Tries again until it runs, is no longer wanted, or the attempts are used up. */
async function restart(state: State, signal: AbortSignal): Promise<void> {
  const { logFile, onEvent, policy, program } = state
  const { attempts, firstPauseMs, longestPauseMs } = policy
  const { name } = program
  while (state.restarts < attempts) {
    const pauseMs = Math.min(firstPauseMs * 2 ** state.restarts, longestPauseMs)
    state.restarts++
    onEvent({ kind: 'restarting', name, attempt: state.restarts, attempts, pauseMs })
    await pause(pauseMs, signal)
    if (signal.aborted) return
    try {
      return await launch(state, signal)
    } catch (error) {
      if (error instanceof InterruptedError) return
    }
  }
  state.wanted = undefined
  onEvent({ kind: 'gaveUp', name, attempts, logFile })
}

function giveUp(state: State): void {
  state.wanted?.abort()
  state.wanted = undefined
}

/**
 * Asks it again and again whether it is well, and tells when that changes. A busy process is slow,
 * so it is told, not restarted.
 */
function watchHealth({ program, healthEveryMs, onEvent }: State, running: Running): void {
  const { name, healthPath } = program
  const { url } = running
  if (healthPath === undefined) return
  let misses = 0
  let isAsking = false
  let isOver = false
  const ask = async (): Promise<void> => {
    if (isAsking) return
    isAsking = true
    const isWell = await answers(`${url}${healthPath}`)
    isAsking = false
    if (isOver) return
    if (isWell && misses >= MISSES) onEvent({ kind: 'responsive', name, url })
    misses = isWell ? 0 : misses + 1
    if (misses === MISSES) onEvent({ kind: 'unresponsive', name, url })
  }
  const timer = setInterval(() => void ask(), healthEveryMs).unref()
  void running.ended.then(() => {
    isOver = true
    clearInterval(timer)
  })
}

async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(HEALTH_TIMEOUT_MS) })
    await response.body?.cancel()
    return response.ok
  } catch {
    return false
  }
}

/** Settles after the time, or at once when the signal comes. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((done) => {
    const timer = setTimeout(done, ms)
    const stop = (): void => {
      clearTimeout(timer)
      done()
    }
    if (signal.aborted) stop()
    else signal.addEventListener('abort', stop, { once: true })
  })
}
