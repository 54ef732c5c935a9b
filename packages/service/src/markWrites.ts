import { setImmediate as nextTurn } from 'node:timers/promises'
import {
  type CompiledQuery,
  type DatabaseConnection,
  DeleteQueryNode,
  InsertQueryNode,
  type OperationNode,
  type QueryResult,
  TableNode,
  UpdateQueryNode,
} from 'kysely'
import * as KillPoint from './KillPoint.ts'

/**
 * A connection each of whose writes is a kill point, `db.TABLE.insert` (or `update`, `delete`) once
 * the statement has run, and `db.TABLE.insert.committed` once its transaction has ended. Outside
 * transactions both are one moment, and only the first is passed.
 *
 * Whoever waits on the event loop has their turn after each: the driver answers at once, so many
 * writes in a row, each of which waits for the disk, would let nobody else be answered.
 */
export function markWrites(connection: DatabaseConnection): DatabaseConnection {
  let inTransaction: string[] | undefined
  return {
    streamQuery: (query, chunkSize, options) => connection.streamQuery(query, chunkSize, options),
    executeQuery: async <R>(query: CompiledQuery): Promise<QueryResult<R>> => {
      const result = await connection.executeQuery<R>(query)
      const point = pointOf(query.query)
      if (point !== undefined) {
        inTransaction?.push(point)
        KillPoint.reach(point)
        await nextTurn()
        return result
      }
      if (query.sql === 'begin') inTransaction = []
      if (query.sql === 'commit')
        for (const written of inTransaction ?? []) KillPoint.reach(`${written}.committed`)
      if (query.sql === 'commit' || query.sql === 'rollback') {
        inTransaction = undefined
        await nextTurn()
      }
      return result
    },
  }
}

function pointOf(node: OperationNode): string | undefined {
  if (InsertQueryNode.is(node)) return nameOf(node.into, 'insert')
  if (UpdateQueryNode.is(node)) return nameOf(node.table, 'update')
  if (DeleteQueryNode.is(node)) return nameOf(node.from.froms[0], 'delete')
  return undefined
}

function nameOf(node: OperationNode | undefined, deed: string): string | undefined {
  if (node === undefined || !TableNode.is(node)) return undefined
  return `db.${node.table.identifier.name}.${deed}`
}
