import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { SaltedResource } from '@ambrosia/exchange/IssuedRecord'
import type { Resource } from '@ambrosia/health/Resource'
import { fromHex } from '@ambrosia/primitives/Bytes'
import { NumberToken, type Value } from '@ambrosia/primitives/CanonicalJson'
import type { PublicClient } from 'viem'

/** What was searched for what, and where something was found: the place and the kind, never the value. */
export type SearchResult = {
  searchedBytes: number
  identifiers: number
  records: number
  found: { place: string; kind: 'identifier' | 'record' }[]
}

/** Element names whose text is public terminology and not about a person. */
const PUBLIC_ELEMENTS = new Set([
  'system',
  'code',
  'unit',
  'display',
  'url',
  'profile',
  'resourceType',
  'status',
  'type',
  'valueCode',
  'text',
])
const SHORTEST_NEEDLE = 6

/**
 * Values of the original that Safe Harbor removed, as far as they are about a person: names, numbers, addresses, dates, ids. Words that
 * stand in the delivered form too are no secret and left out.
 */
export function identifiersOf(
  original: readonly Resource[],
  delivered: readonly SaltedResource[],
): string[] {
  const found = new Set<string>()
  const visit = (value: Value, element: string): void => {
    if (typeof value === 'string') {
      if (
        value.length >= SHORTEST_NEEDLE &&
        !PUBLIC_ELEMENTS.has(element) &&
        !value.startsWith('<')
      )
        found.add(value)
    } else if (Array.isArray(value)) {
      for (const member of value) visit(member, element)
    } else if (value !== null && typeof value === 'object' && !(value instanceof NumberToken)) {
      for (const [key, member] of Object.entries(value)) visit(member, key)
    }
  }
  for (const resource of original) visit(resource.value, '')
  const known = delivered.map((resource) => resource.text).join('\n')
  return [...found].filter(
    (text) => !known.includes(JSON.stringify(text)) && !/^https?:/.test(text),
  )
}

/** Looks for identifiers and records in everything that others hold: chain, blobs, databases and logs. */
export async function searchForLeaks(options: {
  home: string
  client: PublicClient
  identifiers: readonly string[]
  records: readonly SaltedResource[]
}): Promise<SearchResult> {
  const places = [...(await chainPlaces(options.client)), ...filePlaces(options.home)]
  const needles = [
    ...options.identifiers.flatMap((text) =>
      encodings(text).map((bytes) => ({ bytes, kind: 'identifier' as const })),
    ),
    ...options.records.flatMap(({ text }) =>
      encodings(text.slice(0, 120)).map((bytes) => ({ bytes, kind: 'record' as const })),
    ),
  ]
  const found: SearchResult['found'] = []
  let searchedBytes = 0
  for (const { place, bytes } of places) {
    searchedBytes += bytes.length
    for (const kind of ['identifier', 'record'] as const) {
      const isFound = needles.some((needle) => needle.kind === kind && bytes.includes(needle.bytes))
      if (isFound) found.push({ place, kind })
    }
  }
  return {
    searchedBytes,
    identifiers: options.identifiers.length,
    records: options.records.length,
    found,
  }
}

/** A text as it would stand if somebody had leaked it plainly, as hexadecimal or as base64. */
function encodings(text: string): Buffer[] {
  const plain = Buffer.from(text, 'utf8')
  const base64 = plain.toString('base64').replace(/=+$/, '')
  return [
    plain,
    Buffer.from(plain.toString('hex')),
    Buffer.from(base64.slice(0, base64.length - 1)),
  ]
}

type Place = { place: string; bytes: Buffer }

/** Every transaction's input and every log of the chain, as bytes. */
async function chainPlaces(client: PublicClient): Promise<Place[]> {
  const places: Place[] = []
  const head = await client.getBlockNumber()
  for (let blockNumber = 0n; blockNumber <= head; blockNumber++) {
    const block = await client.getBlock({ blockNumber, includeTransactions: true })
    for (const { hash, input } of block.transactions) {
      places.push({ place: `transaction ${hash}`, bytes: Buffer.from(fromHex(input)) })
    }
  }
  for (const log of await client.getLogs({ fromBlock: 0n, toBlock: head })) {
    const bytes = Buffer.concat(
      [log.data, ...log.topics].map((part) => Buffer.from(fromHex(part as string))),
    )
    places.push({ place: `log of ${log.transactionHash}`, bytes })
  }
  return places
}

/** What store, oracles and the log files hold. The issuer's own database holds its patients' handles only and is searched too. */
function filePlaces(home: string): Place[] {
  const folders = readdirSync(home).filter((name) => /^(store|issuer|logs|oracle-\d+)$/.test(name))
  return folders
    .flatMap((folder) => filesBelow(join(home, folder)))
    .map((path) => ({ place: path, bytes: readFileSync(path) }))
}

function filesBelow(folder: string): string[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name)
    return statSync(path).isDirectory() ? filesBelow(path) : [path]
  })
}
