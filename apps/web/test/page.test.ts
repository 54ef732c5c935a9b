import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import {
  attackAll,
  collect,
  fillDeal,
  openDeal,
  PASSWORD,
  sealAndCheck,
  sell,
  unlock,
} from './support/acts.ts'
import {
  CHOOSE_HUGE_FILE,
  countRequests,
  KEPT_TEXT,
  virtualAuthenticator,
} from './support/browserParts.ts'
import { hostileBundle } from './support/hostileBundle.ts'
import { injectWallet } from './support/injectWallet.ts'
import { axe, findChromium, launch, NO_BROWSER, openPage } from './support/openBrowser.ts'
import { type RunningDemo, startDemo } from './support/startDemo.ts'

const chromiumPath = findChromium()
/** Screenshots stay outside git; `AMBROSIA_ARTEFACTS` names another folder. */
const ARTEFACTS = process.env['AMBROSIA_ARTEFACTS'] ?? join(tmpdir(), 'ambrosia-screens')
const PLACES = ['', 'views', 'patient', 'researcher', 'market', 'hospital', 'attacks'] as const
const SLOW_MS = 700

describe('page beside a running sale', { skip: chromiumPath ? false : NO_BROWSER }, () => {
  let demo: RunningDemo
  let browser: Browser
  before(async () => {
    demo = await startDemo()
    browser = await launch(chromiumPath as string)
  })
  after(async () => {
    await browser?.close()
    await demo?.stop()
  })

  const place = (name: string): string => `${demo.url}/${name}`
  const guest = (page: Page): Promise<void> =>
    page.getByRole('button', { name: 'Just try it' }).click()

  it('shows the sale of the terminal: eight steps, the words that were signed, three attacks refused', async () => {
    const { page, complaints } = await openPage(browser)
    await page.goto(place(''))
    await page.getByText('all went well').waitFor()
    assert.equal(await page.locator('li[data-step][data-done=true]').count(), 8)
    const consent = page.locator('li[data-step=consent]')
    await consent.locator('summary').first().click()
    await consent.getByText('I can revoke this consent at any time').waitFor()
    const refused = await page.locator('#refused code').allTextContents()
    assert.deepEqual(refused, [
      'RecordTagUsed',
      'Record.DigestMismatch',
      'Record.CredentialRevoked',
    ])
    await page.locator('li[data-step=settle] summary').click()
    await page.getByText('Block').waitFor()
    assert.deepEqual(await axe(page), [])
    assert.deepEqual(complaints, [])
  })

  it('lets a patient sell a record, be paid and revoke; the counter of bytes is the truth', async () => {
    const { page, complaints } = await openPage(browser)
    const truth = countRequests(page)
    await page.goto(place('patient'))
    await page.getByRole('button', { name: 'Just try it' }).click()
    await page.getByRole('button', { name: 'Use a made-up patient' }).click()
    await page.getByText('signed statements').waitFor()
    const sentBefore = truth.get('store') ?? 0
    await page.getByRole('button', { name: 'What would leave?' }).click()
    const leaving = page.locator('[data-leaving]')
    await leaving.waitFor()
    assert.equal(truth.get('store') ?? 0, sentBefore, 'looking sends nothing')
    const staying = page.locator('[data-staying]')
    const counts = [
      await leaving.getAttribute('data-leaving'),
      await staying.getAttribute('data-staying'),
    ]
    assert.equal(Number(counts[0]) + Number(counts[1]), 231)
    await page.getByRole('button', { name: 'let them check it' }).click()
    await page.getByText('oracles certified it').waitFor()
    await page.getByRole('button', { name: 'I have read this: consent' }).first().click()
    await page.getByText('are yours').waitFor()
    await page.locator('[data-sale=settled]').waitFor()
    assert.deepEqual(await axe(page), [])
    await page.getByRole('button', { name: 'left this browser so far' }).click()
    for (const name of ['issuer', 'store', 'oracle-1', 'oracle-2', 'oracle-3']) {
      const shown = await page.locator(`[data-to=${name}]`).getAttribute('data-bytes')
      assert.equal(Number(shown), truth.get(name), name)
    }
    await page.getByRole('button', { name: 'Close' }).first().click()
    await page.getByRole('button', { name: 'Revoke' }).click()
    await page.locator('[data-sale=unwound]').waitFor()
    assert.deepEqual(complaints, [])
  })

  it('loses nothing of a sale when it is loaded again before the consent', async () => {
    const { page } = await openPage(browser)
    await page.goto(place('patient'))
    const main = page.getByRole('main')
    await main.getByLabel('Password').fill(PASSWORD)
    await main.getByRole('button', { name: 'Make a wallet' }).click()
    await sealAndCheck(page)
    await page.reload()
    await main.getByLabel('Password').fill(PASSWORD)
    await main.getByRole('button', { name: 'Unlock the wallet' }).click()
    const certified = page.locator('[data-sale=certified]')
    await certified.getByRole('button', { name: 'I have read this: consent' }).click()
    await page.locator('[data-sale=settled]').waitFor()
    assert.equal(await page.locator('[data-sale]').count(), 1)
  })

  it('sells with one oracle gone and a slow store, and says which oracle did not answer', async () => {
    const { page } = await openPage(browser)
    let delayed = 0
    await page.context().route('**/services/oracle-3/**', (route) => route.abort())
    await page.context().route('**/services/store/**', async (route) => {
      delayed++
      await new Promise((done) => setTimeout(done, SLOW_MS))
      await route.continue()
    })
    await page.goto(place('patient'))
    await page.getByRole('button', { name: 'Just try it' }).click()
    await sealAndCheck(page)
    await page.getByText('2 of 3 oracles certified it').waitFor()
    await page.getByRole('button', { name: 'I have read this: consent' }).first().click()
    await page.locator('[data-sale=settled]').waitFor()
    assert.ok(delayed > 0, 'the store was asked, slowly')
  })

  it('refuses a file larger than any Bundle before it reads it', async () => {
    const { page, complaints } = await openPage(browser)
    await page.goto(place('patient'))
    await page.getByRole('button', { name: 'Just try it' }).click()
    await page.evaluate(CHOOSE_HUGE_FILE)
    await page.getByText('Bundle.TooLarge').waitFor()
    assert.deepEqual(complaints, [])
  })

  it('lets a researcher and a patient, two people, come to their ends; every attack is refused', async () => {
    const researcher = await openPage(browser)
    const patient = await openPage(browser)
    await researcher.page.goto(place('researcher'))
    await openDeal(researcher.page)
    await patient.page.goto(place('patient'))
    await guest(patient.page)
    await sell(patient.page, 'Cohort of two people')
    await attackAll(patient.page)
    await collect(researcher.page)
    // The contract's and the oracles' refusals are answers with an error status, which a console
    // shows.
    const complaints = patient.complaints.filter((text) => !/status of 4(03|22)/.test(text))
    assert.deepEqual([...researcher.complaints, ...complaints], [])
  })

  it('lets a wallet of the browser open a deal, and opens none that it refused', async () => {
    const { page, complaints } = await openPage(browser)
    const wallet = await injectWallet(page, demo.home)
    await page.goto(place('researcher'))
    await guest(page)
    await page.getByRole('button', { name: 'Use Test Wallet' }).click()
    await page.getByText('the wallet of your browser').waitFor()
    wallet.refuses = true
    const begin = page.getByRole('button', { name: 'Begin as a researcher' })
    await begin.click()
    await page.getByText('BrowserWallet.Refused').waitFor()
    wallet.refuses = false
    await begin.click()
    await fillDeal(page, 'Cohort by a wallet')
    wallet.refuses = true
    const open = page.getByRole('button', { name: 'Open the deal' })
    await open.click()
    await page.getByText('BrowserWallet.Refused').waitFor()
    assert.equal(await page.locator('[data-deal]').count(), 0)
    wallet.refuses = false
    await open.click()
    await page.getByText('The deal is open').waitFor()
    await page.locator('[data-deal]').waitFor()
    assert.ok(wallet.asked.includes('eth_signTypedData_v4'), 'the DID is signed by the wallet')
    assert.ok(wallet.asked.includes('eth_sendTransaction'), 'the deal is sent by the wallet')
    assert.deepEqual(await axe(page), [])
    assert.deepEqual(complaints, [])
  })

  it('shows what everybody sees, money that adds up, and each view of who reads what', async () => {
    const { page, complaints } = await openPage(browser)
    await page.goto(place('market'))
    await page.locator('[data-adds=true]').waitFor()
    await page.goto(place('views'))
    await page.getByText('belong together').waitFor()
    await page.getByRole('button', { name: '(Researcher, Entries sold)' }).click()
    assert.equal(await page.locator('[data-found]').getAttribute('data-found'), '0')
    await page.getByRole('button', { name: '(Patient, Whole record)' }).click()
    await page.getByText('231 entries').waitFor()
    await page.getByRole('button', { name: '(Chain (everybody), Entries sold)' }).click()
    await page.getByText('Transaction').waitFor()
    assert.deepEqual(complaints, [])
  })

  it('keeps a wallet sealed: nothing in the clear, a wrong password refused, locked after a reload', async () => {
    const { page } = await openPage(browser)
    await page.goto(place('patient'))
    await page.getByLabel('Password').fill(PASSWORD)
    await page.getByRole('main').getByRole('button', { name: 'Make a wallet' }).click()
    await page.getByRole('button', { name: 'Use a made-up patient' }).click()
    await page.getByText('signed statements').waitFor()
    const second = await page.context().newPage()
    await second.goto(place('patient'))
    await unlock(second, 'not the password')
    await second.getByText('Wallet.WrongPassword').waitFor()
    await unlock(second, PASSWORD)
    await second.getByText('signed statements').waitFor()
    const kept = await page.evaluate(KEPT_TEXT)
    for (const word of ['Observation', 'resourceType', 'made-up', PASSWORD]) {
      assert.ok(!kept.includes(word), `${word} lies in the clear`)
    }
    await page.reload()
    await unlock(page, PASSWORD)
    await page.getByText('signed statements').waitFor()
    await page.getByRole('button', { name: 'Lock the wallet' }).click()
    await page.getByRole('main').getByLabel('Password').waitFor()
    assert.equal(await page.getByText('signed statements').count(), 0)
  })

  it('opens a wallet by passkey', async () => {
    const { page } = await openPage(browser)
    await virtualAuthenticator(page)
    await page.goto(place('patient').replace('127.0.0.1', 'localhost'))
    await page.getByRole('main').getByRole('button', { name: 'Use a passkey' }).click()
    await page.getByRole('button', { name: 'Lock the wallet' }).click()
    await page.getByRole('main').getByRole('button', { name: 'Use a passkey' }).click()
    await page.getByText('My records').waitFor()
    assert.equal(await page.getByRole('button', { name: 'Use a passkey' }).count(), 0)
  })

  it('refuses hostile Bundles in words, and shows hostile texts as texts', async () => {
    const { page, complaints } = await openPage(browser)
    await page.goto(place('patient'))
    await guest(page)
    const drop = async (text: string): Promise<void> => {
      const file = { name: 'b.json', mimeType: 'application/json', buffer: Buffer.from(text) }
      await page.locator('input[type=file]').setInputFiles(file)
    }
    await drop('no json at all')
    await page.getByRole('alert').waitFor()
    await drop(
      `{"resourceType":"Bundle","type":"collection","entry":${'['.repeat(5000)}${']'.repeat(5000)}}`,
    )
    await page
      .getByRole('alert')
      .getByText(/Json|Bundle/)
      .first()
      .waitFor()
    await drop(JSON.stringify(hostileBundle(true)))
    await page.getByText('Issuer.InvalidRecord').waitFor()
    await drop(JSON.stringify(hostileBundle(false)))
    await page.getByText('signed statements').waitFor()
    await page.getByText('<img src=x').first().waitFor()
    assert.equal(await page.locator('main img, main script').count(), 0)
    assert.equal(await page.evaluate('globalThis.wasRun'), undefined)
    // What the hospital refuses is an answer with an error status, which a console shows.
    assert.deepEqual(
      complaints.filter((text) => !text.includes('status of 400')),
      [],
    )
  })

  it('says in words what is wrong when a service does not answer', async () => {
    const { page } = await openPage(browser)
    await page.route('**/services/issuer/**', (route) => route.abort())
    await page.context().route('**/services/issuer/**', (route) => route.abort())
    await page.goto(place('hospital'))
    await page.getByText('Service.Unreachable').waitFor()
    await page.getByText('does not answer').first().waitFor()
    assert.equal(await page.getByText('TypeError').count(), 0)
  })

  it('is clean by axe on every page, in both themes, at 400 and 1,280 px, in both languages', async () => {
    mkdirSync(ARTEFACTS, { recursive: true })
    for (const colorScheme of ['light', 'dark'] as const) {
      for (const width of [400, 1280]) {
        const locale = width === 400 ? 'de-DE' : 'en-GB'
        const viewport = { width, height: 900 }
        const { page, complaints } = await openPage(browser, { colorScheme, viewport, locale })
        for (const name of PLACES) {
          await page.goto(place(name))
          await page.locator('h1').waitFor()
          await page.waitForLoadState('load')
          await page.locator('[role=status]').first().waitFor({ state: 'detached' })
          const label = `${name || 'live'}-${width}-${colorScheme}`
          assert.deepEqual(await axe(page), [], label)
          const overflow = await page.evaluate('document.documentElement.scrollWidth')
          assert.ok(Number(overflow) <= width, `${label} is ${overflow} px wide`)
          const file = join(ARTEFACTS, `${label}.png`)
          writeFileSync(file, await page.screenshot({ fullPage: true }))
        }
        assert.deepEqual(complaints, [])
        await page.context().close()
      }
    }
  })
})
