import { readFileSync } from 'node:fs'
import type { Hex } from '@ambrosia/primitives/Bytes'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import type { PeerDomain, PeerIdentity } from './PeerCertificate.ts'
import { createPeerClient, type PeerAddress, type PeerClient } from './PeerClient.ts'

/** The other nodes of the network, by their accounts. */
export type Peers = {
  get(account: Hex): PeerClient | undefined
  all(): readonly PeerClient[]
  close(): void
}

export function createPeers(options: {
  addresses: readonly PeerAddress[]
  identity: PeerIdentity
  domain: PeerDomain
  nowSec: () => number
}): Peers {
  const { addresses, ...rest } = options
  const clients = new Map(
    addresses
      .filter(({ account }) => account !== rest.identity.account)
      .map((peer) => [peer.account, createPeerClient({ peer, ...rest })]),
  )
  return {
    get: (account) => clients.get(account),
    all: () => [...clients.values()],
    close() {
      for (const client of clients.values()) client.close()
    },
  }
}

/** Reads a list `[{account, host, port}]`. @throws Peers.Unreadable */
export function readAddresses(path: string): PeerAddress[] {
  try {
    const list = JSON.parse(readFileSync(path, 'utf8')) as PeerAddress[]
    return list.map(({ account, host, port }) => {
      const isWhole = /^0x[0-9a-fA-F]{40}$/.test(account) && typeof host === 'string'
      if (!isWhole || !Number.isInteger(port)) throw new Error('not whole')
      return { account: account.toLowerCase() as Hex, host, port }
    })
  } catch {
    throw new UnreadableError(path)
  }
}

export class UnreadableError extends AmbrosiaError {
  constructor(path: string) {
    super('Peers.Unreadable', `${path} is not a list of peers`, {
      hint: 'It is JSON: [{"account": "0x…", "host": "…", "port": 4401}, …].',
    })
  }
}
