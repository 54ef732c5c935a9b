import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { createWriteStream, existsSync, globSync, mkdirSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { MNEMONIC } from './accounts.ts'
import { type Program, serviceUrl } from './Program.ts'

const ROOT = fileURLToPath(new URL('../../..', import.meta.url))
const SOURCES = [
  'apps/web/src/{page,build}/**/*',
  'packages/{api,chain,credentials,exchange,health,primitives,sdk,sealing}/src/**/*.{ts,json}',
  'apps/web/package.json',
  'package-lock.json',
]

/**
 * The page's server as a program of the network in `home`. It serves a waiting page until `folder`
 * is there.
 */
export function pageProgram(options: { home: string; port: number; folder: string }): Program {
  return {
    name: 'page',
    run: { node: join(ROOT, 'apps', 'web', 'src', 'server', 'main.ts') },
    env: {
      AMBROSIA_HOME: options.home,
      AMBROSIA_ENV: 'development',
      AMBROSIA_PORT: String(options.port),
      AMBROSIA_PAGE: options.folder,
      AMBROSIA_MNEMONIC: MNEMONIC,
      NODE_NO_WARNINGS: '1',
    },
    readyUrl: serviceUrl,
    healthPath: '/health',
    restart: 'always',
  }
}

/**
 * Where the page of these sources lies once it is built: in the cache, under the hash of what it is
 * made of.
 */
export function pageFolder(): string {
  const hash = createHash('sha256')
  const paths = SOURCES.flatMap((pattern) => globSync(pattern, { cwd: ROOT }))
  for (const path of [...new Set(paths)].sort()) {
    if (/\.test\.tsx?$/.test(path) || !/\.\w+$/.test(path)) continue
    hash.update(`${path}\0`).update(readFileSync(join(ROOT, path)))
  }
  const cache = process.env['AMBROSIA_CACHE'] || join(homedir(), '.cache', 'ambrosia')
  return join(cache, 'page', hash.digest('hex').slice(0, 20))
}

/** Whether the page of a folder is built. */
export function isPageBuilt(folder: string): boolean {
  return existsSync(join(folder, 'index.html'))
}

/**
 * Builds the page in a process of its own, with the packages of its group, which are installed at
 * the first time. Resolves with whether it is there; what the builder said lies in `logFile`.
 */
export async function buildPage(options: {
  folder: string
  logFile: string
  signal?: AbortSignal | undefined
}): Promise<boolean> {
  const { folder, logFile, signal } = options
  if (isPageBuilt(folder)) return true
  mkdirSync(dirname(logFile), { recursive: true })
  const log = createWriteStream(logFile, { flags: 'a' })
  const args = ['scripts/setup.mjs', 'run', '--group', 'page', 'apps/web/src/build/main.ts', folder]
  const child = spawn(process.execPath, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] })
  child.stdout.pipe(log, { end: false })
  child.stderr.pipe(log, { end: false })
  const stop = (): void => void child.kill('SIGTERM')
  signal?.addEventListener('abort', stop, { once: true })
  if (signal?.aborted) stop()
  await new Promise<void>((done) => {
    child.once('error', () => done())
    child.once('close', () => done())
  })
  signal?.removeEventListener('abort', stop)
  log.end()
  return isPageBuilt(folder)
}
