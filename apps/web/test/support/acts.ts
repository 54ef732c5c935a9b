import assert from 'node:assert/strict'
import type { Page } from 'playwright-core'

export const PASSWORD = 'a long enough sentence'

export async function openDeal(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Just try it' }).click()
  await page.getByRole('button', { name: 'Begin as a researcher' }).click()
  await fillDeal(page, 'Cohort of two people')
  await page.getByRole('button', { name: 'Open the deal' }).click()
  await page.getByText('The deal is open').waitFor()
}

/** Fills the form of a deal as a researcher who asks for one laboratory value. */
export async function fillDeal(page: Page, title: string): Promise<void> {
  await page.getByLabel('What it is for').fill(title)
  await page.getByLabel('Who you are').fill('Institute A')
  await page.getByLabel('Where people who consent reach you').fill('data@a.example')
  await page.getByLabel('What do you need?').fill('hemoglobin a1c')
  await page
    .getByRole('button', { name: /Hemoglobin A1c/ })
    .first()
    .click()
  await page.locator('[data-sample]').waitFor()
  assert.ok(Number(await page.locator('[data-sample]').getAttribute('data-sample')) > 0)
}

export async function sell(page: Page, title: string): Promise<void> {
  await page.getByRole('button', { name: 'Use a made-up patient' }).click()
  await page.getByText('signed statements').waitFor()
  const deal = page.locator('li', { has: page.getByRole('heading', { name: title }) })
  await deal.getByRole('button', { name: 'What would leave?' }).click()
  await page.getByRole('button', { name: 'let them check it' }).click()
  await page.getByRole('button', { name: 'I have read this: consent' }).first().click()
  await page.getByText('are yours').waitFor()
}

export async function attackAll(page: Page): Promise<void> {
  await page.getByRole('link', { name: 'Attacker’s corner' }).click()
  const codes: Record<string, RegExp> = {
    replay: /RecordTagUsed/,
    changedByte: /Record\.DigestMismatch/,
    forgedCertificate: /Signature|Quorum|Signer/,
    lyingOracle: /Offer\.NoQuorum/,
    otherPayout: /ConsentSignatureInvalid/,
  }
  for (const [name, code] of Object.entries(codes)) {
    const card = page.locator(`[data-attack=${name}]`)
    await card.getByRole('button').click()
    await page.locator(`[data-attack=${name}][data-refused=true]`).waitFor()
    assert.match(String(await card.locator('code').textContent()), code, name)
  }
}

export async function collect(page: Page): Promise<void> {
  await page.locator('[data-deal][data-records="1"]').waitFor()
  await page.getByRole('button', { name: 'Collect what was sold' }).click()
  await page.locator('[data-delivered="1"]').waitFor()
  await page.getByRole('button', { name: 'Check every record again' }).click()
  await page.locator('[data-verified=true]').waitFor()
  for (const form of ['CSV', 'Parquet', 'NDJSON']) {
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: form }).click(),
    ])
    assert.match(file.suggestedFilename(), new RegExp(`\\.${form.toLowerCase()}$`))
  }
  await page.getByRole('button', { name: 'Close' }).click()
  await page.getByText('closed').waitFor()
}

export async function unlock(page: Page, password: string): Promise<void> {
  const main = page.getByRole('main')
  await main.getByLabel('Password').fill(password)
  await main.getByRole('button', { name: 'Unlock the wallet' }).click()
}

/** A made-up patient's record, looked at for the first deal, sealed and checked. */
export async function sealAndCheck(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Use a made-up patient' }).click()
  await page.getByText('signed statements').waitFor()
  await page.getByRole('button', { name: 'What would leave?' }).first().click()
  await page.getByRole('button', { name: 'let them check it' }).click()
  await page.getByText('oracles certified it').waitFor()
}
