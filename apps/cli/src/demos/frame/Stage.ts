import type { Place } from '@ambrosia/devnet/leaks/places/Place'
import { searchForLeaks } from '@ambrosia/devnet/leaks/search'
import type { Secret } from '@ambrosia/devnet/leaks/secrets'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import type { Hex } from 'viem'
import { count, duration, shortGasOf, size } from '../../figures.ts'
import { whileWaiting } from '../../whileWaiting.ts'
import type { Detail, OnLive } from './Live.ts'
import type { Screen } from './Screen.ts'

/**
 * A line about a step. Its figures are the transaction's gas where there is one, else the time that
 * the step took.
 */
export type Line = {
  /** Default: the name of the step. Each gets its number when it first comes; empty for none. */
  label?: string
  text: string
  transaction?: { hash: Hex; gas: bigint }
  /** Other figures; empty for none. */
  figures?: string
  /** What a step opens to on the page. */
  detail?: Detail
}

/** A step as the last line has it. */
export type StepResult = { name: string; ms: number; gas?: number }

/** An attack, and the code that refused it. */
export type Refused = { attack: string; code: string }

/**
 * What the last line of every demonstration has, beside `version`, `ok`, `seconds` and, where it
 * failed, `error`.
 */
export type CommonResult = {
  setupSeconds: number
  leaks: number
  refused: Refused[]
  steps: StepResult[]
}

/** What a demonstration is played on. */
export type Stage<Result> = {
  home: string
  signal: AbortSignal
  screen: Screen
  /** The keys of its last line; it writes them as it goes. */
  result: Result & CommonResult
  /** Work to be done when it is over, whatever ended it; the last that was added comes first. */
  defer(work: () => Promise<void>): void
  /**
   * Does what comes before the play, such as starting a network: its time is `setupSeconds`. The
   * work says what it is at.
   */
  setUp<T>(work: (onStep: (step: string) => void) => Promise<T>): Promise<T>
  /** Does one step, times it and tells it. `tell` makes its lines of what came out. */
  step<T>(name: string, work: () => Promise<T>, tell?: (value: T) => Line | Line[]): Promise<T>
  /** Adds what must be found nowhere that others can look. */
  keepSecret(...secrets: Secret[]): void
  /** Looks for all that was kept secret; a hit ends the demonstration. @throws Demo.Leak */
  searchForLeaks(search: {
    places: Iterable<Place> | AsyncIterable<Place>
    /** What the places are, in words: "chain, blobs and logs". */
    where: string
    /** Who could see how much, told before the search's line. */
    whoSawIt?: string
  }): Promise<void>
  /**
   * Tries attacks for real; each must be refused and leave all as it was.
   * @throws Demo.AttackAccepted
   */
  tryAttacks(
    attacks: readonly Attack[],
    unchanged?: { what: string; read: () => Promise<unknown> },
  ): Promise<void>
}

/** A way to cheat. */
export type Attack = {
  name: string
  /**
   * Tries it. Returns the code that refused it, or throws an error with that code; undefined says
   * that it was accepted.
   */
  attempt: () => Promise<string | undefined>
  /** Codes that are a refusal; any other error is a fault of the demonstration. Default: all. */
  refusal?: RegExp
}

/** The stage of one run, and how to end it. */
export function createStage<Result extends object>(
  options: { home: string; signal: AbortSignal; screen: Screen; onLive?: OnLive },
  result: Result & CommonResult,
): { stage: Stage<Result>; end: () => Promise<void> } {
  const { screen, onLive = () => {} } = options
  const secrets: Secret[] = []
  const deferred: (() => Promise<void>)[] = []
  const labels: string[] = []
  const numbered = (label: string): string => {
    if (label !== '' && !labels.includes(label)) labels.push(label)
    return label === '' ? '' : `${labels.indexOf(label) + 1} ${label}`
  }
  const step: Stage<Result>['step'] = async (name, work, tell) => {
    const at = performance.now()
    onLive({ kind: 'begun', step: name })
    const value = await whileWaiting(`            ${name}: under way`, work)
    const ms = Math.round(performance.now() - at)
    const lines = tell === undefined ? [] : [tell(value)].flat()
    const gas = lines.flatMap(({ transaction }) => (transaction ? [transaction.gas] : []))
    const gasSum = gas.reduce((sum, one) => sum + one, 0n)
    result.steps.push({ name, ms, ...(gas.length === 0 ? {} : { gas: Number(gasSum) }) })
    for (const { label: plain = name, text, transaction, figures, detail } of lines) {
      const label = numbered(plain)
      const taken = transaction ? shortGasOf(transaction.gas, transaction.hash) : duration(ms)
      screen.line(label, text, figures ?? taken)
      onLive({ kind: 'line', step: name, label, text, transaction, detail })
    }
    onLive({ kind: 'done', step: name, ms })
    return value
  }
  const stage: Stage<Result> = {
    ...options,
    result,
    step,
    defer: (work) => {
      deferred.unshift(work)
    },
    setUp: async (work) => {
      const at = performance.now()
      let doing = 'beginning'
      const value = await whileWaiting(
        () => `            starting: ${doing}`,
        () =>
          work((step) => {
            doing = step
          }),
      )
      result.setupSeconds += (performance.now() - at) / 1000
      return value
    },
    keepSecret: (...more) => {
      secrets.push(...more)
    },
    searchForLeaks: async ({ places, where, whoSawIt }) => {
      const report = await step('search', () => searchForLeaks({ secrets, places }))
      result.leaks = report.found.length
      if (report.found.length > 0) throw new LeakError(report.found)
      const kinds = Object.entries(report.secrets)
        .map(([kind, number]) => `${count(number)} ${kind}${number === 1 ? '' : 's'}`)
        .join(' and ')
      if (whoSawIt !== undefined) screen.line('who saw it', whoSawIt)
      const text = `searched ${size(report.searchedBytes)} of ${where} for ${kinds}: 0 found`
      screen.line(whoSawIt === undefined ? 'leaks' : '', text)
    },
    tryAttacks: (attacks, unchanged) =>
      step('cheat', async () => {
        const before = JSON.stringify(await unchanged?.read(), toText)
        for (const attack of attacks) {
          const refused = await refusedBy(attack)
          result.refused.push(refused)
          onLive({ kind: 'refused', ...refused })
        }
        if (JSON.stringify(await unchanged?.read(), toText) !== before)
          throw new AttackAcceptedError(`an attack changed ${unchanged?.what}`)
        const list = result.refused.map(({ attack, code }) => `${attack} (${code})`)
        const rest = unchanged === undefined ? '' : `, ${unchanged.what} unchanged`
        screen.line('cheating', `${list.join(', ')}: refused${rest}`)
      }),
  }
  const end = async (): Promise<void> => {
    for (const work of deferred) await work()
  }
  return { stage, end }
}

async function refusedBy({ name, attempt, refusal = /./ }: Attack): Promise<Refused> {
  let code: string | undefined
  try {
    code = await attempt()
  } catch (error) {
    if (!(error instanceof AmbrosiaError)) throw error
    if (!refusal.test(error.code)) throw error
    code = error.code
  }
  if (code === undefined) throw new AttackAcceptedError(`${name} was accepted`)
  return { attack: name, code }
}

function toText(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? value.toString() : value
}

export class AttackAcceptedError extends AmbrosiaError {
  constructor(what: string) {
    super('Demo.AttackAccepted', what, {
      hint: 'This is a fault of the software: please report it.',
    })
  }
}

export class LeakError extends AmbrosiaError {
  constructor(found: readonly { place: string; kind: string; form: string }[]) {
    const places = found.map(({ place, kind, form }) => `${kind} (${form}) in ${place}`).join('; ')
    super('Demo.Leak', `something private lies where it must not: ${places}`, {
      hint: 'This is a fault of the software: please report it with the places, not with their contents.',
    })
  }
}
