/**
 * Which resource is which (FHIR R4, bundle, "Resource URL & uniqueness rules", and references,
 * "Literal references"): by `fullUrl`, else by type and logical id. One logical id on two servers
 * is two resources.
 */

/** What identifies a resource of a file. */
export type Named = {
  readonly type: string
  readonly id: string
  readonly fullUrl?: string | undefined
}

/** One name for each resource; undefined where the file gave it none. */
export function identityOf({ type, id, fullUrl }: Named): string | undefined {
  if (fullUrl !== undefined && fullUrl !== '') return normalUrl(fullUrl)
  return isMadeUp(id) ? undefined : `${type}/${id}`
}

/**
 * True for the position that stands in for an id where a resource has none; no logical id holds a
 * `#`.
 */
export function isMadeUp(id: string): boolean {
  return id.startsWith('#')
}

/**
 * A URL without version and fragment. Scheme, host and UUIDs are of any case; http and https are
 * one server.
 */
export function normalUrl(url: string): string {
  const plain = url.replace(/#.*$/s, '').replace(/\/_history\/[^/]*$/, '')
  if (/^urn:/i.test(plain)) return plain.toLowerCase()
  const match = /^https?:\/\/([^/?]*)(.*)$/is.exec(plain)
  return match ? `http://${(match[1] as string).toLowerCase()}${match[2]}` : plain
}

/** The server's address in the normal URL of a resource there, undefined for any other URL. */
function baseOf({ type, id, fullUrl }: Named): string | undefined {
  if (fullUrl === undefined) return undefined
  const url = normalUrl(fullUrl)
  const end = `/${type}/${id}`
  return url.startsWith('http:') && url.endsWith(end) ? url.slice(0, -end.length) : undefined
}

/** Finds what was added by a literal reference. */
export type IdentityIndex<T> = {
  add(named: Named, entry: T): void
  /**
   * What a reference means in the resource that holds it; undefined for what is not here or is not
   * clear.
   */
  find(reference: string, from?: Named): T | undefined
}

type Entry<T> = { readonly entry: T; readonly base: string | undefined; readonly hasUrl: boolean }

export function createIdentityIndex<T>(): IdentityIndex<T> {
  const byUrl = new Map<string, T>()
  const byName = new Map<string, Entry<T>[]>()
  return {
    add(named, entry) {
      const { type, id, fullUrl } = named
      if (fullUrl !== undefined) byUrl.set(normalUrl(fullUrl), entry)
      const name = `${type}/${id}`
      const one = { entry, base: baseOf(named), hasUrl: fullUrl !== undefined }
      const known = byName.get(name)
      if (known === undefined) byName.set(name, [one])
      else known.push(one)
      // A resource without a URL whose id is a UUID is meant by that URN.
      if (fullUrl === undefined && UUID.test(id)) byUrl.set(`urn:uuid:${id.toLowerCase()}`, entry)
    },
    find(reference, from) {
      if (/^(?:https?|urn):/i.test(reference)) {
        const url = normalUrl(reference)
        const exact = byUrl.get(url)
        if (exact !== undefined || !url.startsWith('http:')) return exact
        // A resource that does not tell its server may be of any.
        const named = byName.get(url.split('/').slice(-2).join('/')) ?? []
        return only(named.filter(({ hasUrl }) => !hasUrl))
      }
      const name = reference.replace(/#.*$/s, '').replace(/\/_history\/[^/]*$/, '')
      const named = byName.get(name) ?? []
      const base = from === undefined ? undefined : baseOf(from)
      if (base === undefined) return only(named)
      const same = named.filter((one) => one.base === base)
      return only(same.length > 0 ? same : named.filter((one) => one.base === undefined))
    },
  }
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

function only<T>(entries: readonly Entry<T>[]): T | undefined {
  return entries.length === 1 ? entries[0]?.entry : undefined
}
