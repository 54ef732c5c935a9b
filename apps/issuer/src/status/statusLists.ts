import type { Loader } from '@ambrosia/credentials/Contexts'
import * as Credential from '@ambrosia/credentials/Credential'
import * as StatusList from '@ambrosia/credentials/StatusList'
import { type RandomBytes, random } from '@ambrosia/primitives/Bytes'
import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import type { Kysely } from 'kysely'
import type { IssuerDatabase } from '../database/tables.ts'
import type { IssuerKeys } from '../keys.ts'

/** The one list of this issuer; 131,072 entries. */
const LIST_ID = 1
/** Draws without a look at the list, before all its entries are read. */
const BLIND_TRIES = 16

export type StatusLists = {
  /**
   * A fresh entry at a random index, for a credential about to be signed.
   * @throws StatusList.Full
   */
  allocate(): Promise<StatusList.Entry>
  /** An entry that was allocated. */
  entryAt(index: number): StatusList.Entry
  /** @throws Status.UnknownEntry */
  revoke(index: number): Promise<void>
  /**
   * The signed list of an epoch (seconds). The present one is frozen at its first reading.
   * @throws Status.UnknownEpoch
   */
  published(epochSec: number | undefined): Promise<string>
}

/**
 * Status lists by epochs: whoever asks for one epoch gets the same bytes, so that all oracles judge
 * alike.
 */
export function createStatusLists(options: {
  database: Kysely<IssuerDatabase>
  keys: IssuerKeys
  /** Where the list is served; known once the service listens. */
  listUrl: () => string
  periodSec: number
  loader: Loader
  now: () => number
  randomBytes?: RandomBytes
}): StatusLists {
  const { database, keys, periodSec } = options
  const nowSec = (): number => Math.floor(options.now() / 1000)
  return {
    allocate: async () => {
      const isFree = async (list_index: number): Promise<boolean> => {
        const inserted = await database
          .insertInto('status_entry')
          .values({ list_id: LIST_ID, list_index, issued_at_sec: nowSec(), revoked_at_sec: null })
          .onConflict((conflict) => conflict.doNothing())
          .executeTakeFirst()
        return inserted.numInsertedOrUpdatedRows === 1n
      }
      const length = StatusList.MINIMUM_LENGTH
      const draw = (isTaken: (index: number) => boolean): number =>
        StatusList.allocateIndex({ length, isTaken, randomBytes: options.randomBytes ?? random })
      // The database decides, so two at once never get one entry. Only in a list that is nearly
      // full all entries are read.
      let index = draw(() => false)
      for (let tries = 1; !(await isFree(index)); tries++) {
        const taken = tries < BLIND_TRIES ? undefined : await readTaken(database)
        index = draw((candidate) => taken?.has(candidate) ?? false)
      }
      return entryAt(index)
    },
    entryAt,
    revoke: async (index) => {
      const result = await database
        .updateTable('status_entry')
        .set({ revoked_at_sec: nowSec() })
        .where('list_id', '=', LIST_ID)
        .where('list_index', '=', index)
        .executeTakeFirst()
      if (result.numUpdatedRows !== 1n) throw new UnknownEntryError(index)
    },
    published: async (epochSec) => {
      const current = Math.floor(nowSec() / periodSec) * periodSec
      const epoch = epochSec ?? current
      const kept = await readSnapshot(database, epoch)
      if (kept !== undefined) return kept
      if (epoch !== current) throw new UnknownEpochError(epoch, current)
      const body = JSON.stringify(await sign(epoch))
      await database
        .insertInto('status_snapshot')
        .values({ list_id: LIST_ID, epoch_sec: epoch, body })
        .onConflict((conflict) => conflict.columns(['list_id', 'epoch_sec']).doNothing())
        .execute()
      return (await readSnapshot(database, epoch)) as string
    },
  }

  function entryAt(index: number): StatusList.Entry {
    return StatusList.toEntry({ listUrl: options.listUrl(), index, purpose: 'revocation' })
  }

  async function sign(epochSec: number): Promise<object> {
    const list = StatusList.create()
    const revoked = await database
      .selectFrom('status_entry')
      .select('list_index')
      .where('list_id', '=', LIST_ID)
      .where('revoked_at_sec', 'is not', null)
      .execute()
    for (const row of revoked) StatusList.set(list, row.list_index)
    const credential = StatusList.toCredential({
      list,
      url: options.listUrl(),
      issuer: keys.did,
      purpose: 'revocation',
      validFrom: isoSeconds(epochSec),
      // A list is good for its epoch and for submissions that were signed shortly before its end.
      validUntil: isoSeconds(epochSec + Math.max(periodSec, 600) * 2),
    })
    return await Credential.issueEddsa({ credential, key: keys.eddsa, loader: options.loader })
  }
}

async function readTaken(database: Kysely<IssuerDatabase>): Promise<Set<number>> {
  const rows = await database
    .selectFrom('status_entry')
    .select('list_index')
    .where('list_id', '=', LIST_ID)
    .execute()
  return new Set(rows.map((row) => row.list_index))
}

async function readSnapshot(
  database: Kysely<IssuerDatabase>,
  epochSec: number,
): Promise<string | undefined> {
  const row = await database
    .selectFrom('status_snapshot')
    .select('body')
    .where('list_id', '=', LIST_ID)
    .where('epoch_sec', '=', epochSec)
    .executeTakeFirst()
  return row?.body
}

function isoSeconds(timeSec: number): string {
  return `${new Date(timeSec * 1000).toISOString().slice(0, 19)}Z`
}

export class UnknownEntryError extends AmbrosiaError {
  constructor(index: number) {
    super('Status.UnknownEntry', `no credential has the status index ${index}`)
  }
}

export class UnknownEpochError extends AmbrosiaError {
  constructor(epochSec: number, currentSec: number) {
    super(
      'Status.UnknownEpoch',
      `no list was published at ${epochSec}; the present epoch is ${currentSec}`,
    )
  }
}
