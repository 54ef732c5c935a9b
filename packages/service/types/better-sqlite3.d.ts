/** The part of better-sqlite3 13 that we use. */
declare module 'better-sqlite3' {
  type Statement = {
    readonly reader: boolean
    all(parameters: readonly unknown[]): unknown[]
    run(parameters: readonly unknown[]): {
      changes: number | bigint
      lastInsertRowid: number | bigint
    }
    iterate(parameters: readonly unknown[]): IterableIterator<unknown>
  }
  class Database {
    constructor(path: string)
    prepare(sql: string): Statement
    pragma(source: string, options?: { simple?: boolean }): unknown
    close(): void
  }
  export default Database
}
