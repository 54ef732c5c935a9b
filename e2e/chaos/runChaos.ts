import { setTimeout as pause } from 'node:timers/promises'
import { createChance } from '../fuzz/Chance.ts'
import type { Verdict } from './check.ts'
import type { Ledger, Sale } from './Ledger.ts'
import { CONFIRMATIONS, prepareStage, type Stage } from './prepareStage.ts'
import { type Selling, sellUntilDone } from './sellUntilDone.ts'
import { createTroubles, healAll, type Trouble } from './troubles.ts'

export type ChaosReport = Verdict & {
  seed: number
  troubles: Record<string, number>
  sales: number
  tries: number
  refusals: Record<string, number>
  folder: string
}

/** Sales under way at once. */
const AT_ONCE = 3
/** Time after all is whole again in which every sale under way has to come to its end. */
const RECOVERY_MS = 600_000

type ChaosOptions = {
  minutes: number
  seed: number
  log: (line: string) => void
  /** Names of the troubles to choose from. Default: all. */
  only?: readonly string[]
}

/**
 * Sells in a steady stream while everything goes wrong that can, one after the other by a seed;
 * makes all whole, lets what is under way come to its end, closes the deal, and has it checked.
 */
export async function runChaos(options: ChaosOptions): Promise<ChaosReport> {
  const { seed, log } = options
  const stage = await prepareStage()
  const { folder, network, proxy, ground, deal, ledger } = stage
  try {
    const clock = { isOver: false, deadlineMs: Number.POSITIVE_INFINITY }
    const mayTry = () => Date.now() < clock.deadlineMs
    const selling = { ground, deal, folder, mayTry, confirmations: CONFIRMATIONS, log }
    const seller = createSeller(selling, { sales: ledger.sales, first: seed * 1_000 }, clock)
    const sellers = Array.from({ length: AT_ONCE }, seller)
    const happened = await makeTrouble(stage, options)
    clock.isOver = true
    await healAll(network, proxy)
    clock.deadlineMs = Date.now() + RECOVERY_MS
    await Promise.all(sellers)
    const verdict = await stage.reconcile()
    return { ...reportOf(ledger, verdict), seed, troubles: happened, folder }
  } finally {
    await stage.close()
  }
}

/** Sells one record after the other until it is over. */
function createSeller(
  selling: Selling,
  numbering: { sales: Sale[]; first: number },
  clock: { isOver: boolean },
): () => Promise<void> {
  const { sales, first } = numbering
  return async () => {
    while (!clock.isOver) {
      const sale = await sellNext(selling, sales, first)
      selling.log(`sale ${sale.seed}: ${sale.state} after ${sale.tries} tries`)
    }
  }
}

/** Sells the next record of a row; what becomes of it is added to the sales. */
export async function sellNext(selling: Selling, sales: Sale[], first: number): Promise<Sale> {
  const seed = first + sales.length
  const sale: Sale = { seed, provider: '', state: 'under-way', tries: 0, refusals: [] }
  sales.push(sale)
  await sellUntilDone(selling, seed, sale)
  return sale
}

/**
 * One trouble after the other for the time that was asked, each once before any comes again, and
 * each at least once however long that takes; how often each happened.
 */
async function makeTrouble(
  { network, proxy }: Stage,
  { seed, minutes, only, log }: ChaosOptions,
): Promise<Record<string, number>> {
  const chance = createChance(seed)
  const all = createTroubles(network, proxy)
  assertKnown(only, all)
  const troubles = all.filter(({ name }) => only === undefined || only.includes(name))
  const happened = Object.fromEntries(troubles.map(({ name }) => [name, 0]))
  const endMs = Date.now() + minutes * 60_000
  let bag = chance.shuffle(troubles)
  for (let count = 0; Date.now() < endMs || count < troubles.length; count++) {
    if (bag.length === 0) bag = chance.shuffle(troubles)
    const trouble = bag.pop() as Trouble
    happened[trouble.name] = (happened[trouble.name] ?? 0) + 1
    log(trouble.name)
    await trouble.happen(chance)
    await pause(500 + chance.below(2_500))
  }
  return happened
}

/** A misspelt name must not end as a run without that trouble. */
function assertKnown(only: readonly string[] | undefined, troubles: readonly Trouble[]): void {
  const names = troubles.map(({ name }) => name)
  const unknown = only?.filter((name) => !names.includes(name)) ?? []
  if (unknown.length > 0)
    throw new Error(`no trouble is called ${unknown.join(', ')}; there are: ${names.join(', ')}`)
}

function reportOf({ sales }: Ledger, verdict: Verdict) {
  const refusals: Record<string, number> = {}
  for (const code of sales.flatMap((sale) => sale.refusals))
    refusals[code] = (refusals[code] ?? 0) + 1
  const uncoded = refusals['Internal'] ?? 0
  const faults =
    uncoded === 0 ? verdict.faults : [...verdict.faults, `${uncoded} tries failed with no code`]
  const tries = sales.reduce((sum, sale) => sum + sale.tries, 0)
  return { ...verdict, faults, sales: sales.length, tries, refusals }
}
