import type { BatchDBOp, DB } from '@ethereumjs/util'
import type { BlockStore } from './BlockStore.ts'

/** Entries kept in memory between blocks, in each of two generations. */
const GENERATION_COUNT = 50_000

/**
 * The trie database that ethereumjs is given: reads come from the store, writes stay here until the
 * block that made them is stored. Entries are keyed by their hashes, so nothing is ever changed or
 * deleted.
 */
export class EntryDb implements DB<string, Uint8Array> {
  /** Set where reading failed: what was executed since then means nothing. */
  failure: unknown
  private readonly store: Pick<BlockStore, 'getEntry'>
  private written = new Map<string, Uint8Array>()
  private readonly known = new Set<string>()
  private young = new Map<string, Uint8Array>()
  private old = new Map<string, Uint8Array>()

  constructor(store: Pick<BlockStore, 'getEntry'>) {
    this.store = store
  }

  async get(key: string): Promise<Uint8Array | undefined> {
    const written = this.written.get(key)
    if (written !== undefined) return written
    let value = this.young.get(key)
    if (value === undefined) {
      value = this.old.get(key) ?? this.read(key)
      if (value === undefined) return undefined
      this.remember(key, value)
    }
    this.known.add(key)
    return value
  }

  async put(key: string, value: Uint8Array): Promise<void> {
    // Committing a checkpoint writes back what was only read.
    if (!this.known.has(key)) this.written.set(key, value)
  }

  async del(): Promise<void> {
    // Other states may need the entry.
  }

  async batch(operations: BatchDBOp<string, Uint8Array>[]): Promise<void> {
    for (const operation of operations) {
      if (operation.type === 'put') await this.put(operation.key, operation.value)
    }
  }

  /** True for what was written since the last `take`. */
  hasWritten(key: string): boolean {
    return this.written.has(key)
  }

  /** Everything written since the last call, which is forgotten here. */
  take(): Map<string, Uint8Array> {
    const written = this.written
    this.written = new Map()
    this.known.clear()
    return written
  }

  /** Keeps entries that are stored now in memory. */
  remember(key: string, value: Uint8Array): void {
    if (this.young.size >= GENERATION_COUNT) {
      this.old = this.young
      this.young = new Map()
    }
    this.young.set(key, value)
  }

  shallowCopy(): DB<string, Uint8Array> {
    return this
  }

  async open(): Promise<void> {
    // The store is open.
  }

  private read(key: string): Uint8Array | undefined {
    try {
      return this.store.getEntry(key)
    } catch (error) {
      this.failure = error
      throw error
    }
  }
}
