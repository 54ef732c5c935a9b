import type { Common } from '@ethereumjs/common'
import { createMPT } from '@ethereumjs/mpt'
import { Caches, MerkleStateManager } from '@ethereumjs/statemanager'
import { ValueEncoding } from '@ethereumjs/util'
import type { EntryDb } from './EntryDb.ts'

/**
 * Accounts and slots kept in memory between blocks. More than one block can touch: ethereumjs drops
 * the oldest, and would lose them where they are not written yet.
 */
const CACHE_SIZE = 200_000

/** A state manager over stored entries. */
export async function createStateManager(common: Common, db: EntryDb) {
  const trie = await openTrie(common, db)
  const size = { size: CACHE_SIZE }
  const caches = new Caches({ account: size, storage: size, code: { size: CACHE_SIZE / 10 } })
  return new MerkleStateManager({ common, trie, caches })
}

/** A trie of accounts or of slots over stored entries; the empty one unless a root is given. */
export function openTrie(common: Common, db: EntryDb, root?: Uint8Array) {
  const { keccak256 } = common.customCrypto
  return createMPT({
    db,
    common,
    useKeyHashing: true,
    valueEncoding: ValueEncoding.Bytes,
    ...(root !== undefined && { root }),
    ...(keccak256 !== undefined && { useKeyHashingFunction: keccak256 }),
  })
}
