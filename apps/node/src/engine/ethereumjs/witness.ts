import { fromHex, type Hex } from '@ambrosia/primitives/Bytes'
import { createMerkleProof } from '@ethereumjs/mpt'
import { RLP } from '@ethereumjs/rlp'
import { createAccountFromRLP } from '@ethereumjs/util'
import { decodeHeader } from '../Header.ts'
import type { Chain } from './Chain.ts'
import { openTrie } from './createStateManager.ts'
import { EntryDb } from './EntryDb.ts'
import { Executor } from './Executor.ts'

/** Length of a code's key: one byte before the hash. */
const CODE_KEY_LENGTH = 66

/** An EntryDb that remembers what was read from the store. */
class RecordingDb extends EntryDb {
  readonly nodes = new Map<string, Uint8Array>()
  readonly codes = new Map<string, Uint8Array>()

  override async get(key: string): Promise<Uint8Array | undefined> {
    const isOwn = this.hasWritten(key)
    const value = await super.get(key)
    if (value !== undefined && !isOwn) {
      const kind = key.length === CODE_KEY_LENGTH ? this.codes : this.nodes
      kind.set(key, value)
    }
    return value
  }
}

/**
 * What executing a block reads of the state before it, by executing it again with nothing in
 * memory: trie nodes, codes, and the headers from the parent down to the oldest that BLOCKHASH
 * asked for. RLP in the form that execution clients exchange.
 */
export async function createWitness(chain: Chain, hash: Hex): Promise<Uint8Array> {
  const block = chain.decode(hash)
  const { parentHash } = chain.stored(hash)
  const db = new RecordingDb(chain.store)
  const executor = await Executor.create(chain.common, db, false)
  let oldest = Number(block.header.number) - 1
  const ancestors = chain.ancestorsFrom(parentHash)
  await executor.execute({
    block,
    parentRoot: chain.decode(parentHash).header.stateRoot,
    ancestors: (number) => {
      oldest = Math.min(oldest, number)
      return ancestors(number)
    },
    generate: false,
  })
  const headers: Uint8Array[] = []
  for (let at = parentHash; ; ) {
    const stored = chain.stored(at)
    headers.push(stored.header)
    if (stored.number <= oldest) break
    at = stored.parentHash
  }
  return RLP.encode([
    headers.map((header) => RLP.decode(header) as Uint8Array[]),
    [...db.codes.values()],
    [...db.nodes.values()],
    [],
  ])
}

/** Trie nodes from a block's state root to an account and some of its slots, each once. */
export async function createProof(
  chain: Chain,
  hash: Hex,
  address: Hex,
  slots: readonly Hex[],
): Promise<{ accountProof: Uint8Array[]; storageProofs: Uint8Array[][] }> {
  const { stateRoot } = decodeHeader(chain.stored(hash).header)
  const { common } = chain
  const db = new EntryDb(chain.store)
  const trie = await openTrie(common, db, fromHex(stateRoot))
  const key = fromHex(address)
  const accountProof = await createMerkleProof(trie, key)
  const value = await trie.get(key)
  const account = value === null ? undefined : createAccountFromRLP(value)
  const storageProofs: Uint8Array[][] = []
  for (const slot of slots) {
    if (account === undefined) storageProofs.push([])
    else {
      const storage = await openTrie(common, db, account.storageRoot)
      storageProofs.push(await createMerkleProof(storage, fromHex(slot)))
    }
  }
  return { accountProof, storageProofs }
}
