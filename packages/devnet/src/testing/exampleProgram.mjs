/**
 * A small service for the tests of the supervisor: listens on EXAMPLE_PORT, answers /health with
 * 503 while the file EXAMPLE_ILL is there, ends with 3 at its start while the file EXAMPLE_BROKEN
 * is there, and ends when its owner does.
 */
import { existsSync } from 'node:fs'
import { createServer } from 'node:http'
import { createInterface } from 'node:readline'

if (existsSync(process.env.EXAMPLE_BROKEN ?? '')) process.exit(3)
let point
const server = createServer((request, response) => {
  if (request.url === `/${point}`) process.kill(process.pid, 'SIGKILL')
  response.writeHead(existsSync(process.env.EXAMPLE_ILL ?? '') ? 503 : 200).end()
})
const lines = createInterface({ input: process.stdin })
lines.once('close', () => process.exit(0))
lines.on('line', (line) => {
  point = line.replace('kill-at ', '')
  process.stdout.write(`${JSON.stringify({ killAt: point })}\n`)
})
process.once('SIGTERM', () => process.exit(0))
server.listen(Number(process.env.EXAMPLE_PORT ?? 0), '127.0.0.1', () => {
  const url = `http://127.0.0.1:${server.address().port}`
  process.stdout.write(`${JSON.stringify({ ready: true, url })}\n`)
})
