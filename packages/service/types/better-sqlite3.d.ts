/** The part of better-sqlite3 13 that we use. */
declare module 'better-sqlite3' {
  type Statement = {
    readonly reader: boolean
    all(...parameters: readonly unknown[]): unknown[]
    get(...parameters: readonly unknown[]): unknown
    run(...parameters: readonly unknown[]): {
      changes: number | bigint
      lastInsertRowid: number | bigint
    }
    iterate(...parameters: readonly unknown[]): IterableIterator<unknown>
    /** From now on rows are their first column. */
    pluck(): Statement
  }
  class Database {
    constructor(path: string)
    prepare(sql: string): Statement
    exec(sql: string): this
    pragma(source: string, options?: { simple?: boolean }): unknown
    /** A function that runs `run` in a transaction, which an exception rolls back. */
    transaction<A extends unknown[], R>(run: (...args: A) => R): (...args: A) => R
    close(): void
  }
  export default Database
}
