import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createIssuerClient } from '@ambrosia/api/issuer/IssuerClient'
import { createStoreClient } from '@ambrosia/api/store/StoreClient'
import { readDeals } from '@ambrosia/chain/read/exchange'
import * as Contexts from '@ambrosia/credentials/Contexts'
import * as Keys from '@ambrosia/credentials/Keys'
import * as IssuedRecord from '@ambrosia/exchange/IssuedRecord'
import * as ClaimProfile from '@ambrosia/health/ClaimProfile'
import * as Generator from '@ambrosia/health/Generator'
import { fromUtf8, random } from '@ambrosia/primitives/Bytes'
import * as CanonicalJson from '@ambrosia/primitives/CanonicalJson'
import { createChain } from '@ambrosia/sdk/Chain'
import { loadDeal } from '@ambrosia/sdk/loadDeal'
import { prepareOffer } from '@ambrosia/sdk/provider/offerRecord'
import type { Page } from 'playwright-core'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { launch, openPage } from '../test/support/openBrowser.ts'
import { type RunningDemo, startDemo } from '../test/support/startDemo.ts'

/** What it takes to prepare an offer of a large record, and how long the page could not draw. */
export type Preparing = {
  sizeBytes: number
  browserMs: number
  nodeMs: number
  /** The longest task of the page's own thread meanwhile; 0 where none took 50 ms. */
  longestTaskMs: number
}

const RESOURCES = 5000

/**
 * Selects from a record of about 5 MB for the same deal, seals and wraps, in the page and in this
 * process: reading the deal from chain and store is part of both, and nothing leaves.
 */
export async function measurePreparing(chromiumPath: string): Promise<Preparing> {
  const demo = await startDemo()
  const browser = await launch(chromiumPath)
  try {
    const patient = {
      seed: 1,
      asOf: new Date(),
      condition: 'diabetes',
      resources: RESOURCES,
    } as const
    const bundle = fromUtf8(CanonicalJson.stringify(Generator.patient(patient).bundle))
    const { page } = await openPage(browser)
    page.setDefaultTimeout(600_000)
    const { browserMs, longestTaskMs, operatorToken } = await inPage(page, demo.url, bundle)
    const nodeMs = await inNode(demo, bundle, operatorToken)
    return { sizeBytes: bundle.length, browserMs, nodeMs, longestTaskMs }
  } finally {
    await browser.close()
    await demo.stop()
  }
}

async function inPage(page: Page, url: string, bundle: Uint8Array) {
  await page.goto(`${url}/patient`)
  await page.getByRole('button', { name: 'Just try it' }).click()
  const file = { name: 'large.json', mimeType: 'application/json', buffer: Buffer.from(bundle) }
  await page.locator('input[type=file]').setInputFiles(file)
  await page.getByText('signed statements').waitFor()
  // Drawing the record is not part of it.
  await page.locator('figure').first().waitFor()
  await page.evaluate('new Promise((done) => requestIdleCallback(() => done()))')
  await page.evaluate(WATCH_TASKS)
  const start = performance.now()
  await page.getByRole('button', { name: 'What would leave?' }).first().click()
  await page.locator('[data-leaving]').waitFor()
  const browserMs = performance.now() - start
  const longestTaskMs = Number(await page.evaluate('globalThis.longestWhilePreparing'))
  const described = (await page.evaluate(`fetch('/network').then((it) => it.json())`)) as {
    development: { operatorToken: string }
  }
  return { browserMs, longestTaskMs, operatorToken: described.development.operatorToken }
}

const WATCH_TASKS = `
  globalThis.longestWhilePreparing = 0
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries())
      globalThis.longestWhilePreparing = Math.max(globalThis.longestWhilePreparing, duration)
  }).observe({ type: 'longtask' })
`

async function inNode(
  { home }: RunningDemo,
  bundle: Uint8Array,
  operatorToken: string,
): Promise<number> {
  const network = JSON.parse(readFileSync(join(home, 'network.json'), 'utf8'))
  const now = Date.now
  const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms))
  const io = { fetch: globalThis.fetch, now, pause }
  const issuer = createIssuerClient({ ...io, url: network.services.issuer, operatorToken })
  const holderKey = Keys.createHolderKey(random)
  const issued = await issuer.issue(bundle, holderKey.did, 'safe-harbor')
  const record = IssuedRecord.parse(issued.record)
  const chain = createChain(network)
  const store = createStoreClient({ ...io, url: network.services.store, chainId: chain.chainId })
  const { contracts, client, fromBlock } = chain
  const deals = await readDeals(client, { address: contracts.dealBook, fromBlock })
  const loader = Contexts.createLoader({
    claimNames: ClaimProfile.claimNames(ClaimProfile.AMBROSIA_CORE_2),
  })
  const account = privateKeyToAccount(generatePrivateKey())
  const start = performance.now()
  const deal = await loadDeal({ chain, store }, deals.at(-1)?.dealId as `0x${string}`)
  const base = { chain, store, loader, deal, record, account, holderKey, now }
  await prepareOffer({ ...base, fetch: globalThis.fetch as never })
  return performance.now() - start
}
