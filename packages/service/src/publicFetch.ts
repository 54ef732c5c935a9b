import { lookup as lookUp } from 'node:dns'
import type { IncomingMessage } from 'node:http'
import { request } from 'node:https'
import { BlockList, isIP, type LookupFunction } from 'node:net'
import { Readable } from 'node:stream'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'

/**
 * Addresses that are not part of the public Internet (IANA special-purpose registries, RFC 6890).
 */
const SPECIAL: readonly [address: string, prefix: number][] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
]

const special = new BlockList()
for (const [address, prefix] of SPECIAL) special.addSubnet(address, prefix, 'ipv4')
const globalV6 = new BlockList()
globalV6.addSubnet('2000::', 3, 'ipv6')
const tunnels = new BlockList()
tunnels.addSubnet('2001::', 23, 'ipv6')
tunnels.addSubnet('2001:db8::', 32, 'ipv6')
tunnels.addSubnet('2002::', 16, 'ipv6')

/**
 * True for an address that anybody may be asked at, false for this machine, its network, and what
 * stands for either.
 */
export function isPublicAddress(address: string): boolean {
  const family = isIP(address)
  if (family === 4) return !special.check(address, 'ipv4')
  return family === 6 && globalV6.check(address, 'ipv6') && !tunnels.check(address, 'ipv6')
}

export type PublicFetch = (url: string | URL, init?: RequestInit) => Promise<Response>

/**
 * A request over https to an address that strangers chose, in a DID document or a registration: the
 * connection goes to the very address that was looked up and found public, so a name can't lead to
 * an inner service, also not at the second look. No redirect is followed.
 */
export function createPublicFetch(lookup: typeof lookUp = lookUp): PublicFetch {
  const resolve: LookupFunction = (hostname, options, done) => {
    lookup(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) return done(error, '', 0)
      const [first] = addresses
      if (first === undefined || !addresses.every(({ address }) => isPublicAddress(address)))
        return done(new NotPublicError(), '', 0)
      if (options.all === true) return done(null, addresses)
      return done(null, first.address, first.family)
    })
  }
  return (async (input: string | URL, init: RequestInit = {}) => {
    const url = new URL(input)
    const host = url.hostname.replace(/^\[|\]$/g, '')
    if (url.protocol !== 'https:' || (isIP(host) !== 0 && !isPublicAddress(host)))
      throw new NotPublicError()
    const headers = Object.fromEntries(new Headers(init.headers))
    const signal = init.signal ?? undefined
    const message = await new Promise<IncomingMessage>((done, failed) => {
      const method = init.method ?? 'GET'
      const options = { method, lookup: resolve, headers, ...(signal ? { signal } : {}) }
      const sent = request(url, options, done)
      sent.once('error', failed)
      sent.end(init.body as Uint8Array | string | undefined)
    })
    const status = message.statusCode ?? 502
    if (status < 200 || (status >= 300 && status < 400)) {
      message.destroy()
      throw new NotPublicError()
    }
    const body = Readable.toWeb(message) as ReadableStream<Uint8Array>
    const type = message.headers['content-type'] ?? ''
    return new Response(status === 204 ? null : body, { status, headers: { 'content-type': type } })
  }) as PublicFetch
}

export class NotPublicError extends AmbrosiaError {
  constructor() {
    super('Fetch.NotPublic', 'an address that was named by others is not on the public Internet')
  }
}
