import { fromBase64url, type Hex, toBase64url } from '@ambrosia/primitives/Bytes'
import type { Kysely } from '@ambrosia/service/Database'
import type { NodeTables, SoftBlockRow } from '../database/tables.ts'

/** A block that the sequencer vouches for. */
export type SoftBlock = { number: number; hash: Hex; bytes: Uint8Array; signature: Hex }

/**
 * Blocks that are ordered and not settled. The sequencer keeps one here before anybody sees it:
 * whatever its engine forgets in a crash, it never signs another block of that number.
 */
export type SoftBlocks = {
  put(block: SoftBlock): Promise<void>
  at(number: number): Promise<SoftBlock | undefined>
  /** Blocks from this number on, at most `count`. */
  from(number: number, count: number): Promise<SoftBlock[]>
  /** Forgets the blocks up to this number, which are settled. */
  dropThrough(number: number): Promise<void>
  /** Forgets the blocks after this number, which L1 has undone. */
  dropAfter(number: number): Promise<void>
}

export function createSoftBlocks(database: Kysely<NodeTables>): SoftBlocks {
  return {
    async put({ number, hash, bytes, signature }) {
      const values = { number, hash, bytes: toBase64url(bytes), signature }
      await database
        .insertInto('soft_block')
        .values(values)
        .onConflict((conflict) => conflict.column('number').doUpdateSet(values))
        .execute()
    },
    async at(number) {
      const row = await database
        .selectFrom('soft_block')
        .selectAll()
        .where('number', '=', number)
        .executeTakeFirst()
      return row && fromRow(row)
    },
    async from(number, count) {
      const rows = await database
        .selectFrom('soft_block')
        .selectAll()
        .where('number', '>=', number)
        .orderBy('number')
        .limit(count)
        .execute()
      return rows.map(fromRow)
    },
    async dropThrough(number) {
      await database.deleteFrom('soft_block').where('number', '<=', number).execute()
    },
    async dropAfter(number) {
      await database.deleteFrom('soft_block').where('number', '>', number).execute()
    },
  }
}

function fromRow({ number, hash, bytes, signature }: SoftBlockRow): SoftBlock {
  return { number: Number(number), hash, bytes: fromBase64url(bytes), signature }
}
