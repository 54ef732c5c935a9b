import assert from 'node:assert/strict'
import { request } from 'node:https'
import type { AddressInfo } from 'node:net'
import { after, before, describe, it } from 'node:test'
import { connect } from 'node:tls'
import type { Hex } from '@ambrosia/primitives/Bytes'
import { accountOf as testAccount } from '../testing/chains.ts'
import { accountOf, createIdentity, type PeerIdentity } from './PeerCertificate.ts'
import { createPeerClient, type PeerAddress } from './PeerClient.ts'
import { createPeerServer, peerOf } from './tls.ts'

const NOW = 1_900_000_000
const nowSec = () => NOW
const domain = { l1ChainId: 31337, committee: `0x${'c0'.repeat(20)}` as Hex }
const identityOf = (index: number, change: { nowSec?: number; domain?: typeof domain } = {}) =>
  createIdentity({ account: testAccount(index), domain, nowSec: NOW, lifeSec: 3600, ...change })

/** The certificate of a member with another's extension, or with another key. */
function der(pem: string): Uint8Array {
  return new Uint8Array(Buffer.from(pem.split('\n').slice(1, -2).join(''), 'base64'))
}

describe('a certificate', () => {
  it('says whose account vouches for its key', async () => {
    const identity = await identityOf(1)
    assert.equal(await accountOf(der(identity.certificate), domain, NOW), identity.account)
  })

  it('says nothing in another network, or after its time', async () => {
    const { certificate } = await identityOf(1)
    const one = der(certificate)
    const account = testAccount(1).address.toLowerCase()
    const committee: Hex = `0x${'c1'.repeat(20)}`
    assert.notEqual(await accountOf(one, { ...domain, committee }, NOW), account)
    assert.notEqual(await accountOf(one, { ...domain, l1ChainId: 1 }, NOW), account)
    assert.equal(await accountOf(one, domain, NOW + 3600), undefined)
  })

  it('names nobody where a bit of it is another', async () => {
    const { certificate } = await identityOf(1)
    const bytes = der(certificate)
    const account = testAccount(1).address.toLowerCase()
    const spki = bytes.length - 240
    for (const at of [40, spki, spki + 60]) {
      const changed = bytes.slice()
      changed[at] = (changed[at] as number) ^ 1
      const named = await accountOf(changed, domain, NOW)
      // Outside of key and time nothing is signed by the account; there it may stay.
      if (at !== 40) assert.notEqual(named, account, `byte ${at}`)
    }
    for (const nothing of [new Uint8Array(), new Uint8Array(100), bytes.subarray(0, 200)]) {
      assert.equal(await accountOf(nothing, domain, NOW), undefined)
    }
  })
})

describe('connections between peers', () => {
  let members: PeerIdentity[]
  let stranger: PeerIdentity
  let server: ReturnType<typeof createPeerServer>
  let address: PeerAddress
  let requests = 0
  before(async () => {
    members = await Promise.all([1, 2].map((index) => identityOf(index)))
    stranger = await identityOf(9)
    const allowed = new Set(members.map(({ account }) => account))
    server = createPeerServer({
      identity: members[0] as PeerIdentity,
      domain,
      admit: async (account) => allowed.has(account),
      nowSec,
      handler: (incoming, response) => {
        requests++
        response.end(`${peerOf(incoming.socket)} ${incoming.url}`)
      },
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    address = { account: (members[0] as PeerIdentity).account, host: '127.0.0.1', port }
  })
  after(() => new Promise<void>((resolve) => void server.close(() => resolve())))

  it('carry requests of a member, and name it', async () => {
    const identity = members[1] as PeerIdentity
    const client = createPeerClient({ peer: address, identity, domain, nowSec })
    for (const path of ['/a', '/b']) {
      const { status, body } = await client.send('GET', path)
      assert.deepEqual([status, Buffer.from(body).toString()], [200, `${identity.account} ${path}`])
    }
    client.close()
  })

  it('are closed before a request of anybody else is read', async () => {
    const before_ = requests
    const foreign = await identityOf(2, { domain: { ...domain, l1ChainId: 1 } })
    const old = await identityOf(2, { nowSec: NOW - 7200 })
    // A member's certificate without its key does not get through the handshake.
    for (const identity of [stranger, foreign, old]) {
      const client = createPeerClient({ peer: address, identity, domain, nowSec })
      await assert.rejects(() => client.send('GET', '/'), { code: 'Peer.Unreachable' })
      client.close()
    }
    await assert.rejects(
      () =>
        new Promise((resolve, reject) => {
          const { port } = address
          const plain = request({ host: '127.0.0.1', port, rejectUnauthorized: false }, resolve)
          plain.once('error', reject)
          plain.end()
        }),
    )
    assert.equal(requests, before_, 'no request was read')
  })

  it('are refused by the client where the server is another', async () => {
    const identity = members[1] as PeerIdentity
    const peer = { ...address, account: identity.account }
    const client = createPeerClient({ peer, identity, domain, nowSec })
    await assert.rejects(() => client.send('GET', '/'), { code: 'Peer.Unreachable' })
    client.close()
  })

  it('want TLS 1.3', async () => {
    const { port } = address
    await assert.rejects(
      () =>
        new Promise((resolve, reject) => {
          const options = {
            host: '127.0.0.1',
            port,
            maxVersion: 'TLSv1.2',
            rejectUnauthorized: false,
          }
          const socket = connect(options as never, () => resolve(undefined))
          socket.once('error', reject)
        }),
    )
  })
})
