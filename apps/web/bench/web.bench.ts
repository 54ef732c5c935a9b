import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { Figure } from '@ambrosia/testing/Figure'

/**
 * The page: what it weighs, how soon it shows something and can be used, and how long it takes to
 * prepare an offer of a record of 5 MB, beside Node in the same run.
 */
export const name = 'web'
export const figures = [
  'web.firstLoad',
  'web.worker',
  'web.build',
  'web.firstPaint',
  'web.interactive',
  'web.longestTask',
  'web.prepare',
  'web.prepareLongestTask',
]

const ROOT = resolve(import.meta.dirname, '..', '..', '..')
/** What the issue allows before the crypto worker. */
const FIRST_LOAD_BYTES = 250_000
/** Longest time that the page's thread may be busy at once while the worker works. */
const FRAME_MS = 50
const RUNS = 5

export async function run(): Promise<{ figures: Figure[] }> {
  const home = mkdtempSync(join(tmpdir(), 'ambrosia-web-bench-'))
  const folder = join(home, 'page')
  try {
    const startedAt = performance.now()
    const build = ['scripts/setup.mjs', 'run', '--group', 'page', 'apps/web/src/build/main.ts']
    execFileSync(process.execPath, [...build, folder], { cwd: ROOT, stdio: 'ignore' })
    const buildMs = performance.now() - startedAt
    const firstLoad = firstLoadBytes(folder)
    const worker = readdirSync(join(folder, 'assets')).find((file) => /^main-.*\.js$/.test(file))
    const sizes: Figure[] = [
      {
        name: 'web.firstLoad',
        value: firstLoad,
        unit: 'bytes gzip',
        against: `${FIRST_LOAD_BYTES} allowed`,
        ratio: FIRST_LOAD_BYTES / firstLoad,
      },
      figure('web.worker', gzipBytes(join(folder, 'assets', worker as string)), 'bytes gzip'),
      figure('web.build', Math.round(buildMs), 'ms'),
    ]
    return { figures: [...sizes, ...(await timesOf(home, folder)), ...(await preparing())] }
  } finally {
    rmSync(home, { recursive: true, force: true })
  }
}

/** Script and style that the page names, and what that script imports at once. */
function firstLoadBytes(folder: string): number {
  const page = readFileSync(join(folder, 'index.html'), 'utf8')
  const wanted = [...page.matchAll(/(?:src|href)="\/?(assets\/[^"]+\.(?:js|css))"/g)]
  return wanted.reduce((sum, [, path]) => sum + gzipBytes(join(folder, path as string)), 0)
}

function gzipBytes(path: string): number {
  return gzipSync(readFileSync(path)).length
}

async function preparing(): Promise<Figure[]> {
  const { findChromium, NO_BROWSER } = await import('../test/support/openBrowser.ts')
  const { measurePreparing } = await import('./preparing.ts')
  const chromiumPath = findChromium()
  if (chromiumPath === undefined) throw new Error(NO_BROWSER)
  const { sizeBytes, browserMs, nodeMs, longestTaskMs } = await measurePreparing(chromiumPath)
  const record = `a record of ${(sizeBytes / 1e6).toFixed(1)} MB`
  return [
    {
      ...figure('web.prepare', browserMs, 'ms'),
      against: `Node ${Math.round(nodeMs)} ms, ${record}`,
      ratio: nodeMs / browserMs,
    },
    {
      ...figure('web.prepareLongestTask', longestTaskMs, 'ms'),
      against: `${FRAME_MS} allowed`,
      ratio: FRAME_MS / Math.max(longestTaskMs, 1),
    },
  ]
}

/** Medians over several visits with an empty cache, in the machine's Chromium. */
async function timesOf(home: string, pageFolder: string): Promise<Figure[]> {
  const { findChromium, launch, NO_BROWSER } = await import('../test/support/openBrowser.ts')
  const { startServer } = await import('../src/server/startServer.ts')
  const chromiumPath = findChromium()
  if (chromiumPath === undefined) throw new Error(NO_BROWSER)
  const server = await startServer({ home, port: 0, pageFolder, development: false })
  const browser = await launch(chromiumPath)
  const paints: number[] = []
  const ready: number[] = []
  const tasks: number[] = []
  try {
    for (let visit = 0; visit < RUNS; visit++) {
      const page = await browser.newPage()
      await page.addInitScript(WATCH_TASKS)
      await page.goto(server.url)
      await page.getByRole('heading', { level: 1 }).waitFor()
      ready.push(Number(await page.evaluate('performance.now()')))
      await page.evaluate(
        'new Promise((done) => requestAnimationFrame(() => setTimeout(done, 100)))',
      )
      paints.push(
        Number(
          await page.evaluate(
            `performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? -1`,
          ),
        ),
      )
      tasks.push(Number(await page.evaluate('globalThis.longestTask')))
      await page.close()
    }
  } finally {
    await browser.close()
    await server.close()
  }
  return [
    figure('web.firstPaint', median(paints), 'ms'),
    figure('web.interactive', median(ready), 'ms'),
    // Of the page's own thread while it loads.
    figure('web.longestTask', median(tasks), 'ms'),
  ]
}

const WATCH_TASKS = `
  globalThis.longestTask = 0
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries())
      globalThis.longestTask = Math.max(globalThis.longestTask, duration)
  }).observe({ type: 'longtask', buffered: true })
`

function figure(name: string, value: number, unit: string): Figure {
  return { name, value: Math.round(value), unit, against: null, ratio: null }
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other)
  return sorted[Math.floor(sorted.length / 2)] as number
}
