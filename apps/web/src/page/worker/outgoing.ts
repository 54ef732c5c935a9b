/**
 * Every request that leaves the worker passes here: services are reached through the page's own
 * server, and what is sent is counted, so that a person sees what left the machine.
 */

/** One request as it left. */
export type Outgoing = {
  /** `store`, `issuer`, `oracle-1`, `chain`. */
  to: string
  method: string
  path: string
  sentBytes: number
  at: number
}

const log: Outgoing[] = []
const listeners = new Set<(entry: Outgoing) => void>()
const real = globalThis.fetch.bind(globalThis)
let services: readonly { origin: string; name: string }[] = []

/** The services of the network by the origin that their signed requests name. */
export function setServices(map: Readonly<Record<string, string>>): void {
  services = Object.entries(map).map(([name, url]) => ({ name, origin: new URL(url).origin }))
}

/** `fetch` that rewrites addresses of services and counts what is sent. */
export async function countingFetch(
  input: string | URL | Request,
  init?: RequestInit,
): Promise<Response> {
  const url = new URL(input instanceof Request ? input.url : String(input), self.location.href)
  const service = services.find(({ origin }) => origin === url.origin)
  const target = service
    ? `/services/${service.name}${url.pathname}${url.search}`
    : `${url.pathname}${url.search}`
  // A service that nobody named would be another machine.
  if (!service && url.origin !== self.location.origin) throw new TypeError('not a known service')
  const entry: Outgoing = {
    to: service?.name ?? (url.pathname === '/rpc' ? 'chain' : 'page'),
    method: init?.method ?? 'GET',
    path: url.pathname,
    sentBytes: sizeOf(init?.body),
    at: Date.now(),
  }
  log.push(entry)
  for (const listener of listeners) listener(entry)
  return await real(target, init)
}

function sizeOf(body: BodyInit | null | undefined): number {
  if (body === null || body === undefined) return 0
  if (typeof body === 'string') return new TextEncoder().encode(body).length
  if (body instanceof Blob) return body.size
  if (body instanceof ArrayBuffer || ArrayBuffer.isView(body)) return body.byteLength
  return 0
}

export function onOutgoing(listener: (entry: Outgoing) => void): void {
  listeners.add(listener)
}

globalThis.fetch = countingFetch as typeof fetch
