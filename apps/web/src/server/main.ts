/**
 * The page's server: static files of the built page, the live sale as events, and a proxy to the
 * chain and the services, so that a browser needs one origin. Started by the development network:
 * AMBROSIA_HOME, AMBROSIA_PORT, AMBROSIA_PAGE (the folder of the built page), AMBROSIA_ENV.
 */
import { resolve } from 'node:path'
import { startServer } from './startServer.ts'

const { env } = process
const home = resolve(env['AMBROSIA_HOME'] ?? '.ambrosia')
const server = await startServer({
  home,
  port: Number(env['AMBROSIA_PORT'] ?? '4000'),
  pageFolder: env['AMBROSIA_PAGE'] ?? '',
  development: (env['AMBROSIA_ENV'] ?? 'development') === 'development',
})
process.stdout.write(`${JSON.stringify({ ready: true, url: server.url })}\n`)
const end = (): void => void server.close().then(() => process.exit(0))
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, end)
// Whoever started this holds the other end: it ends with them, whatever ends them.
process.stdin.resume().once('end', end)
