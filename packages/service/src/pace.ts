import type { IncomingMessage, ServerResponse } from 'node:http'

/** Least pace of a request where others wait for its place. */
const LEAST_BYTES_PER_SECOND = 32 * 1024

/** A request, when it began, and the bytes that its connection had brought until then. */
type Coming = { request: IncomingMessage; sinceMs: number; fromBytes: number }

/** Bytes a second that a request has come at since it began. */
export function paceOf({ request, sinceMs, fromBytes }: Coming): number {
  return (request.socket.bytesRead - fromBytes) / ((performance.now() - sinceMs) / 1000)
}

/** True where a request is not whole after its grace, milliseconds, and came at less than that. */
export function isTooSlow(coming: Coming, graceMs: number): boolean {
  const { request, sinceMs } = coming
  if (request.complete || performance.now() - sinceMs < graceMs) return false
  return paceOf(coming) < LEAST_BYTES_PER_SECOND
}

/** An answer, when its request began, and the bytes that had gone to the connection until then. */
type Going = { response: ServerResponse; sinceMs: number; fromWrittenBytes: number }

/** True where an answer has begun, is not whole after its grace, and was read at less than that. */
export function isReadTooSlowly(going: Going, graceMs: number): boolean {
  const { response, sinceMs, fromWrittenBytes } = going
  const { socket } = response
  const tookMs = performance.now() - sinceMs
  if (!response.headersSent || socket === null || tookMs < graceMs) return false
  const readBytes = socket.bytesWritten - socket.writableLength - fromWrittenBytes
  return readBytes / (tookMs / 1000) < LEAST_BYTES_PER_SECOND
}
