import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { axe, findChromium, launch, NO_BROWSER, openPage } from './support/openBrowser.ts'
import { type RunningDemo, startDemo } from './support/startDemo.ts'

const chromiumPath = findChromium()

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

  it('shows the sale of the terminal: eight steps, the words that were signed, three attacks refused', async () => {
    const { page, complaints } = await openPage(browser)
    await page.goto(demo.url)
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
    await page.goto(`${demo.url}/patient`)
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
    await page.goto(`${demo.url}/patient`)
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
    await page.goto(`${demo.url}/patient`)
    await page.getByRole('button', { name: 'Just try it' }).click()
    await sealAndCheck(page)
    await page.getByText('2 of 3 oracles certified it').waitFor()
    await page.getByRole('button', { name: 'I have read this: consent' }).first().click()
    await page.locator('[data-sale=settled]').waitFor()
    assert.ok(delayed > 0, 'the store was asked, slowly')
  })

  it('refuses a file larger than any Bundle before it reads it', async () => {
    const { page, complaints } = await openPage(browser)
    await page.goto(`${demo.url}/patient`)
    await page.getByRole('button', { name: 'Just try it' }).click()
    await page.evaluate(CHOOSE_HUGE_FILE)
    await page.getByText('Bundle.TooLarge').waitFor()
    assert.deepEqual(complaints, [])
  })
})

const PASSWORD = 'a long enough sentence'
const SLOW_MS = 700

/** Gives the input a file of 64 MiB and a byte, which would be too much to send to a browser. */
const CHOOSE_HUGE_FILE = `(() => {
  const input = document.querySelector('input[type=file]')
  const files = new DataTransfer()
  files.items.add(new File([new Uint8Array(64 * 1024 * 1024 + 1)], 'huge.json'))
  input.files = files.files
  input.dispatchEvent(new Event('change', { bubbles: true }))
})()`

/** A made-up patient's record, looked at for the first deal, sealed and checked. */
async function sealAndCheck(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Use a made-up patient' }).click()
  await page.getByText('signed statements').waitFor()
  await page.getByRole('button', { name: 'What would leave?' }).first().click()
  await page.getByRole('button', { name: 'let them check it' }).click()
  await page.getByText('oracles certified it').waitFor()
}

/** Bytes of bodies by service, as the browser's own network layer sent them. */
function countRequests(page: Page): Map<string, number> {
  const sent = new Map<string, number>()
  page.on('request', (request) => {
    const name = /\/services\/([a-z0-9-]+)\//.exec(request.url())?.[1]
    if (name === undefined) return
    sent.set(name, (sent.get(name) ?? 0) + (request.postDataBuffer()?.length ?? 0))
  })
  return sent
}
