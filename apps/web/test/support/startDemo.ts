import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

const ROOT = resolve(import.meta.dirname, '..', '..', '..', '..')
const TIMEOUT_MS = 600_000

export type RunningDemo = { url: string; home: string; output: () => string; stop(): Promise<void> }

/**
 * The real `npm start` on ports and in a home of its own: waits until its sale is over and its page
 * is built.
 */
export async function startDemo(): Promise<RunningDemo> {
  const home = mkdtempSync(join(tmpdir(), 'ambrosia-web-'))
  const child = spawn(process.execPath, ['apps/cli/src/main.ts', 'demo'], {
    cwd: ROOT,
    env: { ...process.env, AMBROSIA_HOME: home, AMBROSIA_PORTS: 'any' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let text = ''
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk
  })
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk
  })
  const closed = new Promise<void>((done) => child.once('close', () => done()))
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM')
    await closed
    rmSync(home, { recursive: true, force: true })
  }
  await new Promise<void>((done, failed) => {
    const end = setTimeout(() => failed(new Error(`not ready in time:\n${text}`)), TIMEOUT_MS)
    const look = (): void => {
      const isReady = /page +http\S+ +(is ready|see it)/.test(text) && text.includes('Ctrl-C ends')
      if (!isReady) return
      clearTimeout(end)
      done()
    }
    child.stdout.on('data', look)
    child.once('close', () => {
      clearTimeout(end)
      failed(new Error(`ended:\n${text}`))
    })
  }).catch(async (error) => {
    await stop()
    throw error
  })
  const url = /page +(http:\/\/127\.0\.0\.1:\d+)/.exec(text)?.[1] as string
  return { url, home, output: () => text, stop }
}
