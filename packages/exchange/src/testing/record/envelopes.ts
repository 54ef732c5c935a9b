import { gzipSync } from 'node:zlib'
import { stringify } from '@ambrosia/primitives/CanonicalJson'
import type { Chance } from './Chance.ts'
import { isJson, type Json, structuredCloneOf } from './changes.ts'

/** A file, and texts that it holds but has taken back. */
export type File = { bytes: Uint8Array | string; gone: string[]; kind: string }

/** A code that only versions have that are no longer. */
const OLD = 'taken-back-17'

/** Puts entries of a collection into one of the files that hospitals hand out. */
export function envelope(entry: readonly Json[], chance: Chance): File {
  const text = stringify({ resourceType: 'Bundle', type: 'collection', entry: [...entry] })
  const kind = chance.pick(['plain', 'plain', 'utf-16', 'gzip', 'search', 'history'])
  if (kind === 'utf-16') return { bytes: toUtf16(text, chance.oneIn(2)), gone: [], kind }
  if (kind === 'gzip') return { bytes: gzipSync(text), gone: [], kind }
  if (kind === 'search') {
    // A resource that matched and was included too stands on two pages.
    const again = entry.filter(() => chance.oneIn(4)).map((one) => ({ ...one, search: {} }))
    const all = [...entry, ...again]
    return {
      bytes: stringify({ resourceType: 'Bundle', type: 'searchset', entry: all }),
      gone: [],
      kind,
    }
  }
  if (kind === 'history') return { bytes: stringify(historyOf(entry, chance)), gone: [OLD], kind }
  return { bytes: text, gone: [], kind }
}

/** Newest first: what holds, then older versions, and what was deleted since. */
function historyOf(entry: readonly Json[], chance: Chance): Json {
  const url = (one: Json): string => {
    const { resourceType, id } = one['resource'] as Json
    return `${resourceType}/${id}`
  }
  const now = entry.map((one) => ({ ...one, request: { method: 'PUT', url: url(one) } }))
  const older = entry
    .filter((one) => isJson(one['resource']) && one['resource']['id'] !== undefined)
    .filter(() => chance.oneIn(2))
    .map((one) => ({ ...asBefore(one), request: { method: 'PUT', url: url(one) } }))
  const [last] = entry.slice(1)
  const id = '0000dead-0000-4000-8000-000000000000'
  const type = (last?.['resource'] as Json | undefined)?.['resourceType'] ?? 'Observation'
  const address = { fullUrl: `urn:uuid:${id}` }
  const request = { url: `${type}/${id}` }
  const deleted: Json[] =
    last === undefined
      ? []
      : [
          { ...address, request: { ...request, method: 'DELETE' } },
          {
            ...address,
            resource: { ...((asBefore(last)['resource'] ?? {}) as Json), id },
            request: { ...request, method: 'POST' },
          },
        ]
  return { resourceType: 'Bundle', type: 'history', entry: [...now, ...deleted, ...older] }
}

function asBefore(entry: Json): Json {
  const before = structuredCloneOf(entry) as Json
  const coding = [{ system: 'http://hospital.example', code: OLD }]
  return { ...before, resource: { ...(before['resource'] as Json), code: { coding } } }
}

function toUtf16(text: string, isBigEndian: boolean): Uint8Array {
  const bytes = Buffer.from(`\ufeff${text}`, 'utf16le')
  return new Uint8Array(isBigEndian ? bytes.swap16() : bytes)
}
