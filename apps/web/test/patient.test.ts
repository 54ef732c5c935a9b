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
})

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
