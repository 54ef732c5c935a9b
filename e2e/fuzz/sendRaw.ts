import { connect } from 'node:net'

export type RawAnswer = { status: number; body: string }

const LIMIT_BYTES = 1024 * 1024

/**
 * Sends bytes as they are over a connection of their own, and reads what comes back until the other
 * side ends: no client between that would mend what is wrong in them.
 */
export async function sendRaw(url: string, request: Uint8Array): Promise<RawAnswer> {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  const parts: Buffer[] = []
  let sizeBytes = 0
  try {
    return await new Promise((done, failed) => {
      socket.once('error', failed)
      socket.setTimeout(5_000, () => failed(new Error('no answer within 5 s')))
      socket.on('data', (part) => {
        sizeBytes += part.length
        if (sizeBytes <= LIMIT_BYTES) parts.push(part)
        else failed(new Error('an answer without end'))
      })
      socket.once('close', () => done(parse(Buffer.concat(parts).toString('utf8'))))
      socket.end(request)
    })
  } catch (error) {
    // The other side had enough, and said so before or not at all.
    const { code } = error as { code?: string }
    if (code === 'ECONNRESET' || code === 'EPIPE')
      return parts.length > 0
        ? parse(Buffer.concat(parts).toString('utf8'))
        : { status: 0, body: '' }
    throw error
  } finally {
    socket.destroy()
  }
}

function parse(text: string): RawAnswer {
  const status = /^HTTP\/1\.1 (\d{3})/.exec(text)?.[1]
  const at = text.indexOf('\r\n\r\n')
  return { status: Number(status ?? 0), body: at === -1 ? '' : text.slice(at + 4) }
}
