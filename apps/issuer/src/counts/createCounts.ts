import { LEAST_PEOPLE, type PublishedCounts, publish } from '@ambrosia/exchange/counts/Counts'
import { fromUtf8, type Hex, toHex } from '@ambrosia/primitives/Bytes'
import { hmacSha256, lengthPrefixed } from '@ambrosia/primitives/Hash'
import type { Kysely } from 'kysely'
import type { IssuerDatabase } from '../database/tables.ts'

/** Stands for everybody who has a record. */
const EVERYBODY = ''

/** What was published last; `publishedAtSec` is absent before there is anything to tell. */
export type Published = PublishedCounts & { publishedAtSec?: number }

export type Counts = {
  /** Counts a person towards facets, each once however many records they have. */
  add(personKey: Hex, facets: readonly string[]): Promise<void>
  /** What everybody may read. */
  published(): Promise<Published>
}

/**
 * Counts people by what their records claim, and publishes it. The database holds no list of who
 * claims what: only HMACs, so that nobody is counted twice. A new figure is published after a
 * period, and only when ten people more have come since the last: two publications never differ by
 * one person.
 */
export function createCounts(options: {
  database: Kysely<IssuerDatabase>
  personSecret: Uint8Array
  periodSec: number
  /** Milliseconds since 1970. */
  now: () => number
}): Counts {
  const { database, personSecret, periodSec, now } = options
  const seen = (personKey: Hex, facet: string): string =>
    toHex(
      hmacSha256(
        personSecret,
        lengthPrefixed([fromUtf8('counted'), fromUtf8(personKey), fromUtf8(facet)]),
      ).subarray(0, 16),
    )
  return {
    add: async (personKey, facets) => {
      await database.transaction().execute(async (transaction) => {
        const names = new Map(
          [EVERYBODY, ...facets].map((facet) => [seen(personKey, facet), facet] as const),
        )
        const added: string[] = []
        for (const part of inParts([...names.keys()])) {
          const rows = await transaction
            .insertInto('counted')
            .values(part.map((name) => ({ seen: name })))
            .onConflict((conflict) => conflict.column('seen').doNothing())
            .returning('seen')
            .execute()
          added.push(...rows.map((row) => names.get(row.seen) as string))
        }
        for (const part of inParts(added)) {
          await transaction
            .insertInto('facet_count')
            .values(part.map((facet) => ({ facet, people: 1 })))
            .onConflict((conflict) =>
              conflict
                .column('facet')
                .doUpdateSet(({ eb, ref }) => ({ people: eb(ref('facet_count.people'), '+', 1) })),
            )
            .execute()
        }
      })
    },
    published: async () => {
      const nowSec = Math.floor(now() / 1000)
      const last = await database
        .selectFrom('published_counts')
        .selectAll()
        .orderBy('published_at_sec', 'desc')
        .executeTakeFirst()
      const rows = await database.selectFrom('facet_count').selectAll().execute()
      const people = rows.find(({ facet }) => facet === EVERYBODY)?.people ?? 0
      const isDue =
        people - (last?.people ?? 0) >= LEAST_PEOPLE &&
        nowSec - (last?.published_at_sec ?? 0) >= periodSec
      if (!isDue) {
        return last === undefined
          ? { people: 0, facets: [] }
          : { publishedAtSec: last.published_at_sec, ...(JSON.parse(last.body) as PublishedCounts) }
      }
      const exact = rows.filter(({ facet }) => facet !== EVERYBODY)
      const told = publish(people, new Map(exact.map((row) => [row.facet, row.people])))
      await database
        .insertInto('published_counts')
        .values({ published_at_sec: nowSec, people, body: JSON.stringify(told) })
        .onConflict((conflict) => conflict.column('published_at_sec').doNothing())
        .execute()
      return { publishedAtSec: nowSec, ...told }
    },
  }
}

/** Rows of one statement: databases bound the parameters that it may have. */
function* inParts<T>(all: readonly T[]): Generator<T[]> {
  for (let from = 0; from < all.length; from += 400) yield all.slice(from, from + 400)
}
