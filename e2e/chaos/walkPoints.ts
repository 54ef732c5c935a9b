import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { ProcessFailedError, start } from '@ambrosia/devnet/Process'
import { serviceProgram } from '@ambrosia/devnet/services'
import type { ProcessEvent } from '@ambrosia/devnet/supervise'
import type { Verdict } from './check.ts'
import { CONFIRMATIONS, prepareStage, type Stage } from './prepareStage.ts'
import { sellNext } from './runChaos.ts'
import { startWith } from './troubles.ts'

export type WalkReport = Verdict & {
  /** Points by service: of its first start, and of what it does while people sell. */
  points: Record<string, { first: string[]; later: string[] }>
  rounds: number
  folder: string
}

/** All oracles are killed alike: a quorum of the others would hide what one of them loses. */
const ORACLES = ['oracle-1', 'oracle-2', 'oracle-3']
const KINDS: Record<string, string[]> = { issuer: ['issuer'], store: ['store'], oracle: ORACLES }
/** Longest that one sale may take with everybody killed once, milliseconds. */
const SALE_MS = 300_000
/** Longest that is waited for what a service does after a sale, milliseconds. */
const AFTER_SALE_MS = 60_000

/**
 * Kills each service at each of its writes once: at those of its first start, and at those of its
 * later starts and of a sale. The points are those that a sale without any trouble passes. Each
 * time the service comes back, the sale comes to its end, and all of them are reconciled.
 */
export async function walkPoints(options: {
  seed: number
  log: (line: string) => void
  /** Points to walk; default all. */
  only?: readonly string[]
}): Promise<WalkReport> {
  const killed = new Set<string>()
  const onEvent = (event: ProcessEvent): void => {
    if (event.kind === 'ended' && !event.isAsked && event.end.signal === 'SIGKILL')
      killed.add(event.name)
  }
  const stage = await prepareStage({ restarts: true, onEvent })
  const { log, only } = options
  const isWanted = (point: string): boolean => only === undefined || only.includes(point)
  try {
    const faults: string[] = []
    const report: WalkReport['points'] = {}
    for (const kind of Object.keys(KINDS)) {
      const first = (await firstPoints(stage, kind)).filter(isWanted)
      faults.push(...(await walkFirst(stage, kind, first, log)))
      report[kind] = { first, later: [] }
    }
    await restartAll(stage, {}, killed)
    const sell = () => sellOne(stage, options)
    await sell()
    for (const [kind, names] of Object.entries(KINDS)) {
      const passed = await Promise.all(
        names.map((name) => stage.network.supervisor.get(name).killPoints()),
      )
      const later = [...new Set(passed.flat())].filter(isWanted)
      report[kind] = { ...(report[kind] as { first: string[] }), later }
    }
    const rounds = Math.max(...Object.values(report).map(({ later }) => later.length))
    for (let round = 0; round < rounds; round++) {
      const points = Object.entries(report).flatMap(([kind, { later }]) => {
        const point = later[round]
        return point === undefined ? [] : [[kind, point] as const]
      })
      log(`round ${round + 1} of ${rounds}: ${points.map((pair) => pair.join(' at ')).join(', ')}`)
      killed.clear()
      await restartAll(stage, Object.fromEntries(points), killed)
      const state = await sell()
      if (state !== 'delivered') faults.push(`round ${round + 1}: the sale ended as ${state}`)
      const missed = await untilKilled(points, killed)
      faults.push(...missed.map(([kind, point]) => `${kind} was not killed at ${point}`))
    }
    await restartAll(stage, {}, killed)
    const verdict = await stage.reconcile()
    const all = [...faults, ...verdict.faults]
    return { ...verdict, faults: all, points: report, rounds, folder: stage.folder }
  } finally {
    await stage.close()
  }
}

async function sellOne(
  { ground, deal, folder, ledger }: Stage,
  { seed, log }: { seed: number; log: (line: string) => void },
): Promise<string> {
  const endMs = Date.now() + SALE_MS
  const mayTry = () => Date.now() < endMs
  const selling = { ground, deal, folder, mayTry, confirmations: CONFIRMATIONS, log }
  const sale = await sellNext(selling, ledger.sales, seed * 1_000)
  log(`sale ${sale.seed}: ${sale.state} after ${sale.tries} tries`)
  return sale.state
}

/** Starts all services anew, each to be killed at its point. */
async function restartAll(
  { network }: Stage,
  points: Record<string, string>,
  killed: Set<string>,
): Promise<void> {
  for (const [kind, names] of Object.entries(KINDS)) {
    const point = points[kind]
    const env = point === undefined ? {} : { AMBROSIA_KILL_AT: point }
    for (const name of names) {
      const service = network.supervisor.get(name)
      await service.kill()
      await startWith(service, env).catch(async (error: unknown) => {
        // Its start passes the point.
        if (!(error instanceof ProcessFailedError)) throw error
        killed.add(name)
        await service.start()
      })
    }
  }
}

/** Waits until each service was killed where it should be; what was not. */
async function untilKilled(
  points: (readonly [kind: string, point: string])[],
  killed: ReadonlySet<string>,
) {
  const endMs = Date.now() + AFTER_SALE_MS
  const missed = () =>
    points.filter(([kind]) => !(KINDS[kind] as string[]).some((name) => killed.has(name)))
  while (missed().length > 0 && Date.now() < endMs) await pause(200)
  return missed()
}

/** A service of the network that nobody has started before. */
function newcomer({ network }: Stage, kind: string, number: number) {
  const { home, statusPeriodSec } = network
  const name = `${kind}-${number}`
  const program = serviceProgram({ name, port: 0 }, { home, statusPeriodSec })
  return { program, logFile: join(home, 'logs', `${name}.log`) }
}

/** Numbers of newcomers, beside those of the network's own. */
const FIRST_NEWCOMER = 100

async function firstPoints(stage: Stage, kind: string): Promise<string[]> {
  const { program, logFile } = newcomer(stage, kind, FIRST_NEWCOMER)
  const running = await start(program, { logFile })
  const points = await running.killPoints()
  await running.stop()
  return points
}

/** Kills newcomers at each point of their first start; each has to come up the second time. */
async function walkFirst(
  stage: Stage,
  kind: string,
  points: readonly string[],
  log: (line: string) => void,
): Promise<string[]> {
  const faults: string[] = []
  for (const [index, point] of points.entries()) {
    log(`first start of ${kind} at ${point}`)
    const { program, logFile } = newcomer(stage, kind, FIRST_NEWCOMER + 1 + index)
    const env = { ...program.env, AMBROSIA_KILL_AT: point }
    try {
      const survivor = await start({ ...program, env }, { logFile })
      await survivor.stop()
      faults.push(`${kind} was not killed at ${point} of its first start`)
    } catch (error) {
      if (!(error instanceof ProcessFailedError)) throw error
    }
    try {
      const running = await start(program, { logFile })
      await running.stop()
    } catch (error) {
      if (!(error instanceof ProcessFailedError)) throw error
      faults.push(`${kind} does not start after it was killed at ${point}: see ${logFile}`)
    }
  }
  return faults
}
