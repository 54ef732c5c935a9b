import type { Page } from 'playwright-core'

/** Bytes of bodies by service, as the browser's own network layer sent them. */
export function countRequests(page: Page): Map<string, number> {
  const sent = new Map<string, number>()
  page.on('request', (request) => {
    const name = /\/services\/([a-z0-9-]+)\//.exec(request.url())?.[1]
    if (name === undefined) return
    sent.set(name, (sent.get(name) ?? 0) + (request.postDataBuffer()?.length ?? 0))
  })
  return sent
}

export async function virtualAuthenticator(page: Page): Promise<void> {
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

/** All that the browser keeps of the page, as one text. */
export const KEPT_TEXT = `(async () => {
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

/** Gives the input a file of 64 MiB and a byte, which would be too much to send to a browser. */
export const CHOOSE_HUGE_FILE = `(() => {
  const input = document.querySelector('input[type=file]')
  const files = new DataTransfer()
  files.items.add(new File([new Uint8Array(64 * 1024 * 1024 + 1)], 'huge.json'))
  input.files = files.files
  input.dispatchEvent(new Event('change', { bubbles: true }))
})()`
