import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import { type Candidate, candidatesAt, decompress, hasMark, LOOKAHEAD_BYTES } from './compressed.ts'
import { createMatcher, type Matcher } from './createMatcher.ts'
import { type Form, formsOf } from './forms.ts'
import type { Place } from './places/Place.ts'
import type { Secret } from './secrets.ts'

/** Where something was found: the place, what it is and how it was written; never the text. */
export type Leak = { place: string; kind: string; form: Form }

export type LeakReport = {
  places: number
  /** Bytes of the places as they lie there. */
  searchedBytes: number
  /** Bytes of what was compressed in them, opened. */
  openedBytes: number
  /** How many secrets of each kind were looked for. */
  secrets: Record<string, number>
  found: Leak[]
}

/** Compressed data inside compressed data is opened at most this many times. */
const DEPTH = 3
/** What one compressed place may become; more is not searched, and that is an error. */
const OPENED_LIMIT_BYTES = 4 * 1024 ** 3

/**
 * Looks for secrets in places that others can see: plainly, as hexadecimal, Base64, UTF-16, in
 * JSON, in URLs, and in what is compressed there by gzip, deflate or Brotli. Places are read in
 * chunks, so they may be larger than the memory.
 * @throws Leaks.TooLarge, and whatever a place throws that can't be read: what was not searched is
 * not clean
 */
export async function searchForLeaks(options: {
  secrets: readonly Secret[]
  places: Iterable<Place> | AsyncIterable<Place>
}): Promise<LeakReport> {
  const { secrets } = options
  const needles = secrets.flatMap(({ pieces }, index) =>
    pieces.flatMap((piece) => formsOf(piece, index)),
  )
  const found = new Map<string, Leak>()
  const search: Search = {
    matcher: createMatcher(needles),
    onHit: (place, form, index) => {
      const kind = (secrets[index] as Secret).kind
      found.set([place, kind, form].join('\0'), { place, kind, form })
    },
    openedBytes: 0,
  }
  let places = 0
  let searchedBytes = 0
  for await (const place of options.places) {
    places++
    searchedBytes += await searchPlace(place, search, 0)
  }
  const counts: Record<string, number> = {}
  for (const { kind } of secrets) counts[kind] = (counts[kind] ?? 0) + 1
  const { openedBytes } = search
  return { places, searchedBytes, openedBytes, secrets: counts, found: [...found.values()] }
}

type Search = {
  matcher: Matcher
  onHit: (place: string, form: Form, secret: number) => void
  openedBytes: number
}

/** Searches one place, and what is compressed in it. Returns its size in bytes. */
async function searchPlace(place: Place, search: Search, depth: number): Promise<number> {
  const { matcher } = search
  const keptBytes = Math.max(matcher.overlapBytes, LOOKAHEAD_BYTES)
  const starts = [...(place.starts ?? [0])].reverse()
  const candidates: Candidate[] = []
  let kept: Uint8Array = new Uint8Array(0)
  let sizeBytes = 0
  /** Offset up to which compressed data has been looked for. */
  let lookedTo = 0
  const lookFor = (bytes: Uint8Array, to: number): void => {
    const base = sizeBytes - bytes.length
    for (; lookedTo < to && depth < DEPTH; lookedTo++) {
      const isStart = starts.at(-1) === lookedTo
      if (isStart) starts.pop()
      if (!isStart && !hasMark(bytes, lookedTo - base)) continue
      for (const found of candidatesAt(bytes, lookedTo - base, isStart))
        candidates.push({ ...found, offset: lookedTo })
    }
  }
  for await (const chunk of place.read(0)) {
    const bytes = kept.length === 0 ? chunk : Buffer.concat([kept, chunk])
    sizeBytes += chunk.length
    matcher.find(bytes, ({ form, secret }) => search.onHit(place.name, form, secret))
    lookFor(bytes, sizeBytes - LOOKAHEAD_BYTES)
    kept = bytes.subarray(Math.max(0, bytes.length - keptBytes))
  }
  lookFor(kept, sizeBytes)
  for (const candidate of candidates) {
    await searchPlace(openedPlace(place, candidate, search), search, depth + 1)
  }
  return sizeBytes
}

/** What is compressed in a place, as a place of its own. */
function openedPlace(
  place: Place,
  { offset, headerBytes, format }: Candidate,
  search: Search,
): Place {
  const name = `${place.name} (${format} from byte ${offset})`
  return {
    name,
    read: async function* (from) {
      let sizeBytes = 0
      for await (const chunk of decompress(place.read(offset + headerBytes), format)) {
        const before = sizeBytes
        sizeBytes += chunk.length
        search.openedBytes += chunk.length
        if (sizeBytes > OPENED_LIMIT_BYTES) throw new TooLargeError(name)
        if (sizeBytes > from) yield chunk.subarray(Math.max(0, from - before))
      }
    },
  }
}

export class TooLargeError extends AmbrosiaError {
  constructor(place: string) {
    super('Leaks.TooLarge', `${place} opens to more than ${OPENED_LIMIT_BYTES} bytes`, {
      hint: 'It was not searched to its end, so nobody knows that it is clean.',
    })
  }
}
