import { createServer, type Server, type ServerOptions } from 'node:https'
import { connect, type TLSSocket } from 'node:tls'
import type { Hex } from '@ambrosia/primitives/Bytes'
import { accountOf, type PeerDomain, type PeerIdentity } from './PeerCertificate.ts'

/** Who may connect; asked at every connection. */
export type Admit = (account: Hex) => Promise<boolean>

/** Time for a handshake and the look at its certificate. */
const HANDSHAKE_MS = 10_000

const TLS_OPTIONS = {
  minVersion: 'TLSv1.3',
  requestCert: true,
  // Nobody's authority signs these certificates: who a peer is stands in them, and is judged below.
  rejectUnauthorized: false,
} as const

const accounts = new WeakMap<object, Hex>()

/** The account at the other end of an admitted connection. */
export function peerOf(socket: object): Hex | undefined {
  return accounts.get(socket)
}

/**
 * An HTTPS server that has connections with admitted peers only: each is judged by its certificate
 * after the handshake, before a byte of a request is read, and closed where it is anybody else's.
 */
export function createPeerServer(options: {
  identity: PeerIdentity
  domain: PeerDomain
  admit: Admit
  nowSec: () => number
  handler: NonNullable<Parameters<typeof createServer>[1]>
}): Server {
  const { identity, domain, admit, nowSec, handler } = options
  const settings: ServerOptions = {
    ...TLS_OPTIONS,
    cert: identity.certificate,
    key: identity.privateKey,
    handshakeTimeout: HANDSHAKE_MS,
  }
  const server = createServer(settings, handler)
  // Node hands a secured socket to the HTTP parser by this event; ours comes first and decides.
  const [parse] = server.listeners('secureConnection') as ((socket: TLSSocket) => void)[]
  server.removeAllListeners('secureConnection')
  server.on('secureConnection', (socket: TLSSocket) => {
    socket.on('error', () => socket.destroy())
    void judge(socket, { domain, admit, nowSec }).then((account) => {
      if (account === undefined) return socket.destroy()
      accounts.set(socket, account)
      parse?.call(server, socket)
    })
  })
  return server
}

/** Connects to a peer and judges it in the same way. @throws where it is not who it should be */
export function connectPeer(options: {
  identity: PeerIdentity
  domain: PeerDomain
  expected: Hex
  host: string
  port: number
  nowSec: () => number
}): Promise<TLSSocket> {
  const { identity, domain, expected, host, port, nowSec } = options
  return new Promise((resolve, reject) => {
    const socket = connect({
      host,
      port,
      cert: identity.certificate,
      key: identity.privateKey,
      minVersion: 'TLSv1.3',
      rejectUnauthorized: false,
      timeout: HANDSHAKE_MS,
    })
    const fail = (error: Error) => {
      socket.destroy()
      reject(error)
    }
    socket.once('error', fail)
    socket.once('timeout', () => fail(new Error('a peer did not answer')))
    socket.once('secureConnect', () => {
      const admit: Admit = async (account) => account === expected
      void judge(socket, { domain, admit, nowSec }).then((account) => {
        if (account === undefined) return fail(new Error('a peer is not who it should be'))
        socket.off('error', fail)
        socket.setTimeout(0)
        resolve(socket)
      })
    })
  })
}

async function judge(
  socket: TLSSocket,
  { domain, admit, nowSec }: { domain: PeerDomain; admit: Admit; nowSec: () => number },
): Promise<Hex | undefined> {
  const raw = socket.getPeerX509Certificate()?.raw
  if (raw === undefined) return undefined
  const account = await accountOf(new Uint8Array(raw), domain, nowSec())
  return account !== undefined && (await admit(account)) ? account : undefined
}
