import { closeSync, existsSync, openSync, readSync, statSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { join } from 'node:path'

const POLL_MS = 200
const PING_MS = 15_000

/**
 * The events of the demonstration that plays in this home, as server-sent events: all that came so
 * far, then each as it comes. They lie in a file, so a page that reloads misses none.
 */
export function createLive(home: string) {
  const path = join(home, 'live', 'events.jsonl')
  const watchers = new Set<() => void>()
  const timer = setInterval(() => {
    for (const look of watchers) look()
  }, POLL_MS)
  timer.unref()
  const stream = (request: IncomingMessage, response: ServerResponse): void => {
    response.setHeader('content-type', 'text/event-stream')
    response.setHeader('cache-control', 'no-store')
    response.flushHeaders()
    let at = 0
    const look = (): void => {
      const { text, next } = readFrom(path, at)
      at = next
      for (const line of text.split('\n')) if (line !== '') response.write(`data: ${line}\n\n`)
    }
    look()
    watchers.add(look)
    const ping = setInterval(() => response.write(': still here\n\n'), PING_MS)
    request.once('close', () => {
      watchers.delete(look)
      clearInterval(ping)
    })
  }
  return { stream, close: () => clearInterval(timer) }
}

/** The whole lines of a file from a position on. A file that became shorter begins anew. */
function readFrom(path: string, at: number): { text: string; next: number } {
  if (!existsSync(path)) return { text: '', next: 0 }
  const { size } = statSync(path)
  const from = size < at ? 0 : at
  if (size === from) return { text: '', next: from }
  const bytes = Buffer.alloc(size - from)
  const file = openSync(path, 'r')
  try {
    readSync(file, bytes, 0, bytes.length, from)
  } finally {
    closeSync(file)
  }
  const end = bytes.lastIndexOf(10) + 1
  return { text: bytes.subarray(0, end).toString('utf8'), next: from + end }
}
