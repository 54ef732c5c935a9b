import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { createStoreClient } from '@ambrosia/api/store/StoreClient'
import * as Network from '@ambrosia/devnet/Network'
import { ANY_PORTS } from '@ambrosia/devnet/Ports'
import { chainFileOf } from '@ambrosia/devnet/start/keepChain'
import { contractsSnapshot } from '@ambrosia/testing/startChain'
import { createChance } from '../fuzz/Chance.ts'
import { type Ground, openTestDeal, prepareGround } from '../support/offering.ts'
import { checkLedger, type Verdict } from './check.ts'
import { endDeal } from './endDeal.ts'
import type { Ledger, Sale } from './Ledger.ts'
import { type StoreProxy, startProxy } from './StoreProxy.ts'
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

/**
 * Blocks after which nobody's settlement is taken back: what the troubles do to the chain is less.
 */
const CONFIRMATIONS = 12
/** Sales under way at once. */
const AT_ONCE = 3
/** Time after all is whole again in which every sale under way has to come to its end. */
const RECOVERY_MS = 240_000

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
  const folder = mkdtempSync(join(tmpdir(), 'ambrosia-chaos-'))
  const home = join(folder, 'home')
  const { stateFile, facts } = await contractsSnapshot()
  // The chain begins with the snapshot, and comes back from what was kept of it since.
  const loadFile = join(folder, 'chain.json')
  symlinkSync(stateFile, loadFile)
  const proxyTarget = { url: '' }
  const proxy = await startProxy(() => proxyTarget.url)
  const network = await Network.start({
    home,
    ports: ANY_PORTS,
    prepared: { stateFile: loadFile, contracts: facts.contracts },
    maker: 'up',
    blocksByClock: true,
    confirmations: CONFIRMATIONS,
    storeUrl: (url) => {
      proxyTarget.url = url
      return proxy.url
    },
  })
  rmSync(loadFile)
  symlinkSync(chainFileOf(home), loadFile)
  try {
    const chainId = network.file.chainId
    const wait = (ms: number) => pause(ms)
    const store = createStoreClient({ url: proxy.url, chainId, fetch, now: Date.now, pause: wait })
    const ground: Ground = await prepareGround(network, store)
    const deal = await openTestDeal(ground, { maximumRecords: 100 })
    const ledger: Ledger = {
      rpcUrl: network.file.rpcUrl,
      dealBook: network.chain.contracts.dealBook,
      token: network.chain.contracts.medToken,
      consumer: ground.consumer.address,
      deal: {
        dealId: deal.dealId,
        budget: String(deal.budget),
        commissionCapBps: deal.terms.commissionCapBps,
      },
      sales: [],
    }
    const clock = { isOver: false, deadlineMs: Number.POSITIVE_INFINITY }
    const mayTry = () => Date.now() < clock.deadlineMs
    const selling = { ground, deal, folder, mayTry, confirmations: CONFIRMATIONS, log }
    const seller = createSeller(selling, { sales: ledger.sales, first: seed * 1_000 }, clock)
    const sellers = Array.from({ length: AT_ONCE }, seller)
    const happened = await makeTrouble(network, proxy, options)
    clock.isOver = true
    await healAll(network, proxy)
    clock.deadlineMs = Date.now() + RECOVERY_MS
    await Promise.all(sellers)
    await endDeal(ground, deal)
    writeFileSync(join(folder, 'ledger.json'), JSON.stringify(ledger, null, 2))
    const verdict = await checkLedger(ledger)
    return { ...reportOf(ledger, verdict), seed, troubles: happened, folder }
  } finally {
    await network.stop()
    await proxy.close()
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
      const seed = first + sales.length
      const sale: Sale = { seed, provider: '', state: 'under-way', tries: 0, refusals: [] }
      sales.push(sale)
      await sellUntilDone(selling, seed, sale)
      selling.log(`sale ${seed}: ${sale.state} after ${sale.tries} tries`)
    }
  }
}

/**
 * One trouble after the other for the time that was asked, each once before any comes again; how
 * often each happened.
 */
async function makeTrouble(
  network: Network.Network,
  proxy: StoreProxy,
  { seed, minutes, only, log }: ChaosOptions,
): Promise<Record<string, number>> {
  const chance = createChance(seed)
  const all = createTroubles(network, proxy)
  assertKnown(only, all)
  const troubles = all.filter(({ name }) => only === undefined || only.includes(name))
  const happened = Object.fromEntries(troubles.map(({ name }) => [name, 0]))
  const endMs = Date.now() + minutes * 60_000
  let bag: Trouble[] = []
  while (Date.now() < endMs) {
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
