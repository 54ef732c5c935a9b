import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as Network from '@ambrosia/devnet/Network'
import { ANY_PORTS } from '@ambrosia/devnet/Ports'
import { chainFileOf } from '@ambrosia/devnet/start/keepChain'
import type { OpenedDeal } from '@ambrosia/sdk/consumer/openDeal'
import { contractsSnapshot } from '@ambrosia/testing/startChain'
import { type Ground, openTestDeal, prepareGround } from '../support/offering.ts'
import { storeOf } from '../support/storeOf.ts'
import { checkLedger, type Verdict } from './check.ts'
import { endDeal } from './endDeal.ts'
import type { Ledger } from './Ledger.ts'
import { type StoreProxy, startProxy } from './StoreProxy.ts'

/** A network in which things go wrong, with a deal that people sell into. */
export type Stage = {
  folder: string
  network: Network.Network
  proxy: StoreProxy
  ground: Ground
  deal: OpenedDeal
  ledger: Ledger
  /** Closes the deal, takes the rest of its money back, and has all of it checked. */
  reconcile(): Promise<Verdict>
  close(): Promise<void>
}

/**
 * Blocks after which nobody's settlement is taken back: what the troubles do to the chain is less.
 */
export const CONFIRMATIONS = 12

export async function prepareStage({
  quorum = 2,
  ...options
}: Pick<Network.StartOptions, 'oracleCount' | 'confirmations' | 'onEvent'> & {
  quorum?: number
} = {}): Promise<Stage> {
  const folder = mkdtempSync(join(tmpdir(), 'ambrosia-chaos-'))
  const home = join(folder, 'home')
  const { stateFile, facts } = await contractsSnapshot()
  // The chain begins with the snapshot, and comes back from what was kept of it since.
  const loadFile = join(folder, 'chain.json')
  symlinkSync(stateFile, loadFile)
  const target = { url: '' }
  const proxy = await startProxy(() => target.url)
  const network = await Network.start({
    confirmations: CONFIRMATIONS,
    ...options,
    home,
    ports: ANY_PORTS,
    prepared: { stateFile: loadFile, contracts: facts.contracts },
    maker: 'up',
    blocksByClock: true,
    storeUrl: (url) => {
      target.url = url
      return proxy.url
    },
  })
  rmSync(loadFile)
  symlinkSync(chainFileOf(home), loadFile)
  const close = async (): Promise<void> => {
    await network.stop()
    await proxy.close()
  }
  try {
    const ground = await prepareGround(network, storeOf(network, proxy.url))
    const deal = await openTestDeal(ground, { maximumRecords: 100, quorum })
    const ledger = ledgerOf(ground, deal)
    const reconcile = async (): Promise<Verdict> => {
      await endDeal(ground, deal)
      writeFileSync(join(folder, 'ledger.json'), JSON.stringify(ledger, null, 2))
      return await checkLedger(ledger)
    }
    return { folder, network, proxy, ground, deal, ledger, reconcile, close }
  } catch (error) {
    await close()
    throw error
  }
}

/** What is known of a deal before anybody has sold into it. */
export function ledgerOf({ network, consumer }: Ground, deal: OpenedDeal): Ledger {
  const { dealBook, medToken } = network.chain.contracts
  return {
    rpcUrl: network.file.rpcUrl,
    dealBook,
    token: medToken,
    consumer: consumer.address,
    deal: {
      dealId: deal.dealId,
      budget: String(deal.budget),
      commissionCapBps: deal.terms.commissionCapBps,
    },
    sales: [],
  }
}
