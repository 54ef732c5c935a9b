import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { ProcessFailedError, start } from '@ambrosia/devnet/Process'
import { serviceProgram } from '@ambrosia/devnet/services'
import type { Supervised } from '@ambrosia/devnet/supervise'
import type { Verdict } from './check.ts'
import { prepareStage, type Stage } from './prepareStage.ts'
import { sellNext } from './runChaos.ts'
import { startWith } from './troubles.ts'

/** What a service passes: when it is started for the first time, again, and while people sell. */
type Points = { first: string[]; again: string[]; sale: string[] }

export type WalkReport = Verdict & { points: Record<string, Points>; folder: string }

type WalkOptions = {
  seed: number
  log: (line: string) => void
  /** Points to walk, as `issuer:db.subject.insert`; default all. */
  only?: readonly string[]
}

/** One of each: where no other oracle stands in, what is lost shows. */
const SERVICES = { issuer: 'issuer', store: 'store', oracle: 'oracle-1' } as const
type Kind = keyof typeof SERVICES
const KINDS = Object.keys(SERVICES) as Kind[]

/** Longest that one sale may take with everybody killed once, milliseconds. */
const SALE_MS = 600_000
/** Longest that is waited for what a service does after a sale, milliseconds. */
const AFTER_SALE_MS = 60_000

/**
 * Kills each service at each of its writes once: at those of its first start, of a later start, and
 * of a sale. The points are those that it passes where nothing goes wrong. Each time the service
 * has to come back, the sale to come to its end, and in the end all of them are reconciled.
 */
export async function walkPoints(options: WalkOptions): Promise<WalkReport> {
  const stage = await prepareStage({ oracleCount: 1, quorum: 1, confirmations: 1 })
  try {
    const points = await findPoints(stage, options)
    const faults: string[] = []
    // Told at once: a walk takes long.
    const add = (found: string[]): void => {
      for (const fault of found) options.log(`FAULT ${fault}`)
      faults.push(...found)
    }
    for (const kind of KINDS) {
      for (const point of points[kind].first) add(await killFirst(stage, kind, point, options))
      for (const point of points[kind].again) add(await killAgain(stage, kind, point, options))
    }
    const roundCount = Math.max(...KINDS.map((kind) => points[kind].sale.length))
    for (let round = 0; round < roundCount; round++)
      add(await killInSale(stage, points, round, options))
    const verdict = await stage.reconcile()
    return { ...verdict, faults: [...faults, ...verdict.faults], points, folder: stage.folder }
  } finally {
    await stage.close()
  }
}

/** What is passed without any trouble. */
async function findPoints(stage: Stage, options: WalkOptions): Promise<Record<Kind, Points>> {
  const found = {} as Record<Kind, Points>
  const wanted = (kind: Kind, points: string[]): string[] =>
    points.filter((point) => options.only?.includes(`${kind}:${point}`) ?? true)
  for (const kind of KINDS) {
    const { program, logFile } = newcomer(stage, kind, 'first')
    const running = await start(program, { logFile })
    const first = await running.killPoints()
    await running.stop()
    const service = serviceOf(stage, kind)
    await service.stop()
    await service.start()
    found[kind] = { first, again: await service.killPoints(), sale: [] }
  }
  await sellOne(stage, options)
  for (const kind of KINDS) {
    const { first, again } = found[kind]
    const passed = await serviceOf(stage, kind).killPoints()
    const sale = passed.filter((point) => !again.includes(point))
    options.log(`${kind} passes in a sale: ${sale.join(' ')}`)
    found[kind] = {
      first: wanted(kind, first),
      again: wanted(kind, again),
      sale: wanted(kind, sale),
    }
  }
  return found
}

/** Kills a newcomer at a point of its first start; it has to come up the second time. */
async function killFirst(stage: Stage, kind: Kind, point: string, { log }: WalkOptions) {
  log(`${kind}, started for the first time, at ${point}`)
  const { program, logFile } = newcomer(stage, kind, point)
  const env = { ...program.env, AMBROSIA_KILL_AT: point }
  const survivor = await start({ ...program, env }, { logFile }).catch(assertFailed)
  await survivor?.stop()
  const running = await start(program, { logFile }).catch(assertFailed)
  await running?.stop()
  return [
    ...(survivor === undefined ? [] : [`${kind} was not killed at ${point} of its first start`]),
    ...(running === undefined ? [`${kind} does not start after ${point}: see ${logFile}`] : []),
  ]
}

/** Kills a service at a point of a later start. */
async function killAgain(stage: Stage, kind: Kind, point: string, { log }: WalkOptions) {
  log(`${kind}, started again, at ${point}`)
  const service = serviceOf(stage, kind)
  await service.stop()
  const failed = await startWith(service, { AMBROSIA_KILL_AT: point }).then(() => false, isFailure)
  // It may be a moment after it is ready.
  const endMs = Date.now() + AFTER_SALE_MS
  while (service.pid !== undefined && Date.now() < endMs) await pause(100)
  const isKilled = failed || service.pid === undefined
  await service.kill()
  await service.start()
  return isKilled ? [] : [`${kind} was not killed at ${point} of its start`]
}

/** Kills each service at its next point while somebody sells. */
async function killInSale(
  stage: Stage,
  points: Record<Kind, Points>,
  round: number,
  options: WalkOptions,
): Promise<string[]> {
  const armed = KINDS.flatMap((kind) => {
    const point = points[kind].sale[round]
    return point === undefined ? [] : [{ kind, point, service: serviceOf(stage, kind) }]
  })
  options.log(`a sale, ${armed.map(({ kind, point }) => `${kind} at ${point}`).join(', ')}`)
  const killed = new Set<Supervised>()
  const ends = await Promise.all(armed.map(({ service, point }) => service.killAt(point)))
  const restarts = ends.map(async ({ ended }, index) => {
    const { service } = armed[index] as (typeof armed)[number]
    await ended
    killed.add(service)
    await service.start()
  })
  const state = await sellOne(stage, options)
  const isMissed = ({ service }: (typeof armed)[number]) => !killed.has(service)
  const endMs = Date.now() + AFTER_SALE_MS
  while (armed.some(isMissed) && Date.now() < endMs) await pause(200)
  const missed = armed.filter(isMissed)
  for (const { service } of missed) await service.kill()
  await Promise.all(restarts)
  return [
    ...(state === 'delivered' ? [] : [`the sale of round ${round + 1} ended as ${state}`]),
    ...missed.map(({ kind, point }) => `${kind} was not killed at ${point}`),
  ]
}

async function sellOne(
  { ground, deal, folder, ledger }: Stage,
  { seed, log }: WalkOptions,
): Promise<string> {
  const endMs = Date.now() + SALE_MS
  const mayTry = () => Date.now() < endMs
  const selling = { ground, deal, folder, mayTry, confirmations: 1, log }
  const sale = await sellNext(selling, ledger.sales, seed * 1_000)
  log(`sale ${sale.seed}: ${sale.state} after ${sale.tries} tries`)
  return sale.state
}

function serviceOf({ network }: Stage, kind: Kind): Supervised {
  return network.supervisor.get(SERVICES[kind])
}

/** A service of the network that nobody has started before, in a home of its own. */
function newcomer({ network, folder }: Stage, kind: Kind, name: string) {
  const { home, statusPeriodSec } = network
  const own = join(folder, `${kind}-${name}`)
  const program = serviceProgram({ name: SERVICES[kind], port: 0 }, { home: own, statusPeriodSec })
  const env = { ...program.env, AMBROSIA_NETWORK_FILE: join(home, 'network.json') }
  return { program: { ...program, env }, logFile: `${own}.log` }
}

function isFailure(error: unknown): true {
  if (error instanceof ProcessFailedError) return true
  throw error
}

function assertFailed(error: unknown): undefined {
  isFailure(error)
}
