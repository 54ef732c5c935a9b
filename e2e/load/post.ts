import { request } from 'node:http'
import type { Answer } from './runLoad.ts'

/** Addresses of loopback that requests come from in turn: many clients, not one that is limited. */
const CLIENT_COUNT = 200
let sentCount = 0

/** Sends a request from the next client's address; its answer is read whole. */
export function send(
  url: string,
  init: { method: 'POST' | 'PUT'; headers: Record<string, string>; body: Uint8Array },
): Promise<Answer & { body: string }> {
  const localAddress = `127.0.1.${1 + (sentCount++ % CLIENT_COUNT)}`
  const headers = { ...init.headers, 'content-length': String(init.body.length) }
  const startMs = performance.now()
  return new Promise((done) => {
    const end = (answer: Omit<Answer, 'tookMs'> & { body: string }): void =>
      done({ ...answer, tookMs: performance.now() - startMs })
    const gone = (): void => end({ status: 0, retryAfter: undefined, code: undefined, body: '' })
    const sent = request(
      url,
      { method: init.method, headers, localAddress, agent: false },
      (answer) => {
        const parts: Buffer[] = []
        answer.on('data', (part: Buffer) => parts.push(part))
        answer.once('error', gone)
        answer.once('end', () => {
          const body = Buffer.concat(parts).toString('utf8')
          const { statusCode: status = 0, headers: answered } = answer
          const code = status >= 400 ? codeOf(body) : undefined
          end({ status, retryAfter: answered['retry-after'], code, body })
        })
      },
    )
    sent.once('error', gone)
    sent.end(init.body)
  })
}

function codeOf(body: string): string | undefined {
  try {
    return (JSON.parse(body) as { code?: string }).code
  } catch {
    return undefined
  }
}
