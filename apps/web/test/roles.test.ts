import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { axe, findChromium, launch, NO_BROWSER, openPage } from './support/openBrowser.ts'
import { type RunningDemo, startDemo } from './support/startDemo.ts'

const chromiumPath = findChromium()
/** Screenshots stay outside git; `AMBROSIA_ARTEFACTS` names another folder. */
const ARTEFACTS = process.env['AMBROSIA_ARTEFACTS'] ?? join(tmpdir(), 'ambrosia-screens')
const PLACES = ['', 'views', 'patient', 'researcher', 'market', 'hospital', 'attacks'] as const
const PASSWORD = 'a long enough sentence'

describe('roles in the page', { skip: chromiumPath ? false : NO_BROWSER }, () => {
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

async function openDeal(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Just try it' }).click()
  await page.getByRole('button', { name: 'Begin as a researcher' }).click()
  await page.getByLabel('What it is for').fill('Cohort of two people')
  await page.getByLabel('Who you are').fill('Institute A')
  await page.getByLabel('Where people who consent reach you').fill('data@a.example')
  await page.getByLabel('What do you need?').fill('hemoglobin a1c')
  await page
    .getByRole('button', { name: /Hemoglobin A1c/ })
    .first()
    .click()
  await page.locator('[data-sample]').waitFor()
  assert.ok(Number(await page.locator('[data-sample]').getAttribute('data-sample')) > 0)
  await page.getByRole('button', { name: 'Open the deal' }).click()
  await page.getByText('The deal is open').waitFor()
}

async function sell(page: Page, title: string): Promise<void> {
  await page.getByRole('button', { name: 'Use a made-up patient' }).click()
  await page.getByText('signed statements').waitFor()
  const deal = page.locator('li', { has: page.getByRole('heading', { name: title }) })
  await deal.getByRole('button', { name: 'What would leave?' }).click()
  await page.getByRole('button', { name: 'let them check it' }).click()
  await page.getByRole('button', { name: 'I have read this: consent' }).first().click()
  await page.getByText('are yours').waitFor()
}

async function attackAll(page: Page): Promise<void> {
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

async function collect(page: Page): Promise<void> {
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

async function unlock(page: Page, password: string): Promise<void> {
  const main = page.getByRole('main')
  await main.getByLabel('Password').fill(password)
  await main.getByRole('button', { name: 'Unlock the wallet' }).click()
}

/** All that the browser keeps of the page, as one text. */
const KEPT_TEXT = `(async () => {
  const database = await new Promise((done) => {
    const request = indexedDB.open('ambrosia', 1)
    request.onsuccess = () => done(request.result)
  })
  const store = database.transaction('sealed').objectStore('sealed')
  const values = await new Promise((done) => {
    const request = store.getAll()
    request.onsuccess = () => done(request.result)
  })
  const decoder = new TextDecoder('latin1')
  const texts = values.flatMap((value) => Object.values(value)).map((value) =>
    value instanceof Uint8Array ? decoder.decode(value) : String(value),
  )
  return texts.join(' ') + JSON.stringify(localStorage) + JSON.stringify(sessionStorage)
})()` as unknown as () => Promise<string>

async function virtualAuthenticator(page: Page): Promise<void> {
  const session = await page.context().newCDPSession(page)
  await session.send('WebAuthn.enable')
  await session.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      ctap2Version: 'ctap2_1',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      hasPrf: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  })
}

/**
 * A Bundle that would run a script where texts are taken for markup: in names, and in narratives.
 */
function hostileBundle(hasNarratives: boolean): object {
  const script = '<img src=x onerror="globalThis.wasRun=1"><script>globalThis.wasRun=1</script>'
  const subject = { reference: 'Patient/p' }
  const narrative = hasNarratives && {
    status: 'generated',
    div: `<div xmlns="http://www.w3.org/1999/xhtml">${script}</div>`,
  }
  const textOf = narrative ? { text: narrative } : {}
  const resources = [
    {
      resourceType: 'Patient',
      id: 'p',
      gender: 'female',
      birthDate: '1970-01-01',
      ...textOf,
    },
    {
      resourceType: 'Condition',
      id: 'c',
      subject,
      ...textOf,
      onsetDateTime: '2020-01-01',
      code: {
        coding: [{ system: 'http://snomed.info/sct', code: '44054006', display: script }],
      },
    },
  ]
  return {
    resourceType: 'Bundle',
    type: 'collection',
    entry: resources.map((resource) => ({ resource })),
  }
}
