import { request } from 'node:http'
import type { Hex } from '@ambrosia/primitives/Bytes'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import type { PeerDomain, PeerIdentity } from './PeerCertificate.ts'
import { connectPeer } from './tls.ts'

/** A peer by its account and address. */
export type PeerAddress = { account: Hex; host: string; port: number }

export type PeerAnswer = { status: number; body: Uint8Array }

export type PeerClient = {
  readonly account: Hex
  /** Sends a request. @throws Peer.Unreachable */
  send(method: 'GET' | 'POST', path: string, body?: Uint8Array): Promise<PeerAnswer>
  close(): void
}

const ANSWER_MS = 60_000
const ANSWER_BYTES = 64 * 1024 * 1024

/** Requests to one peer, over connections that are judged at both ends. */
export function createPeerClient(options: {
  peer: PeerAddress
  identity: PeerIdentity
  domain: PeerDomain
  nowSec: () => number
}): PeerClient {
  const { peer, identity, domain, nowSec } = options
  let idle: Awaited<ReturnType<typeof connectPeer>> | undefined
  let isClosed = false
  const take = async () => {
    const socket = idle
    idle = undefined
    if (socket !== undefined && !socket.destroyed) return socket
    return connectPeer({ identity, domain, expected: peer.account, ...peer, nowSec })
  }
  return {
    account: peer.account,
    async send(method, path, body) {
      try {
        const socket = await take()
        return await new Promise<PeerAnswer>((resolve, reject) => {
          const headers = {
            host: 'peer',
            connection: 'keep-alive',
            'content-length': String(body?.length ?? 0),
            'content-type': 'application/octet-stream',
          }
          const outgoing = request({ createConnection: () => socket, method, path, headers })
          outgoing.setTimeout(ANSWER_MS, () => outgoing.destroy(new Error('timed out')))
          outgoing.once('error', reject)
          outgoing.once('response', (response) => {
            const chunks: Buffer[] = []
            let size = 0
            response.on('data', (chunk: Buffer) => {
              size += chunk.length
              if (size > ANSWER_BYTES) outgoing.destroy(new Error('the answer is too long'))
              chunks.push(chunk)
            })
            response.once('error', reject)
            response.once('end', () => {
              if (!isClosed && !socket.destroyed) idle = socket
              resolve({
                status: response.statusCode ?? 0,
                body: new Uint8Array(Buffer.concat(chunks)),
              })
            })
          })
          outgoing.end(body)
        })
      } catch (error) {
        throw new PeerUnreachableError(peer.account, error)
      }
    },
    close() {
      isClosed = true
      idle?.destroy()
    },
  }
}

export class PeerUnreachableError extends AmbrosiaError {
  constructor(account: Hex, cause: unknown) {
    super('Peer.Unreachable', `the node of member ${account} does not answer`, { cause })
  }
}
