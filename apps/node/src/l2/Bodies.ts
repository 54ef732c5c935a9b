import { fromBase64url, type Hex, toBase64url } from '@ambrosia/primitives/Bytes'
import * as Batch from '@ambrosia/rollup/Batch'
import type { Kysely } from '@ambrosia/service/Database'
import type { NodeTables } from '../database/tables.ts'

/** A batch's salt and body. */
export type Contents = { salt: Hex; body: Uint8Array }

/** Bodies of batches that this node keeps, by their commitments. */
export type Bodies = {
  get(commitment: Hex): Promise<Contents | undefined>
  /** The transport form, for a peer. */
  packed(commitment: Hex): Promise<Uint8Array | undefined>
  /** Keeps a body; what is kept is answered for after a crash. */
  put(contents: Contents): Promise<Hex>
}

export function createBodies(database: Kysely<NodeTables>): Bodies {
  const packed = async (commitment: Hex) => {
    const row = await database
      .selectFrom('body')
      .select('packed')
      .where('commitment', '=', commitment)
      .executeTakeFirst()
    return row === undefined ? undefined : fromBase64url(row.packed)
  }
  return {
    packed,
    async get(commitment) {
      const bytes = await packed(commitment)
      return bytes === undefined ? undefined : Batch.unpack(bytes)
    },
    async put({ salt, body }) {
      const commitment = Batch.commitment(salt, body)
      await database
        .insertInto('body')
        .values({ commitment, packed: toBase64url(Batch.pack(salt, body)) })
        .onConflict((conflict) => conflict.column('commitment').doNothing())
        .execute()
      return commitment
    },
  }
}
